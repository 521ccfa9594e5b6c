"""A document as plain lists of its words, which are read far faster than spaCy's tokens; names as stretches of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from spacy.attrs import IDX, LENGTH, SPACY  # type: ignore[import-not-found]
from spacy.tokens import Doc

from quoteminer.forms import HYPHENS
from quoteminer.layout import Block
from quoteminer.lexicon import Lexicon
from quoteminer.syntax import retired_length

NAME_LIKE = frozenset(("syed", "sayed", "seyed", "sayyed", "seyyed", "sayyid"))  # honorifics that are part of the name
MOST_WORDS_OF_TITLE = 4
_MOST_TITLES, _LONG_LINE = 8, 60
_POSSESSIVES = ("'s", "’s", "'", "’", "`s")


class NameMention(NamedTuple):
    """One name in the text.

    Attributes:
        start, end: code points of the bare name, end exclusive: no honorific, no leading "the", no possessive 's.
        start_token, end_token: the same in tokens; the last token may reach past `end` where a mark sticks to it.
        label: "PERSON", "ORG", "PLACE" or "OTHER".
        form: its text with single spaces.
    """

    start: int
    end: int
    start_token: int
    end_token: int
    label: str
    form: str


@dataclass(frozen=True, slots=True)
class Page:
    """A document with what the steps need, made once: a Doc makes its text and its tokens anew each time.

    Attributes:
        doc: the document.
        text: its text.
        blocks: the blocks of its text; `starts` where each begins.
        words: the text of each token; `lowered` the same in lower case.
        offsets: where each token begins in the text.
        spaced: whether a space follows each token.
        lexicon: the word lists.
    """

    doc: Doc
    text: str
    blocks: Sequence[Block]
    starts: list[int]
    words: list[str]
    lowered: list[str]
    offsets: list[int]
    spaced: list[int]
    lexicon: Lexicon
    _titles: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, doc: Doc, blocks: Sequence[Block], lexicon: Lexicon, text: str | None = None) -> Page:
        """A Doc as a page; `text` is its text where that is known already."""
        text = doc.text if text is None else text
        begins, lengths, spaced = doc.to_array([IDX, LENGTH, SPACY]).T
        offsets = begins.tolist()
        words = [text[start:end] for start, end in zip(offsets, (begins + lengths).tolist(), strict=True)]
        lowered = [word.lower() for word in words]
        starts = [block.start for block in blocks]
        return cls(doc, text, blocks, starts, words, lowered, offsets, spaced.tolist(), lexicon)

    def between(self, start: int, end: int) -> str:
        """The text of the tokens from `start` to `end` as it stands, without white space after the last."""
        end = min(end, len(self.words))
        if start >= end:
            return ""
        return self.text[self.offsets[start] : self.offsets[end - 1] + len(self.words[end - 1])]

    def name(self, start: int, end: int, label: str) -> NameMention | None:
        """The name that the tokens from `start` to `end` hold, None where they hold no letter."""
        text = self.text
        first, last = self.offsets[start], self.offsets[end - 1] + len(self.words[end - 1])
        if text.endswith(_POSSESSIVES, first, last):
            suffix = next(suffix for suffix in _POSSESSIVES if text.endswith(suffix, first, last))
            last -= len(suffix) if last - first > len(suffix) else 0
        while first < last and not text[first].isalnum():
            first += 1
        while first < last and not (text[last - 1].isalnum() or text[last - 1] in ".)!+"):
            last -= 1
        found = text[first:last]
        if not found.isalpha() and not any(c.isalpha() for c in found):
            return None
        return NameMention(first, last, start, end, label, " ".join(found.split()))

    def ends_block(self, i: int) -> bool:
        """Whether token `i` is white space between two blocks; any line break where no blocks are known.

        A single break in a recognised name after a long line is taken for one that wraps the line.
        """
        space, offset = self.words[i], self.offsets[i]
        if "\n" not in space:
            return False
        if not self.starts or i + 1 >= len(self.words):
            return True
        block = bisect_right(self.starts, offset)
        wrapped = space == "\n" and block > 0 and offset - self.starts[block - 1] > _LONG_LINE
        return not wrapped and block < bisect_right(self.starts, self.offsets[i + 1])

    def title_before(self, position: int) -> int:
        """The token where the honorifics directly before token `position` begin; `position` where there are none."""
        start = self._titles.get(position)
        if start is None:
            start = self._titles[position] = self._title_before(position)
        return start

    def _title_before(self, position: int) -> int:
        start = position
        for length in (3, 4) if start and self.words[start - 1] == ")" else ():
            if retired_length(self.words, position - length) == length and self._title_length(position - length):
                start = position - length  # "Maj Gen (retd) Ann Roe"
        for _ in range(_MOST_TITLES):
            length = self._title_length(start)
            if not length:
                break
            start -= length
        return start

    def _title_length(self, end: int) -> int:
        last = self.lowered[end - 1] if end else ""
        last = last.replace(".", "") if "." in last else last
        if last not in self.lexicon.honorific_ends and last not in ("", "-"):
            return 0
        words: list[str] = []
        best = 0
        for i in range(end - 1, max(-1, end - 1 - MOST_WORDS_OF_TITLE), -1):
            token = self.doc[i]
            if token.is_space or (token.is_punct and self.words[i] not in (".", "-")):
                break
            words.insert(0, self.lowered[i].replace(".", ""))
            hyphen = i > 1 and self.words[i - 1] in HYPHENS and not self.spaced[i - 1] and not self.spaced[i - 2]
            if self.words[i][:1].isupper() and not hyphen:
                phrase = " ".join(words).replace(" - ", "-").strip()
                if phrase in self.lexicon.honorifics and phrase not in NAME_LIKE:
                    best = end - i
                elif best and phrase in self.lexicon.roles:  # "Secretary General" is an office, "General" alone a title
                    return 0
        return best
