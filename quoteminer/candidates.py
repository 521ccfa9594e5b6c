"""What the text may have named as a speaker: its entities, where they stand, and what noun phrases say of them."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from quoteminer.entities import Group
from quoteminer.syntax import POSSESSIVES, SUBJECTS, children_of, phrase_bounds, phrase_head_after
from quoteminer.view import Quotation, View, mention_bounds

LONGEST_CLAUSE = 16  # tokens
MOST_CANDIDATES = 12
FARTHEST_ANTECEDENT = 1_000  # tokens
ISSUED = frozenset((
    "statement", "post", "message", "tweet", "letter", "email", "release", "note", "communiqué", "announcement",
    "website", "site", "page", "account", "handle", "blog",
))  # fmt: skip
PLATFORMS = frozenset(("twitter", "x", "facebook", "instagram", "youtube", "telegram", "weibo", "tiktok", "wechat"))


@dataclass
class Candidate:
    """An entity with the places where it was mentioned so far.

    Attributes:
        number: its place in `Roster.entities`.
        name, label, gender: as in `Group`.
        words: the words of its names, in lower case.
        roles: the words of its roles, in lower case.
        places: first tokens of its mentions, in order; `outside` those outside of quotations.
        plural: whether it is several people.
        described: whether it has no name but a description ("a police spokesman").
        affiliation: the words of its affiliation, in lower case.
        tokens: all tokens of its names.
        resolved: tokens (start, end) of the pronouns and noun phrases resolved to it.
    """

    number: int
    name: str
    label: str
    gender: str | None
    words: frozenset[str]
    roles: frozenset[str]
    places: list[int]
    outside: list[int]
    plural: bool = False
    described: bool = False
    affiliation: frozenset[str] = frozenset()
    tokens: set[int] = field(default_factory=set)
    resolved: list[tuple[int, int]] = field(default_factory=list)


class Roster:
    """The entities of one Doc and the tokens where each is named; grows by the unnamed sources that are found."""

    def __init__(self, view: View, groups: Sequence[Group]) -> None:
        self.view, self.lexicon = view, view.lexicon
        self.entities = [_candidate(i, group, view) for i, group in enumerate(groups)]
        self.at: dict[int, int] = {}
        for entity, group in zip(self.entities, groups, strict=True):
            for mention in group.mentions:
                for token in range(mention.start_token, mention.end_token):
                    self.at[token] = entity.number
        named = sorted((place, entity.number) for entity in self.entities for place in entity.places)
        self._order = [place for place, _ in named]
        self._named = [number for _, number in named]
        self._described: dict[str, int] = {}
        self._resolved: dict[int, int] = {}
        self.named_inside: dict[int, set[int]] = {}
        for token, number in self.at.items():
            self.named_inside.setdefault(view.quoted[token], set()).add(number)
        self.sentence = _sentence_numbers(view.doc)

    def named_before(self, end: int) -> list[int]:
        """Numbers of the entities named before token `end` outside of quotations, the nearest first."""
        found: dict[int, None] = {}
        high = bisect_left(self._order, end)
        for i in range(high - 1, max(-1, high - 80), -1):
            place = self._order[i]
            if self.view.quoted[place] < 0:
                found[self._named[i]] = None
            if len(found) >= MOST_CANDIDATES:
                break
        return list(found)

    def stands_for(self, token: int) -> int | None:
        """The entity that a token's name, or the mention resolved so far around it, stands for."""
        return self.at.get(token, self._resolved.get(token))

    def add_resolved(self, entity: Candidate, mention: tuple[int, int]) -> None:
        """Note that a pronoun or noun phrase stands for an entity."""
        entity.resolved.append(mention)
        self._resolved.update(dict.fromkeys(range(*mention), entity.number))

    def last_before(self, candidate: Candidate, anchor: int) -> int:
        """The candidate's last mention outside of quotations before `anchor`, -1 where there is none."""
        i = bisect_left(candidate.outside, anchor)
        return candidate.outside[i - 1] if i else -1

    def next_after(self, candidate: Candidate, anchor: int) -> int | None:
        """The candidate's first mention outside of quotations from `anchor` on, None where there is none."""
        i = bisect_left(candidate.outside, anchor)
        return candidate.outside[i] if i < len(candidate.outside) else None

    def other_named(self, before: Quotation, after: Quotation, candidate: Candidate) -> bool:
        """Whether another person is named between two quotations, outside of both."""
        low, high = bisect_left(self._order, before.end), bisect_left(self._order, after.start)
        return any(
            self._named[i] != candidate.number and self.entities[self._named[i]].label == "PERSON"
            for i in range(low, high)
            if self.view.quoted[self._order[i]] < 0
        )

    def named_by(self, head: int) -> tuple[int, tuple[int, int]] | None:
        """The entity that the noun phrase around token `head` names, with the phrase's tokens."""
        doc = self.view.doc
        start, end = mention_bounds(self.view, head)
        kind = self.lexicon.kind_of_source(doc[head].lemma_.lower(), doc[head].lower_)
        if head in self.at and (kind != "person" or self.entities[self.at[head]].label != "ORG"):
            return self.at[head], self.name_around(head)
        apposed = (c.i for c in children_of(doc[head]) if c.dep_ in ("appos", "flat", "flat:name") and c.i in self.at)
        for child in apposed:
            if self.entities[self.at[child]].label == "PERSON":
                return self.at[child], self.name_around(child)
        after = phrase_bounds(doc, head, full=True)[1]
        if kind == "person" or doc[head].pos_ == "PROPN":
            name = self._name_behind(start, after)
            if name is not None:
                return self.at[name[0]], name
        if kind == "organisation" and after < len(doc):
            body = after + (doc[after].lower_ == "the")
            if body in self.at and self.entities[self.at[body]].label == "ORG" and self.name_around(body)[0] == body:
                return self.at[body], self.name_around(body)  # "the British newspaper The NAME"
        for i in range(end - 1, start - 1, -1):
            if (
                i in self.at
                and self.entities[self.at[i]].label == "PERSON"
                and doc[i + 1 : i + 2].text not in POSSESSIVES
            ):
                name = self.name_around(i)
                if (i >= head or doc[i].head.i in (head, doc[head].head.i)) and not self._tells_apart(head, name):
                    return self.at[i], name
                break
        return (self.at[head], self.name_around(head)) if head in self.at else None

    def _name_behind(self, start: int, end: int, conjoined: bool = False) -> tuple[int, int] | None:
        """The person whose office stands in the tokens from `start` to `end`, where the name follows it.

        "the minister of foreign affairs NAME", "the party's first secretary in the city, Mr NAME, complained",
        "a blogger named NAME", "former envoy and opposition leader NAME", "said a gardener who works there, NAME."
        """
        doc = self.view.doc
        low = end + (doc[end : end + 1].text in ("named", "called"))
        name = self._person_at(low)
        if name is not None:
            beside = doc[low - 1]
            kind = self.lexicon.kind_of_source(beside.lemma_.lower(), beside.lower_)
            chain = [t.pos_ for t in doc[start : low - 1] if t.pos_ in ("ADP", "CCONJ")]
            of_another = kind == "person" and chain[-1:] == ["ADP"]  # "the aides of president NAME"
            return None if beside.pos_ == "ADP" or of_another else name
        following = doc[end : end + 1].text
        if following == ",":
            name = self._set_off(end)
            last = doc[name[1]] if name is not None and name[1] < len(doc) else None
            if name is not None and (last is None or last.text in (",", ".") or last.tag_.startswith("VB")):
                return name
        if following == "and" and not conjoined and doc[start].pos_ != "DET":
            head = phrase_head_after(doc, end + 1, min(len(doc), end + LONGEST_CLAUSE))
            other = doc[head] if head is not None else None
            if other is not None and self.lexicon.kind_of_source(other.lemma_.lower(), other.lower_) == "person":
                stop = phrase_bounds(doc, other.i, full=True)[1]
                inside = (self._person_at(i) for i in range(other.i + 1, stop))
                return next(filter(None, inside), None) or self._name_behind(end + 1, stop, True)
        if start and doc[start - 1].tag_ in ("VBD", "VBZ", "VBP"):
            for i in range(end, min(end + LONGEST_CLAUSE, len(doc))):
                if self.view.quoted[i] >= 0 or doc[i].text in (".", ":", ";"):
                    break
                name = self._set_off(i) if doc[i].text == "," else None
                if name is not None and doc[name[1] : name[1] + 1].text == ".":
                    return name
        return None

    def _person_at(self, token: int) -> tuple[int, int] | None:
        """The person's name that begins at a token."""
        named = token in self.at and self.entities[self.at[token]].label == "PERSON"
        return self.name_around(token) if named and self.name_around(token)[0] == token else None

    def _set_off(self, comma: int) -> tuple[int, int] | None:
        """The person's name that follows a comma, behind titles at most."""
        doc = self.view.doc
        for i in range(comma + 1, min(comma + 6, len(doc))):
            name = self._person_at(i)
            if name is not None or doc[i].pos_ not in ("PROPN", "NOUN", "ADJ"):
                return name
        return None

    def _tells_apart(self, head: int, name: tuple[int, int]) -> bool:
        """Whether a name says whose the noun before it is: "an aide to NAME", but not "member of parliament NAME"."""
        doc = self.view.doc
        beside = doc[name[0] - 1]
        if beside.pos_ == "NOUN" and self.lexicon.kind_of_source(beside.lemma_.lower(), beside.lower_) != "person":
            return False
        between = [t for t in doc[head + 1 : name[0]] if t.pos_ == "ADP"]
        if not between or doc[name[0] - 1].tag_ == "NNS":
            return False
        bodies = any(self.entities[self.at[i]].label != "PERSON" for i in range(head, name[0]) if i in self.at)
        return between[-1].lower_ in ("for", "to") or not bodies

    def name_around(self, token: int) -> tuple[int, int]:
        """The tokens (start, end) of the name that `token` is part of."""
        number = self.at[token]
        start, end = token, token + 1
        while self.at.get(start - 1) == number:
            start -= 1
        while self.at.get(end) == number:
            end += 1
        return start, end

    def antecedent(self, mention: tuple[int, int]) -> tuple[int | None, tuple[int, int] | None] | None:
        """What a short definite phrase takes up, "the scholar" after "a Beijing-based scholar".

        Gives the number of the entity that the phrase before describes, or that phrase's own tokens; None where no
        phrase with the same noun stands in the sentences before.
        """
        doc = self.view.doc
        head = next((t for t in reversed(list(doc[mention[0] : mention[1]])) if t.pos_ == "NOUN"), None)
        if head is None or doc[mention[0]].lower_ not in ("the", "this", "that") or mention[1] - mention[0] > 3:
            return None
        lemma, low = head.lemma_.lower(), self.sentence[mention[0]] - 12
        issued = lemma in ISSUED
        for i in range(mention[0] - 1, max(-1, mention[0] - FARTHEST_ANTECEDENT), -1):
            if self.sentence[i] < low:
                return None
            token = doc[i]
            if token.pos_ not in ("NOUN", "PROPN") or self.view.quoted[i] >= 0:
                continue
            if token.lower_ != head.lower_:
                # "A White House note …. The statement read": another word for it, where it tells who issued it.
                if (
                    issued
                    and token.lower_ in ISSUED
                    and (by := self._issuer(*mention_bounds(self.view, i))) is not None
                ):
                    return by, None
                continue
            if i in self.at:
                return (self.at[i], None) if self.name_around(i)[1] == i + 1 else None
            start, end = mention_bounds(self.view, i)
            if doc[start].lower_ in ("a", "an", "one", "another") or end - start > mention[1] - mention[0] + 1:
                bearer = self._bearer(token, start)
                if bearer is not None:
                    return bearer, None
                if issued and (issuer := self._issuer(start, end)) is not None:
                    return issuer, None
                if issued and (issuer := self._reporter_in(i)) is not None:
                    return issuer, None
                return None, (start, end)
        return None

    def _bearer(self, noun: Token, start: int) -> int | None:
        """The named entity that a noun phrase describes, beside it or as its predicate ("NAME is a doctor")."""
        doc = self.view.doc
        named = self.named_by(noun.i)
        if named is not None:
            return named[0]
        if start > 1 and doc[start - 1].text in (",", "(", "–", "—") and start - 2 in self.at:
            return self.at[start - 2]
        return next((self.at[c.i] for c in children_of(noun) if c.dep_ in SUBJECTS and c.i in self.at), None)

    def issuer_named(self, mention: tuple[int, int]) -> int | None:
        """Who issued a document that is the source, where the phrase names them: "a statement by NAME"."""
        doc = self.view.doc
        head = doc[mention[0] : mention[1]].root
        lemma = head.lemma_.lower()
        if lemma not in ISSUED and head.lower_ not in ISSUED:
            # "NAME's reply", "NAME's article": what a person has said or written; "an ORG report", "a story in ORG".
            spoken = lemma in self.lexicon.speech_nouns or lemma in self.lexicon.document_nouns
            owner = self._issuer(*mention) if spoken else None
            last = max((i for i in range(*mention) if self.at.get(i) == owner), default=0)
            if owner is not None and self.entities[owner].label == "PERSON":
                return owner if doc[last + 1 : last + 2].text in POSSESSIVES else None
            return self._publisher(mention, head.i) if spoken else None
        for i in range(head.i + 1, min(head.i + 4, len(doc))):
            if doc[i].lower_ in ("by", "from", "on"):
                first = next((k for k in range(i + 1, min(i + 5, len(doc))) if k in self.at), None)
                last = self.name_around(first)[1] if first is not None else 0
                owned = doc[last : last + 1].text in POSSESSIVES or doc[last : last + 1].lemma_.lower() in ISSUED
                if first is None or doc[first].lower_ in PLATFORMS or (doc[i].lower_ == "on" and not owned):
                    return None
                return self.at[first]
        return self._issuer(*mention)

    def _publisher(self, mention: tuple[int, int], head: int) -> int | None:
        """The organisation whose document a phrase names: "an ORG report", "ORG's analysis", "a story in ORG"."""
        doc = self.view.doc
        behind = end = head + 1
        if doc[behind : behind + 1].text in ("by", "from", "in"):
            while end + 1 < min(behind + 6, len(doc)) and doc[end + 1].pos_ in ("DET", "ADJ", "NOUN", "PROPN"):
                end += 1
        for i in (*range(*mention), *range(behind, end + 1)):
            if i in self.at and self.entities[self.at[i]].label == "ORG" and doc[i].lower_ not in PLATFORMS:
                last = self.name_around(i)[1]
                if last == head or (last < head and doc[last].text in POSSESSIVES) or i > behind:
                    return self.at[i]
        return None

    def related_in(self, mention: tuple[int, int], head: int) -> set[int]:
        """The entities that a phrase tells its noun from: NAME in "NAME's aide", "an aide to NAME"."""
        doc = self.view.doc
        found = set()
        for i in range(*mention):
            if i in self.at:
                first, last = self.name_around(i)
                owns = last <= head and doc[last : last + 1].text in POSSESSIVES
                if owns or (first > head and doc[first - 1].pos_ in ("ADP", "DET")):
                    found.add(self.at[i])
        return found

    def _issuer(self, start: int, end: int) -> int | None:
        """Who issued the statement that a phrase names: "NAME's statement", "a statement from NAME"."""
        doc = self.view.doc
        for i in range(start, end):
            if i in self.at and self.entities[self.at[i]].label != "OTHER" and doc[i].lower_ not in PLATFORMS:
                last = self.name_around(i)[1]
                beside = doc[last : last + 1].text in POSSESSIVES or doc[last : last + 1].lemma_.lower() in ISSUED
                if beside or doc[i - 1].lower_ in ("by", "from", "of", "the"):
                    return self.at[i]
        return None

    def _reporter_in(self, token: int) -> int | None:
        """Who the sentence around a statement says that it reports: "NAME said in a statement"."""
        for report in self.view.reports_between(max(0, token - 40), token + 40):
            here = report.form == "verb" and self.sentence[report.anchor] == self.sentence[token]
            if here and report.subject is not None and (named := self.named_by(report.subject)) is not None:
                return named[0]
        return None

    def text(self, tokens: tuple[int, int]) -> str:
        """The words of some tokens (start, end), with single spaces."""
        return " ".join(self.view.doc[tokens[0] : tokens[1]].text.split())

    def describe(self, mention: tuple[int, int], again: tuple[int, int] | None = None, owner: str | None = None) -> int:
        """The number of an unnamed source ("a police spokesman"), one a description; `again` is a later mention.

        `owner` is the name that a pronoun at its start stands for: "her lawyer" is "Ann Lee’s lawyer".
        """
        doc = self.view.doc
        name = self.relative(mention) or self.text((mention[0], self._clause_end(mention)))
        if owner is not None:
            name = f"{owner}’s {self.text((mention[0] + 1, mention[1]))}"
        known = self.described_as(name)
        if known is not None:
            self._mention_again(self.entities[known], again or mention)
            return known
        tokens = doc[mention[0] : mention[1]]
        head = tokens.root
        lemma = head.lemma_.lower()
        entity = Candidate(
            len(self.entities),
            name,
            "OTHER",
            self.lexicon.noun_gender.get(lemma),
            frozenset(t.lemma_.lower() for t in tokens if t.is_alpha and not t.is_stop),
            frozenset((lemma,)),
            [],
            [],
            plural=head.tag_ in ("NNS", "NNPS"),
            described=True,
            tokens=set(range(*mention)),
        )
        self.entities.append(entity)
        self._described[_bare(name)] = entity.number
        self._mention_again(entity, mention)
        if again:
            self.add_resolved(entity, again)
        for token in entity.tokens:
            self.named_inside.setdefault(self.view.quoted[token], set()).add(entity.number)
        at = bisect_left(self._order, mention[0])
        self._order.insert(at, mention[0])
        self._named.insert(at, entity.number)
        return entity.number

    def _clause_end(self, mention: tuple[int, int]) -> int:
        """Where the clause ends that tells one unnamed person from others: "a parent who asked not to be named".

        A phrase that says more than a noun needs none: "a senior police officer".
        """
        doc, start = self.view.doc, mention[1]
        head = doc[mention[0] : start].root
        if doc[mention[0]].lower_ not in ("a", "an", "one") or start - mention[0] > 2 or start >= len(doc):
            return start
        tells = doc[start].lower_ == "who" or (doc[start].tag_ in ("VBG", "VBN") and doc[start].head.i == head.i)
        verb = head.head.i if head.head.i > start else len(doc)
        end = start
        while tells and end < min(start + LONGEST_CLAUSE, verb) and self.view.quoted[end] < 0 and not doc[end].is_punct:
            end += 1
        while end > start and end == verb and doc[end - 1].pos_ in ("AUX", "ADV"):
            end -= 1
        return end if end - start > 1 and (end == verb or doc[end : end + 1].text in (",", ".")) else start

    def relative(self, mention: tuple[int, int]) -> str | None:
        """A relative of a named person under the full name: "Ann Lee's mother" for "Lee's grieving mother"."""
        doc = self.view.doc
        head = doc[mention[0] : mention[1]].root
        if head.lemma_.lower() not in self.lexicon.kinship:
            return None
        for i in range(mention[0], head.i):
            if i in self.at and self.entities[self.at[i]].label == "PERSON":
                end = self.name_around(i)[1]
                if end < len(doc) and doc[end].text in POSSESSIVES:
                    return f"{self.entities[self.at[i]].name}{doc[end].text.rstrip('s')}s {head.lower_}"
        return None

    def described_as(self, name: str) -> int | None:
        """The number of the unnamed source known by a description, None where there is none."""
        return self._described.get(_bare(name))

    def _mention_again(self, entity: Candidate, mention: tuple[int, int]) -> None:
        self.add_resolved(entity, mention)
        insort(entity.places, mention[0])
        if self.view.quoted[mention[0]] < 0:
            insort(entity.outside, mention[0])


