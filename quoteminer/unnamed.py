"""The sources that a text describes but does not name, found again: "the spokesman" after "a police spokesman"."""

from __future__ import annotations

from spacy.tokens import Token

from quoteminer.candidates import Roster
from quoteminer.fitting import Fitting
from quoteminer.lexicon import Pronoun
from quoteminer.phrases import DEFINITE, Antecedent, Phrases
from quoteminer.pointers import Pointers

FARTHEST_REPORT = 120
FARTHEST_CHAIN = 3
FARTHEST_DOCUMENT = 4  # sentences
SURE = 0.4
KINDS_OF_PRONOUN = {"male": ("person",), "female": ("person",), "neuter": ("organisation", "document")}
ANY_DOCUMENT = frozenset(("document", "paper", "publication", "report", "study", "text"))


class UnnamedSources:
    """Finds the phrases before a mention that describe whom it means."""

    def __init__(self, roster: Roster, phrases: Phrases, fitting: Fitting, pointers: Pointers) -> None:
        self.view, self.roster, self.lexicon = roster.view, roster, roster.lexicon
        self.phrases, self.fitting, self.pointers = phrases, fitting, pointers

    def taken_up(self, mention: tuple[int, int]) -> Antecedent | None:
        """What a definite phrase takes up: the same noun before, as `Phrases.antecedent` gives it, or another word.

        "The text" after "an analysis of the markets" is that analysis, where the encoder points at it, or where a
        document is all that the word says.
        """
        found = self.phrases.antecedent(mention)
        if found is not None:
            return found
        token = self.view.head_of(mention).i
        kind, span = self.fitting.kind(mention), None
        for _ in range(FARTHEST_CHAIN):
            noun = self._noun_pointed_at(token)
            if noun is None:
                break
            if self.view.kind_of(noun) == kind:
                span = self.view.mention_bounds(noun.i)
            token = noun.i
        span = span or self._document_before(mention)
        return None if span is None or kind is None else (None, span)

    def _document_before(self, mention: tuple[int, int]) -> tuple[int, int] | None:
        """The document that "the report" or "the text" takes up: the last one that the text tells of in more words."""
        doc, noun = self.view.doc, self.view.head_of(mention)
        bare = doc[mention[0]].lower_ in DEFINITE and mention[1] - mention[0] == 2
        if not bare or noun.lemma_.lower() not in ANY_DOCUMENT:
            return None
        for before in self.phrases.nouns_before(mention, FARTHEST_DOCUMENT):
            told = before.tag_ == "NN" and before.lemma_.lower() in self.lexicon.document_nouns
            if told and before.i not in self.roster.at:
                start, end = self.view.mention_bounds(before.i)
                if end - start > 2 or doc[start].lower_ in ("a", "an"):
                    return start, end
        return None

    def reporter_before(self, anchor: int, mention: tuple[int, int] | None, low: int) -> tuple[int, int] | None:
        """The unnamed source whose words the text reports just before: "Another witness said …. “…,” she said."

        Args:
            anchor: the token of the pronoun, or of the quotation's start.
            mention: the pronoun's tokens, None where there is none.
            low: the token where the quotation before ends.

        Returns:
            The source's tokens; only one that the pronoun can stand for. None where there is none, or where the last
            report names someone.
        """
        pointed = self._source_pointed_at(mention)
        if pointed is not None:
            return pointed
        doc, roster = self.view.doc, self.roster
        for report in reversed(self.view.reports_between(max(low, anchor - FARTHEST_REPORT), anchor)):
            if report.form != "verb" or report.strength != "strong" or report.subject is None:
                continue
            subject = doc[report.subject]
            if roster.sentence[anchor] - roster.sentence[report.anchor] > 2:
                return None
            if (
                subject.i >= anchor
                or subject.pos_ not in ("NOUN", "PROPN")
                or self.phrases.named_by(subject.i) is not None
            ):
                return None
            pronoun = self.view.pronoun(mention[0]) if mention is not None else None
            if not self._is_of_kind(subject, pronoun):
                return None
            if pronoun is not None and pronoun.gender in ("male", "female") and subject.tag_ == "NNS":
                return None
            return self.view.mention_bounds(subject.i)
        return None

    def _source_pointed_at(self, mention: tuple[int, int] | None) -> tuple[int, int] | None:
        """The unnamed source that the encoder takes a pronoun for: "Officials have urged what they called “…”"."""
        pronoun = self.view.pronoun(mention[0]) if mention is not None else None
        if pronoun is None or mention is None:
            return None
        noun = self._noun_pointed_at(mention[0])
        if noun is None or not self._is_of_kind(noun, pronoun) or self.phrases.named_by(noun.i) is not None:
            return None
        several = pronoun.number == "singular" and noun.tag_ == "NNS"
        return None if several else self.view.mention_bounds(noun.i)

    def _noun_pointed_at(self, token: int) -> Token | None:
        """The noun, no name and none's, before `token` that the encoder is sure it takes up."""
        target, share = self.pointers.likeliest("antecedent", token)
        if share < SURE or not 0 <= target < token or self.view.quoted[target] >= 0:
            return None
        noun = self.view.doc[target]
        return noun if noun.pos_ == "NOUN" and self.roster.stands_for(target) is None else None

    def _is_of_kind(self, noun: Token, pronoun: Pronoun | None) -> bool:
        """Whether a noun is a source, and of a kind that a pronoun can stand for."""
        kind = self.view.kind_of(noun)
        known = KINDS_OF_PRONOUN.get(pronoun.gender or "", ("person", "group", "organisation")) if pronoun else None
        return kind is not None and (known is None or kind in known)
