"""Which candidates a mention can stand for at all: by kind, number, gender and office."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Token

from quoteminer.candidates import Candidate
from quoteminer.phrases import DEFINITE, Phrases

UNNAMED = frozenset(("source", "insider", "observer", "user", "commenter", "reader", "viewer", "passer-by"))
WITHHELD = frozenset(("anonymous", "unidentified", "unnamed"))
INDEFINITE = frozenset(("another", "one", "some", "other", "several", "a", "an"))
LABELS_OF_KIND = {
    "person": ("PERSON", "OTHER"),
    "group": ("ORG", "OTHER"),
    "organisation": ("ORG", "PLACE", "OTHER"),
    "document": ("OTHER",),
    "place": ("PLACE", "OTHER"),
}


class Fitting:
    """Leaves out of the candidates for a mention those that it cannot mean."""

    def __init__(self, phrases: Phrases) -> None:
        self.phrases, self.roster, self.view, self.lexicon = phrases, phrases.roster, phrases.view, phrases.lexicon

    def for_noun(self, pool: Sequence[Candidate], mention: tuple[int, int]) -> Sequence[Candidate]:
        """The candidates that a noun phrase can stand for, and the bearers of its office who are named elsewhere."""
        fitting = LABELS_OF_KIND.get(self.kind(mention) or "")
        pool = [c for c in pool if fitting is None or c.label in fitting]
        pool = [c for c in pool if not c.described or self._may_be(c, mention)]
        pool = self._bearable(pool, mention)
        return [*pool, *self._bearers_elsewhere(pool, mention)]

    def kind(self, mention: tuple[int, int]) -> str | None:
        """What sort of source a noun phrase describes, by its last noun."""
        return self.view.kind_of(self.view.head_of(mention))

    def _bearers_elsewhere(self, pool: Sequence[Candidate], mention: tuple[int, int]) -> list[Candidate]:
        """The persons who have the office that a definite phrase names, but are named farther off, or later."""
        doc = self.view.doc
        office = self.office(self.view.head_of(mention))
        if doc[mention[0]].lower_ not in DEFINITE:
            return []
        near = {candidate.number for candidate in pool}
        return [c for c in self.roster.entities if c.label == "PERSON" and office in c.roles and c.number not in near]

    def office(self, noun: Token) -> str:
        """The noun of an office in full: "minister" for "PM"."""
        lemma = noun.lemma_.lower()
        return self.lexicon.office_abbreviations.get(lemma, lemma).split()[-1] if lemma.strip() else ""

    def _may_be(self, source: Candidate, mention: tuple[int, int]) -> bool:
        """Whether a phrase can take up an unnamed source: "the spokesman" a police spokesman, but not a report.

        "The medical source" is no judicial source: what takes a source up says no more of it.
        """
        head = self.view.head_of(mention)
        said = {t.lemma_.lower() for t in self.view.doc[mention[0] : head.i] if t.pos_ in ("ADJ", "NOUN", "PROPN")}
        if head.lemma_.lower() in source.roles and not said <= source.words:
            return False
        kind = self.kind(mention)
        kinds = {self.lexicon.kind_of_source(role, role) for role in source.roles} - {None}
        alike = head.lemma_.lower() in source.roles or not kinds or kind is None or kind in kinds
        singular = kind == "person" and head.tag_ in ("NN", "NNP")
        return alike and not (singular and source.plural)

    def _bearable(self, pool: Sequence[Candidate], mention: tuple[int, int]) -> Sequence[Candidate]:
        """The candidates that a noun may stand for.

        "The father" means only one so called, "the organisers" no one person, "the unnamed author" none of them.
        """
        root = self.view.head_of(mention)
        lemma = root.lemma_.lower()
        related = self.phrases.related_in(mention, root.i)
        pool = [c for c in pool if c.number not in related]
        if lemma in UNNAMED:
            return [c for c in pool if c.described and lemma in c.roles]
        if lemma in self.lexicon.kinship:
            return [c for c in pool if lemma in c.roles]
        first = self.view.doc[mention[0]].lower_
        if first in INDEFINITE or any(self.view.doc[i].lower_ in WITHHELD for i in range(mention[0], root.i)):
            return []
        if root.tag_ in ("NNS", "NNPS"):
            pool = [c for c in pool if c.label != "PERSON"]
        if related:  # "Oduya's supervisor" is whoever supervises, "Norland's army" no country
            office = self.office(root)
            bearers = [c for c in pool if c.described or office in c.roles or {lemma, root.lower_} & c.words]
            pool = [c for c in bearers if c.label != "PLACE"]
        return pool

    def for_pronoun(self, pool: Sequence[Candidate], mention: tuple[int, int]) -> Sequence[Candidate]:
        """The candidates that a pronoun can stand for: "she" for no document, no body and no man."""
        pronoun = self.view.pronoun(mention[0])
        if pronoun is None or pronoun.number != "singular":
            return pool
        if pronoun.gender == "neuter":
            return [c for c in pool if c.label != "PERSON"]
        persons = [c for c in pool if c.label == "PERSON" or (c.described and self._is_person(c))]
        return [c for c in persons if c.gender in (None, pronoun.gender)] or persons

    def _is_person(self, candidate: Candidate) -> bool:
        kinds = {self.lexicon.kind_of_source(role, role) for role in candidate.roles}
        return not candidate.plural and not kinds & {"document", "organisation", "group", "place"}
