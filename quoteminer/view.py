"""A Doc as attribution sees it: its blocks, its quotations as tokens, and the reporting words around them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy
from spacy.attrs import HEAD, IDX  # type: ignore[import-not-found]
from spacy.tokens import Doc, Token

from quoteminer.cues import Report
from quoteminer.layout import Block
from quoteminer.lexicon import Lexicon, Pronoun
from quoteminer.marks import MarkedSpan
from quoteminer.page import Page
from quoteminer.syntax import DESCRIBING, phrase_bounds

STOPS = frozenset((".", "?", "!", ";"))
FARTHEST = 300  # tokens: no sentence of the news is longer, and a line without full stops must not cost its square


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quoted stretch as tokens: `start`, `end` its tokens with the marks, `block` the number of its paragraph."""

    index: int
    start: int
    end: int
    block: int
    turn: int
    span: MarkedSpan


@dataclass(frozen=True, slots=True)
class Link:
    """What attributes a quotation.

    Attributes:
        rule: the rule's name.
        subject: head token of who speaks, None where the quotation goes on from another.
        cue: tokens (start, end) of the reporting words, None where there are none.
        previous: number of the quotation whose speaker goes on, None where this one has its own mention.
        within: tokens (start, end) of a line that does nothing but name who speaks.
    """

    rule: str
    subject: int | None = None
    cue: tuple[int, int] | None = None
    previous: int | None = None
    within: tuple[int, int] | None = None


