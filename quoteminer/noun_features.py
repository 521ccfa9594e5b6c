"""What the ranker of speakers looks at where a noun phrase attributes: what it says, and who fits that."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from spacy.tokens import Token

from quoteminer.candidates import Candidate
from quoteminer.fitting import Fitting
from quoteminer.loglinear import Features
from quoteminer.phrases import DEFINITE

DETERMINERS = frozenset(("the", "a", "an", "his", "her", "their", "its", "one", "this", "another"))
POSSESSIVE_PRONOUNS = frozenset(("his", "her", "their", "its"))
LABEL_OF_KIND = {"person": "PERSON", "organisation": "ORG", "place": "PLACE"}


@dataclass(frozen=True, slots=True)
class Description:
    """What a noun phrase says of whom it means, its words as lemmas in lower case.

    Attributes:
        mention: its tokens (start, end).
        head: the word it is about; `lemma` its lemma.
        first: its first word.
        office: the office that the head names, in full.
        kind: what sort of source the head names, None for none.
        words: its words but for articles and prepositions.
        countries: the countries that it names, as nouns.
    """

    mention: tuple[int, int]
    head: Token
    lemma: str
    first: str
    office: str
    kind: str | None
    words: frozenset[str]
    countries: frozenset[str]


class NounFeatures:
    """Compares noun phrases with the entities of a Doc."""

    def __init__(self, fitting: Fitting) -> None:
        self.fitting, self.roster = fitting, fitting.roster
        self.view, self.lexicon = fitting.view, fitting.lexicon
        self.bearers = Counter(role for e in self.roster.entities for role in e.roles)

    def fit(self, candidate: Candidate, said: Description, found: Features) -> None:
        """Add how well a candidate fits a description to what is known of it."""
        head, lemma, label = said.head, said.lemma, candidate.label.lower()
        if said.office and said.office in candidate.roles:
            found["role fits"] = 1.0
            if self.bearers.get(said.office) == 1:
                found["only one with that role"] = 1.0
            if len(said.words) > 1 and said.words <= candidate.roles | candidate.words:
                found["whole role fits"] = 1.0
        else:
            if candidate.roles:
                found["has another role"] = 1.0
            if self.bearers.get(said.office):
                found["somebody else has that role"] = 1.0
        if lemma in candidate.words:
            found["word of the name"] = 1.0
        if said.words & candidate.words:
            found["shares a word"] = 1.0
        if head.tag_ in ("NNS", "NNPS"):
            found[f"plural noun for {label}"] = 1.0
        if said.kind:
            found[f"{said.kind} for {label}"] = 1.0
            if LABEL_OF_KIND.get(said.kind) == candidate.label:
                found["kind fits"] = 1.0
        if said.countries and candidate.affiliation:
            agrees = "affiliation agrees" if said.countries & candidate.affiliation else "affiliation differs"
            found[agrees] = 1.0
            if "role fits" in found:
                found[f"role fits, {agrees}"] = 1.0
        gender = self.lexicon.noun_gender.get(lemma)
        if gender and candidate.gender:
            found["noun's gender agrees" if gender == candidate.gender else "noun's gender differs"] = 1.0
        if said.first in DEFINITE or said.first in POSSESSIVE_PRONOUNS:
            found["definite"] = 1.0
        if any(said.mention[0] <= place < said.mention[1] for place in candidate.tokens):
            found["named in the mention"] = 1.0

    def describe(self, mention: tuple[int, int]) -> Description:
        """What a noun phrase says."""
        tokens = [t for t in self.view.doc[mention[0] : mention[1]] if t.is_alpha]
        words = {t.lemma_.lower() for t in tokens if t.pos_ not in ("DET", "ADP")}
        words |= {w for word in list(words) for w in self.lexicon.office_abbreviations.get(word, "").split()}
        first = self.view.doc[mention[0]]
        countries = {self.lexicon.demonyms.get(t.text, t.text).casefold() for t in tokens if t.text[:1].isupper()}
        countries.discard(first.text.casefold())
        head = self.view.head_of(mention)
        return Description(
            mention,
            head,
            head.lemma_.lower(),
            first.lower_,
            self.fitting.office(head),
            self.view.kind_of(head),
            frozenset(words),
            frozenset(countries),
        )

    def new(self, said: Description) -> Features:
        """The features of an unnamed source that the phrase itself tells of."""
        kind = said.kind or "other"
        found: Features = {
            "new": 1.0,
            f"new after {said.first if said.first in DETERMINERS else 'other'}": 1.0,
            "new plural" if said.head.tag_ in ("NNS", "NNPS") else "new singular": 1.0,
            f"new {kind}": 1.0,
            f"new {kind} {'definite' if said.first in DEFINITE else 'indefinite'}": 1.0,
        }
        if self.bearers.get(said.lemma):
            found["new, but somebody has that role"] = 1.0
        if said.mention[1] - said.mention[0] > 3:
            found["new long"] = 1.0
        if any(token in self.roster.at for token in range(*said.mention)):
            found["new with a name in it"] = 1.0
        return found
