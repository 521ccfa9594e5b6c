"""The quotation marks of a text one by one, and whether each opens or closes; the stretches made of them.

What a mark does is read from the characters beside it; the way it was typed decides only where these leave it open.
Every offset is a code point index, the end exclusive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple, TypeVar

from quoteminer.layout import DASHES

_T = TypeVar("_T")

OPEN, CLOSE, UNDECIDED, APOSTROPHE = "open", "close", "undecided", "apostrophe"
DOUBLE = '“”"„‟＂'
_SINGLE = "‘’'‚‛`´"
_FAMILIES = {
    **dict.fromkeys(DOUBLE, "double"),
    **dict.fromkeys(_SINGLE, "single"),
    **dict.fromkeys("«»", "guillemet"),
    **dict.fromkeys("‹›", "single_guillemet"),
    **dict.fromkeys("「」", "corner"),
    **dict.fromkeys("『』", "white_corner"),
}
# A single mark between two letters or digits is an apostrophe.
_ANY_MARK = re.compile(rf"[{''.join(_FAMILIES)}](?:(?<![{_SINGLE}])|(?<![^\W_].)|(?![^\W_]))", re.DOTALL)
_TYPED = {**dict.fromkeys("“„‟«‹‘‚‛「『`", OPEN), **dict.fromkeys("”»›’」』´", CLOSE)}
_TWO_SINGLES = {"''": UNDECIDED, "``": OPEN, "‘‘": OPEN, "’’": CLOSE, "´´": CLOSE}
_STYLES = {"„": "low", "‚": "low", "``": "backtick", "`": "backtick"}
_BEFORE_OPENING = frozenset("([{<>/|=*_~¿¡" + DASHES)
_AFTER_CLOSING = frozenset(".,;:!?…)]}<>/|*_~" + DASHES)
_NEVER_AFTER_OPENING = frozenset(",;:)]}")


class MarkedSpan(NamedTuple):
    """A stretch in quotation marks.

    Attributes:
        start, end: with the marks, in code points, end exclusive; without a closing mark, up to the end of its block
            or to the mark that opens the next stretch.
        content_start, content_end: without the marks and the space just inside them.
        opened, closed: whether the opening and the closing mark are there.
        style: of the opening mark: "double", "single", "guillemet", "single_guillemet", "low", "corner",
            "white_corner" or "backtick".
        turn: number of the utterance, in order of the text; the paragraphs of one quotation share it.
        depth: 0 for a stretch in no other, 1 for one nested in it, and so on.
        parent: index, in what `find_marked` returns, of the stretch that this one is nested in.
    """

    start: int
    end: int
    content_start: int
    content_end: int
    opened: bool = True
    closed: bool = True
    style: str = "double"
    turn: int = 0
    depth: int = 0
    parent: int | None = None


class Mark(NamedTuple):
    """One mark: how it was typed, what stands beside the run of marks that it is in ("" at an edge), what it does."""

    start: int
    end: int
    family: str
    typed: str
    before: str
    after: str
    role: str


def scan_marks(text: str, start: int, end: int) -> Iterator[Mark]:
    """The marks from `start` to `end`, in order, without the apostrophes inside of words."""
    position = start
    while found := _ANY_MARK.search(text, position, end):
        position = found.start()
        run = list(_run(text, position, end))
        before = text[position - 1] if position > start else ""
        position = run[-1][1]
        after = text[position : min(position + 3, end)]
        for mark_start, mark_end, family, typed in run:
            yield Mark(mark_start, mark_end, family, typed, before, after, _role(family, typed, before, after))


def _run(text: str, position: int, end: int) -> Iterator[tuple[int, int, str, str]]:
    """The marks that follow each other without a gap, as (start, end, family, typed)."""
    while position < end and text[position] in _FAMILIES:
        start, one, two = position, text[position], text[position : min(position + 2, end)]
        if two in _TWO_SINGLES:
            position += 2
            yield start, position, "double", _TWO_SINGLES[two]
        else:
            position += 1
            yield start, position, _FAMILIES[one], _TYPED.get(one, UNDECIDED)


def _role(family: str, typed: str, before: str, afterwards: str) -> str:
    """What the characters beside a mark say that it does; where they leave it open, how it was typed."""
    if family in ("corner", "white_corner"):
        return typed
    after = afterwards[:1]
    space_before, space_after = not before or before.isspace(), not after or after.isspace()
    word_after = afterwards.startswith(("..", "…")) or (after == "." and afterwards[1:2].isdecimal())
    if before and (after in _NEVER_AFTER_OPENING or (after == "." and not word_after)):
        return CLOSE
    free_before = space_before or before in _BEFORE_OPENING
    free_after = not space_before if word_after else space_after or after in _AFTER_CLOSING
    if free_before and not space_after and (space_before or not free_after):
        return OPEN
    if free_after and not space_before and (space_after or not free_before):
        return CLOSE
    if family == "single" and before.isalnum() and after.isalnum():
        return APOSTROPHE
    return OPEN if before == ":" and not space_after else typed


def stretch(text: str, opening: Mark, content_end: int, end: int | None) -> list[MarkedSpan]:
    """The stretch from a mark to `end` (None: no mark closes it) in a list, which is empty where it holds no words."""
    content_start = opening.end
    while content_start < content_end and text[content_start].isspace():
        content_start += 1
    while content_end > content_start and text[content_end - 1].isspace():
        content_end -= 1
    content = text[content_start : min(content_end, content_start + 8)]
    if all(character in _FAMILIES or character.isspace() for character in content):
        return []
    style = _STYLES.get(text[opening.start : opening.end], opening.family)
    closed = end is not None
    return [MarkedSpan(opening.start, end or content_end, content_start, content_end, closed=closed, style=style)]


def with_next(items: Sequence[_T]) -> Iterator[tuple[_T, _T | None]]:
    """Each item with the one after it, None after the last."""
    return zip_longest(items, items[1:])