@dataclass
class View:
    """A Doc with its quotations, and where things stand in it.

    Attributes:
        page: the document with its words.
        quotations: the outer quoted stretches, in order.
        quoted: for each token the number of the quotation that it lies in, -1 where it lies in none.
        reports: the reporting words, in order.
        doc, text, blocks, words, lowered, lexicon: as in the page.
        block_of: for each token the number of its block.
        anchors: the anchor of each of the reporting words.
        block_bounds: the tokens (start, end) of each block.
        heads: the head of each token, a root's itself.
    """

    page: Page
    quotations: Sequence[Quotation]
    quoted: list[int]
    reports: Sequence[Report]
    doc: Doc = field(init=False)
    text: str = field(init=False)
    blocks: Sequence[Block] = field(init=False)
    words: list[str] = field(init=False)
    lowered: list[str] = field(init=False)
    lexicon: Lexicon = field(init=False)
    block_of: list[int] = field(init=False)
    anchors: list[int] = field(init=False)
    block_bounds: list[tuple[int, int]] = field(init=False)
    heads: list[int] = field(init=False)
    _after: list[tuple[int, int]] = field(init=False)
    _before: list[tuple[int, int]] = field(init=False)
    _bounds: dict[int, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        page = self.page
        self.doc, self.text, self.blocks, self.lexicon = page.doc, page.text, page.blocks, page.lexicon
        self.words, self.lowered = page.words, page.lowered
        offsets, heads = self.doc.to_array([IDX, HEAD]).astype(numpy.int64).T
        block_of = numpy.searchsorted(page.starts, offsets, "right") - 1
        self.block_of = block_of.tolist()
        self.anchors = [report.anchor for report in self.reports]
        edges = numpy.searchsorted(block_of, numpy.arange(len(self.blocks) + 1)).tolist()
        self.block_bounds = [(low, high) if low < high else (len(self.words), 0) for low, high in pairwise(edges)]
        self.heads = (heads + numpy.arange(len(heads))).tolist()
        self._after = [(quotation.end, self._end_after(quotation)) for quotation in self.quotations]
        self._before = [(self._start_before(quotation), quotation.start) for quotation in self.quotations]

    @property
    def pointers(self) -> Mapping[str, Any] | None:
        """What the shipped encoder points at; None on other pipelines."""
        return self.doc.user_data.get("news_encoder")

    def content(self, quotation: Quotation) -> str:
        """The words of a quotation, without its marks."""
        return self.text[quotation.span.content_start : quotation.span.content_end]

    def pronoun(self, token: int) -> Pronoun | None:
        """The personal pronoun that a token is, None for any other word: "us", but not "US" nor "King NAME I"."""
        word, found = self.words[token], self.lexicon.pronouns.get(self.lowered[token])
        named = word == "US" or (word == "I" and self.doc[token].tag_ in ("NNP", "CD"))
        return None if named else found

    def kind_of(self, noun: Token) -> str | None:
        """What sort of source a noun names, as `Lexicon.kind_of_source` has it; None for no source."""
        return self.lexicon.kind_of_source(noun.lemma_.lower(), noun.lower_)

    def head_of(self, mention: tuple[int, int]) -> Token:
        """The word that a mention is about: its head by the tree, a noun where the tree gives several."""
        heads = [i for i in range(*mention) if not mention[0] <= self.heads[i] < mention[1] or self.heads[i] == i]
        tokens = [self.doc[i] for i in heads or (mention[1] - 1,)]
        return next((token for token in tokens if token.pos_ in ("NOUN", "PROPN")), tokens[0])

    def mention_bounds(self, subject: int) -> tuple[int, int]:
        """The tokens (start, end) of the mention that has token `subject` as its head."""
        found = self._bounds.get(subject)
        if found is None:
            full = self.doc[subject].pos_ not in ("PRON", "PROPN")
            found = self._bounds[subject] = phrase_bounds(self.doc, subject, full=full)
        return found

    def reports_between(self, start: int, end: int) -> Sequence[Report]:
        """The reporting words whose anchor lies in the tokens from `start` to `end`."""
        low, high = bisect_right(self.anchors, start - 1), bisect_right(self.anchors, end - 1)
        return self.reports[low:high]

    def after(self, quotation: Quotation) -> tuple[int, int]:
        """The tokens after a quotation up to the next one, the end of its sentence or of its block."""
        return self._after[quotation.index]

    def _end_after(self, quotation: Quotation) -> int:
        end = min(self.block_bounds[quotation.block][1], quotation.end + FARTHEST)
        i = quotation.end
        while i < end and self.quoted[i] < 0:
            if self.words[i] in STOPS and i > quotation.end and not _is_abbreviation(self.words, i):
                return i + 1
            i += 1
        return i

    def before(self, quotation: Quotation) -> tuple[int, int]:
        """The tokens before a quotation, back to the start of its sentence or block; earlier quotations are skipped."""
        return self._before[quotation.index]

    def _start_before(self, quotation: Quotation) -> int:
        low = max(self.block_bounds[quotation.block][0], quotation.start - FARTHEST)
        i = quotation.start
        while i > low:
            inside = self.quoted[i - 1]
            if inside >= 0:
                earlier = self.quotations[inside]
                if _ends_sentence(self, earlier):
                    break
                i = earlier.start
                continue
            if self.words[i - 1] in STOPS and i < quotation.start and not _is_abbreviation(self.words, i - 1):
                break
            i -= 1
        return i


def _ends_sentence(view: View, quotation: Quotation) -> bool:
    """Whether a sentence ends within a quotation's closing mark, so that what follows begins a new one."""
    last = view.content(quotation).rstrip()[-1:]
    if last not in ".?!":
        return False
    after = range(quotation.end, min(quotation.end + 2, len(view.words)))
    following = next((i for i in after if not view.words[i].isspace()), None)
    return following is None or view.words[following][:1].isupper() or view.doc[following].is_quote


def _is_abbreviation(words: Sequence[str], i: int) -> bool:
    """Whether a full stop ends no sentence: the next word goes on in lower case."""
    if words[i] != ".":
        return False
    return next((word for word in words[i + 1 : i + 3] if not word.isspace()), "")[:1].islower()


def find_quotations(page: Page, spans: Sequence[MarkedSpan]) -> tuple[tuple[Quotation, ...], list[int]]:
    """The outer stretches as tokens, and for each token the number of the stretch that it lies in, or -1."""
    begins, starts = page.offsets, page.starts
    quoted = [-1] * len(begins)
    found: list[Quotation] = []
    for span in spans:
        if span.depth:
            continue
        first = max(0, bisect_right(begins, span.start) - 1)
        last = max(first + 1, bisect_right(begins, span.end - 1))
        block = max(0, bisect_right(starts, span.start) - 1)
        quoted[first:last] = [len(found)] * (last - first)
        found.append(Quotation(len(found), first, last, block, span.turn, span))
    return tuple(found), quoted


def described_head(view: View, subject: int) -> int:
    """The noun that the phrase around `subject` describes further: the spokesman of "a spokesman for the NAME group".

    A person who speaks for a body or comes from a place is the speaker, wherever the tree hangs the name of the body.
    """
    doc = view.doc
    for _ in range(3):
        start = phrase_bounds(doc, subject)[0]
        if start < 2 or doc[start - 1].lower_ not in DESCRIBING or doc[start - 2].pos_ != "NOUN":
            break
        noun = doc[start - 2]
        kind = view.kind_of(noun)
        if view.quoted[noun.i] >= 0 or kind not in ("person", "group") or doc[start - 1].lower_ in ("with", "in"):
            break
        subject = noun.i
    return subject
