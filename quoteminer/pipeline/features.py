"""What the encoder reads: word pieces of spaCy's tokens, each with its word's case and the space before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy
import numpy.typing
from tokenizers import Tokenizer

Integers = numpy.typing.NDArray[numpy.int64]

PADDING, UNKNOWN, FIRST, LAST = 0, 100, 101, 102
MAX_PIECES_OF_WORD = 12
MAX_CACHED = 20_000
NO_SPACE, SPACE, LINE, PARAGRAPH = range(4)
LOWER, TITLE, UPPER, INITIAL, MIXED, DIGITS, ALPHANUMERIC, OTHER_CASE = range(8)


def case_of(word: str) -> int:
    """The class of a word's capitals and digits, which the uncased pieces do not show."""
    if word.isalpha():
        if word.islower():
            return LOWER
        if word.isupper():
            return UPPER if len(word) > 1 else INITIAL
        return TITLE if word[0].isupper() and word[1:].islower() else MIXED
    if any(c.isdigit() for c in word):
        return ALPHANUMERIC if any(c.isalpha() for c in word) else DIGITS
    if any(c.isalpha() for c in word):
        return MIXED if any(c.isupper() for c in word) else LOWER
    return OTHER_CASE


def spacing_of(gap: str) -> int:
    """The class of what stands between a word and the one before it."""
    if gap in ("", " "):
        return SPACE if gap else NO_SPACE
    lines = gap.count("\n") + gap.count("\r") - gap.count("\r\n") + gap.count("\u2028") + 2 * gap.count("\u2029")
    if lines:
        return LINE if lines == 1 else PARAGRAPH
    return SPACE


@dataclass(frozen=True, slots=True)
class Words:
    """The pieces of a sequence of words: those of word i are `pieces[offsets[i] : offsets[i + 1]]`."""

    pieces: Integers
    offsets: Integers
    cases: Integers
    spacings: Integers

    def __len__(self) -> int:
        return len(self.cases)

    def part(self, start: int, end: int) -> Words:
        """The words from `start` to `end` by themselves."""
        offsets = self.offsets[start : end + 1]
        pieces = self.pieces[offsets[0] : offsets[-1]]
        return Words(pieces, offsets - offsets[0], self.cases[start:end], self.spacings[start:end])


class WordPieces:
    """Turns words into pieces, each distinct word once: the tokenizer of the vocabulary, with a bounded memory."""

    def __init__(self, path: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(path))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self._known: dict[str, tuple[int, ...]] = {}
        self._cases: dict[str, int] = {}

    def encode(self, words: Sequence[str], gaps: Iterable[str]) -> Words:
        """The pieces of `words`; `gaps` holds the white space before each, "\\n\\n" before the first of a text."""
        if len(self._known) > MAX_CACHED:
            self._known.clear()
            self._cases.clear()
        new = [word for word in dict.fromkeys(words) if word not in self._known]
        # Lone surrogates have no UTF-8 form, which the tokenizer needs.
        encodable = [word[:200].encode("utf8", "replace").decode("utf8") for word in new]
        for word, encoding in zip(new, self.tokenizer.encode_batch(encodable, add_special_tokens=False), strict=True):
            self._known[word] = tuple(encoding.ids[:MAX_PIECES_OF_WORD]) or (UNKNOWN,)
            self._cases[word] = case_of(word)
        pieces = [self._known[word] for word in words]
        offsets = numpy.zeros(len(pieces) + 1, dtype=numpy.int64)
        numpy.cumsum(list(map(len, pieces)), out=offsets[1:])
        return Words(
            numpy.fromiter(chain.from_iterable(pieces), dtype=numpy.int64, count=int(offsets[-1])),
            offsets,
            numpy.fromiter(map(self._cases.__getitem__, words), dtype=numpy.int64, count=len(words)),
            numpy.fromiter(map(spacing_of, gaps), dtype=numpy.int64, count=len(words)),
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows of words as padded arrays: pieces, cases and spacings [windows, pieces], firsts [windows, words]."""

    pieces: Integers
    cases: Integers
    spacings: Integers
    firsts: Integers
    lengths: Integers


def make_batch(windows: Sequence[tuple[Words, int, int]]) -> Batch:
    """Pad windows, each the words `start` up to `end` of a sequence, between the encoder's two special pieces.

    `firsts` gives each word's first piece; where a window has fewer words than the longest it points at piece 0.
    """
    lengths = numpy.array([end - start for _, start, end in windows], dtype=numpy.int64)
    widths = [int(words.offsets[end] - words.offsets[start]) + 2 for words, start, end in windows]
    shape = (len(windows), max(widths))
    pieces, cases, spacings = (numpy.zeros(shape, dtype=numpy.int64) for _ in range(3))
    cases[:] = OTHER_CASE
    firsts = numpy.zeros((len(windows), int(lengths.max())), dtype=numpy.int64)
    for row, (words, start, end) in enumerate(windows):
        offsets = words.offsets[start : end + 1]
        repeats = numpy.diff(offsets)
        last = widths[row] - 1
        pieces[row, 0], pieces[row, last] = FIRST, LAST
        pieces[row, 1:last] = words.pieces[offsets[0] : offsets[-1]]
        cases[row, 1:last] = numpy.repeat(words.cases[start:end], repeats)
        spacings[row, 1:last] = numpy.repeat(words.spacings[start:end], repeats)
        firsts[row, : end - start] = 1 + offsets[:-1] - offsets[0]
    return Batch(pieces, cases, spacings, firsts, lengths)
