"""What the text may have named as a speaker: its entities, where they stand, and what noun phrases say of them."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc

from quoteminer.entities import Group
from quoteminer.syntax import POSSESSIVES, phrase_head_after
from quoteminer.view import Quotation, View

LONGEST_CLAUSE = 16  # tokens
MOST_CANDIDATES = 12
_NOTHING: frozenset[str] = frozenset()


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

    def name_around(self, token: int) -> tuple[int, int]:
        """The tokens (start, end) of the name that `token` is part of."""
        number = self.at[token]
        start, end = token, token + 1
        while self.at.get(start - 1) == number:
            start -= 1
        while self.at.get(end) == number:
            end += 1
        return start, end

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
        head = self.view.head_of(mention)
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
        head = self.view.head_of(mention)
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
        head = self.view.head_of(mention)
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
    roles = _NOTHING
    if group.label == "ORG":
        roles = _sorts_of_body(group, view)
    elif group.roles or group.role:
        roles = frozenset(word.casefold() for role in (*group.roles, group.role or "") for word in role.split())
    affiliation = _NOTHING
    if group.affiliation:
        names = (group.affiliation, view.lexicon.demonyms.get(group.affiliation, ""))
        affiliation = frozenset(word for name in names for word in (name.casefold(), *name.casefold().split()) if word)
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
        after = mention.end_token + 1
        if after < len(doc) and view.words[after - 1] in (",", "–", "—") and doc[after].pos_ == "DET":
            head = phrase_head_after(doc, after, min(len(doc), after + 11))
            if head is not None:
                nouns.append(doc[head])
        for noun in nouns:
            if noun.pos_ == "NOUN" and view.kind_of(noun) in ("organisation", "group"):
                found.add(noun.lemma_.lower())
    return frozenset(found)


def _sentence_numbers(doc: Doc) -> list[int]:
    numbers: list[int] = ((doc.to_array("SENT_START") == 1).cumsum() - 1).tolist()
    return numbers
