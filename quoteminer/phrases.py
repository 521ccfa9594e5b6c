"""Whom a noun phrase names: the office before a name, what a phrase takes up, who issued a document."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from quoteminer.candidates import LONGEST_CLAUSE, Roster
from quoteminer.syntax import POSSESSIVES, SUBJECTS, children_of, phrase_bounds, phrase_head_after, subject_of

FARTHEST_ANTECEDENT = 1_000  # tokens
FARTHEST_SENTENCE = 12
DEFINITE = frozenset(("the", "this", "that"))
ISSUED = frozenset((
    "statement", "post", "message", "tweet", "letter", "email", "release", "note", "communiqué", "announcement",
    "website", "site", "page", "account", "handle", "blog",
))  # fmt: skip
SENDING = frozenset((
    "address", "author", "deliver", "draft", "issue", "pen", "post", "publish", "release", "send", "sign", "submit",
    "write",
))  # fmt: skip
FARTHEST_SIGNATORY = 10  # tokens
FARTHEST_REPORTER = 40  # tokens
PLATFORMS = frozenset(("twitter", "x", "facebook", "instagram", "youtube", "telegram", "weibo", "tiktok", "wechat"))
Antecedent = tuple[int | None, tuple[int, int] | None]  # an entity's number, or the tokens of a phrase


class Phrases:
    """Reads the noun phrases of a Doc against its entities."""

    def __init__(self, roster: Roster) -> None:
        self.roster, self.view, self.lexicon = roster, roster.view, roster.lexicon
        self.entities, self.at, self.sentence = roster.entities, roster.at, roster.sentence

    def named_by(self, head: int) -> tuple[int, tuple[int, int]] | None:
        """The entity that the noun phrase around token `head` names, with the phrase's tokens."""
        doc = self.view.doc
        start, end = self.view.mention_bounds(head)
        kind = self.view.kind_of(doc[head])
        if head in self.at and (kind != "person" or self.entities[self.at[head]].label != "ORG"):
            return self.at[head], self.roster.name_around(head)
        apposed = (c.i for c in children_of(doc[head]) if c.dep_ in ("appos", "flat", "flat:name") and c.i in self.at)
        for child in apposed:
            if self.entities[self.at[child]].label == "PERSON":
                return self.at[child], self.roster.name_around(child)
        after = phrase_bounds(doc, head, full=True)[1]
        if kind == "person" or doc[head].pos_ == "PROPN":
            name = self._name_behind(start, after)
            if name is not None:
                return self.at[name[0]], name
        if kind == "organisation" and after < len(doc):
            body = after + (doc[after].lower_ == "the")
            paper = self._named_at(body, "ORG")
            if paper is not None:
                return self.at[body], paper  # "the British newspaper The NAME"
        for i in range(end - 1, start - 1, -1):
            if (
                i in self.at
                and self.entities[self.at[i]].label == "PERSON"
                and doc[i + 1 : i + 2].text not in POSSESSIVES
            ):
                name = self.roster.name_around(i)
                if (i >= head or doc[i].head.i in (head, doc[head].head.i)) and not self._tells_apart(head, name):
                    return self.at[i], name
                break
        return (self.at[head], self.roster.name_around(head)) if head in self.at else None

    def _name_behind(self, start: int, end: int, conjoined: bool = False) -> tuple[int, int] | None:
        """The person whose office stands in the tokens from `start` to `end`, where the name follows it.

        "the minister of foreign affairs NAME", "the party's first secretary in the city, Mr NAME, complained",
        "a blogger named NAME", "former envoy and opposition leader NAME", "said a gardener who works there, NAME."
        """
        doc = self.view.doc
        low = end + (doc[end : end + 1].text in ("named", "called"))
        name = self._named_at(low)
        if name is not None:
            beside = doc[low - 1]
            kind = self.view.kind_of(beside)
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
            if other is not None and self.view.kind_of(other) == "person":
                stop = phrase_bounds(doc, other.i, full=True)[1]
                inside = (self._named_at(i) for i in range(other.i + 1, stop))
                return next(filter(None, inside), None) or self._name_behind(end + 1, stop, True)
        if start and doc[start - 1].tag_ in ("VBD", "VBZ", "VBP"):
            for i in range(end, min(end + LONGEST_CLAUSE, len(doc))):
                if self.view.quoted[i] >= 0 or doc[i].text in (".", ":", ";"):
                    break
                name = self._set_off(i) if doc[i].text == "," else None
                if name is not None and doc[name[1] : name[1] + 1].text == ".":
                    return name
        return None

    def _named_at(self, token: int, label: str = "PERSON") -> tuple[int, int] | None:
        """The name that begins at a token, where its label is that one."""
        named = token in self.at and self.entities[self.at[token]].label == label
        return self.roster.name_around(token) if named and self.roster.name_around(token)[0] == token else None

    def _set_off(self, comma: int) -> tuple[int, int] | None:
        """The person's name that follows a comma, behind titles at most."""
        doc = self.view.doc
        for i in range(comma + 1, min(comma + 6, len(doc))):
            name = self._named_at(i)
            if name is not None or doc[i].pos_ not in ("PROPN", "NOUN", "ADJ"):
                return name
        return None

    def _tells_apart(self, head: int, name: tuple[int, int]) -> bool:
        """Whether a name says whose the noun before it is: "an aide to NAME", but not "member of parliament NAME"."""
        doc = self.view.doc
        beside = doc[name[0] - 1]
        kind = self.view.kind_of(beside)
        titled = kind == "person" or beside.lower_.replace(".", "") in self.lexicon.honorifics
        if beside.pos_ in ("NOUN", "PROPN") and not titled:
            return False
        joints = [t.pos_ for t in doc[head + 1 : name[0]] if t.pos_ in ("ADP", "CCONJ")]
        if joints[-1:] == ["CCONJ"]:
            return False  # "envoy to Norland and opposition leader NAME"
        between = [t for t in doc[head + 1 : name[0]] if t.pos_ == "ADP"]
        if not between or doc[name[0] - 1].tag_ == "NNS":
            return False
        bodies = any(self.entities[self.at[i]].label != "PERSON" for i in range(head, name[0]) if i in self.at)
        return between[-1].lower_ in ("for", "to") or not bodies

    def nouns_before(self, mention: tuple[int, int], sentences: int) -> Iterator[Token]:
        """The nouns before a mention and outside of quotations, the nearest first, as far back as some sentences."""
        low = self.sentence[mention[0]] - sentences
        for i in range(mention[0] - 1, max(-1, mention[0] - FARTHEST_ANTECEDENT), -1):
            if self.sentence[i] < low:
                return
            token = self.view.doc[i]
            if token.pos_ in ("NOUN", "PROPN") and self.view.quoted[i] < 0:
                yield token

    def antecedent(self, mention: tuple[int, int]) -> Antecedent | None:
        """What a short definite phrase takes up, "the scholar" after "a Beijing-based scholar".

        Gives the number of the entity that the phrase before describes, or that phrase's own tokens; None where no
        phrase with the same noun stands in the sentences before.
        """
        doc = self.view.doc
        head = next((t for t in reversed(list(doc[mention[0] : mention[1]])) if t.pos_ == "NOUN"), None)
        if head is None or doc[mention[0]].lower_ not in DEFINITE or mention[1] - mention[0] > 3:
            return None
        lemma = head.lemma_.lower()
        issued = lemma in ISSUED
        for token in self.nouns_before(mention, FARTHEST_SENTENCE):
            i = token.i
            if token.lower_ != head.lower_:
                # "A White House note …. The statement read": another word for it, where it tells who issued it.
                if issued and token.lower_ in ISSUED and (by := self._issuer(*self.view.mention_bounds(i))) is not None:
                    return by, None
                continue
            if i in self.at:
                return (self.at[i], None) if self.roster.name_around(i)[1] == i + 1 else None
            start, end = self.view.mention_bounds(i)
            owned = doc[start].tag_ == "PRP$" and lemma in self.lexicon.kinship
            if owned or doc[start].lower_ in ("a", "an", "one", "another") or end - start > mention[1] - mention[0] + 1:
                bearer = self._bearer(token, start)
                if bearer is not None:
                    return bearer, None
                if issued and (issuer := self._issuer(start, end)) is not None:
                    return issuer, None
                if issued and (issuer := self._reporter_in(i)) is not None:
                    return issuer, None
                return None, (start, end)
        return None

    def issuer_before(self, mention: tuple[int, int]) -> int | None:
        """Who issued the document that a definite phrase takes up: "the letter" after "a letter, signed by NAME"."""
        doc = self.view.doc
        head = self.view.head_of(mention)
        if head.lemma_.lower() not in ISSUED or doc[mention[0]].lower_ not in DEFINITE or mention[1] - mention[0] > 3:
            return None
        for noun in self.nouns_before(mention, FARTHEST_SENTENCE):
            if noun.pos_ == "NOUN" and noun.lower_ in ISSUED:
                issuer = self._signatory(noun.i)
                issuer = self._sender(noun) if issuer is None else issuer
                if issuer is not None:
                    return issuer
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
        head = self.view.head_of(mention)
        lemma = head.lemma_.lower()
        if lemma not in ISSUED and head.lower_ not in ISSUED:
            # "NAME's reply", "NAME's article": what a person has said or written; "an ORG report", "a story in ORG".
            spoken = lemma in self.lexicon.speech_nouns or lemma in self.lexicon.document_nouns
            owner = self._issuer(*mention) if spoken else None
            last = max((i for i in range(*mention) if self.at.get(i) == owner), default=0)
            if owner is not None and self.entities[owner].label == "PERSON":
                return owner if doc[last + 1 : last + 2].text in POSSESSIVES else None
            return self._publisher(mention, head.i) if spoken else None
        if (signatory := self._signatory(head.i)) is not None:
            return signatory
        for i in range(head.i + 1, min(head.i + 4, len(doc))):
            if doc[i].lower_ in ("by", "from", "on"):
                first = next((k for k in range(i + 1, min(i + 5, len(doc))) if k in self.at), None)
                last = self.roster.name_around(first)[1] if first is not None else 0
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
                last = self.roster.name_around(i)[1]
                if last == head or (last < head and doc[last].text in POSSESSIVES) or i > behind:
                    return self.at[i]
        return None

    def related_in(self, mention: tuple[int, int], head: int) -> set[int]:
        """The entities that a phrase tells its noun from: NAME in "NAME's aide", "an aide to NAME"."""
        doc = self.view.doc
        found = set()
        for i in range(*mention):
            if i in self.at:
                first, last = self.roster.name_around(i)
                owns = last <= head and doc[last : last + 1].text in POSSESSIVES
                if owns or (first > head and doc[first - 1].pos_ in ("ADP", "DET")):
                    found.add(self.at[i])
        return found

    def _issuer(self, start: int, end: int) -> int | None:
        """Who issued the statement that a phrase names: "NAME's statement", "a statement from NAME"."""
        doc = self.view.doc
        for i in range(start, end):
            if i in self.at and self.entities[self.at[i]].label != "OTHER" and doc[i].lower_ not in PLATFORMS:
                last = self.roster.name_around(i)[1]
                beside = doc[last : last + 1].text in POSSESSIVES or self._ends_in_issued(last, end)
                if beside or doc[i - 1].lower_ in ("by", "from", "of", "the"):
                    return self.at[i]
        return None

    def _ends_in_issued(self, start: int, end: int) -> bool:
        """Whether the nouns from a token on are a document: "statement", "press release"."""
        doc = self.view.doc
        while start + 1 < end and doc[start].pos_ == "NOUN" and doc[start + 1].pos_ == "NOUN":
            start += 1
        return doc[start : start + 1].lemma_.lower() in ISSUED

    def _signatory(self, noun: int) -> int | None:
        """Who signed or issued a document, as told right behind it: "the letter, signed by its director NAME"."""
        doc = self.view.doc
        verb = noun + 1 + (doc[noun + 1 : noun + 2].text == ",")
        if verb + 1 >= len(doc) or doc[verb].lemma_.lower() not in SENDING or doc[verb + 1].lower_ != "by":
            return None
        named = []
        for i in range(verb + 2, min(verb + 2 + FARTHEST_SIGNATORY, len(doc))):
            if doc[i].text in (",", ".", "(") or doc[i].pos_ in ("VERB", "AUX"):
                break
            if i in self.at:
                named.append(self.at[i])
        persons = [number for number in named if self.entities[number].label == "PERSON"]
        return next(iter((*persons, *named)), None)

    def _sender(self, noun: Token) -> int | None:
        """Who sent or wrote a document: "NAME has sent a letter", "NAME published a note"."""
        verb = noun.head
        if noun.dep_ not in ("obj", "dobj") or verb.lemma_.lower() not in SENDING or self.view.quoted[verb.i] >= 0:
            return None
        subject = subject_of(verb)
        named = self.named_by(subject.i) if subject is not None and subject.i < verb.i else None
        return None if named is None else named[0]

    def _reporter_in(self, token: int) -> int | None:
        """Who the sentence around a statement says that it reports: "NAME said in a statement"."""
        for report in self.view.reports_between(max(0, token - FARTHEST_REPORTER), token + FARTHEST_REPORTER):
            here = report.form == "verb" and self.sentence[report.anchor] == self.sentence[token]
            if here and report.subject is not None and (named := self.named_by(report.subject)) is not None:
                return named[0]
        return None