def _bare(name: str) -> str:
    words = name.casefold().split()
    return " ".join(words[1:] if words[:1] and words[0] in ("the", "a", "an") else words)


def _candidate(number: int, group: Group, view: View) -> Candidate:
    places = [mention.start_token for mention in group.mentions]
    words = frozenset(word.casefold() for form in (group.name, *group.aliases) for word in form.split())
    roles = frozenset(word.casefold() for role in (*group.roles, group.role or "") for word in role.split())
    if group.label == "ORG":
        roles |= _sorts_of_body(group, view)
    names = [group.affiliation, view.lexicon.demonyms.get(group.affiliation or "")]
    affiliation = frozenset(word for name in names if name for word in (name.casefold(), *name.casefold().split()))
    outside = [place for place in places if view.quoted[place] < 0]
    tokens = {t for mention in group.mentions for t in range(mention.start_token, mention.end_token)}
    return Candidate(
        number,
        group.name,
        group.label,
        group.gender,
        words,
        roles,
        places,
        outside,
        affiliation=affiliation,
        tokens=tokens,
    )


def _sorts_of_body(group: Group, view: View) -> frozenset[str]:
    """What sort of body the text says that an organisation is: "the airline NAME", "NAME, a charity for …"."""
    doc, found = view.doc, set()
    for mention in group.mentions:
        nouns = [doc[mention.start_token - 1]] if mention.start_token else []
        if doc[mention.end_token : mention.end_token + 1].text in (",", "–", "—"):
            head = phrase_head_after(doc, mention.end_token + 1, min(len(doc), mention.end_token + 12))
            if head is not None and doc[mention.end_token + 1].pos_ == "DET":
                nouns.append(doc[head])
        for noun in nouns:
            lemma = noun.lemma_.lower()
            if noun.pos_ == "NOUN" and view.lexicon.kind_of_source(lemma, noun.lower_) in ("organisation", "group"):
                found.add(lemma)
    return frozenset(found)


def _sentence_numbers(doc: Doc) -> list[int]:
    numbers: list[int] = ((doc.to_array("SENT_START") == 1).cumsum() - 1).tolist()
    return numbers
