"""The quotation marks of a text one by one, and what the characters beside each say that it does.

Offsets are code point indices, ends exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from quoteminer.layout import DASHES

OPEN, CLOSE, UNDECIDED, APOSTROPHE = "open", "close", "undecided", "apostrophe"
DOUBLE_MARKS = '“”"„‟＂'
SINGLE_MARKS = "‘’'‚‛`´"

_FAMILIES = {
    **dict.fromkeys(DOUBLE_MARKS, "double"),
    **dict.fromkeys(SINGLE_MARKS, "single"),
    **dict.fromkeys("«»", "guillemet"),
    **dict.fromkeys("‹›", "single_guillemet"),
    **dict.fromkeys("「」", "corner"),
    **dict.fromkeys("『』", "white_corner"),
}
_TYPED = {**dict.fromkeys("“„‟«‹‘‚‛「『`", OPEN), **dict.fromkeys("”»›’」』´", CLOSE)}
_TWO_SINGLES = {"''": UNDECIDED, "``": OPEN, "‘‘": OPEN, "’’": CLOSE, "´´": CLOSE}
_STYLES = {"„": "low", "‚": "low", "``": "backtick", "`": "backtick"}
_BEFORE_OPENING = "([{<>/|=*_~¿¡" + DASHES
_AFTER_CLOSING = ".,;:!?…)]}<>/|*_~" + DASHES
_NEVER_AFTER_OPENING = ",;:)]}"


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark as typed, from `start` to `end`.

    Attributes:
        family: marks of one family pair with each other: "double", "single", "guillemet" and so on.
        typed: what its glyph stands for: OPEN, CLOSE, or UNDECIDED for straight marks.
        before, after: the character before, up to three after, the run of marks that it is in; "" at the block's edge.
        role: what it does here, going by these: OPEN, CLOSE, UNDECIDED or (single marks) APOSTROPHE.
    """

    start: int
    end: int
    family: str
    typed: str
    before: str
    after: str
    role: str = UNDECIDED

    @property
    def loose(self) -> bool:
        """Whether white space or the edge of the block is on both sides."""
        return (not self.before or self.before.isspace()) and (not self.after or self.after[0].isspace())


@dataclass(frozen=True, slots=True)
class Pair:
    """A stretch between two marks, or from one mark to where the stretch ends."""

    start: int
    end: int
    content_start: int
    content_end: int
    style: str = "double"
    closed: bool = True
    opened: bool = True


def scan_marks(text: str, start: int, end: int) -> Iterator[Mark]:
    """Yield the marks of the block from `start` to `end`, in order."""
    position = start
    while position < end:
        if text[position] not in _FAMILIES:
            position += 1
            continue
        run = list(_run(text, position, end))
        before = text[position - 1] if position > start else ""
        position = run[-1][1]
        after = text[position : min(position + 3, end)]
        for mark_start, mark_end, family, typed in run:
            mark = Mark(mark_start, mark_end, family, typed, before, after)
            yield replace(mark, role=_role(mark))


def _run(text: str, position: int, end: int) -> Iterator[tuple[int, int, str, str]]:
    """The marks that follow each other without a gap, as (start, end, family, typed)."""
    while position < end and text[position] in _FAMILIES:
        two = text[position : min(position + 2, end)]
        if two in _TWO_SINGLES:
            yield position, position + 2, "double", _TWO_SINGLES[two]
        else:
            yield position, position + 1, _FAMILIES[two[0]], _TYPED.get(two[0], UNDECIDED)
        position += 2 if two in _TWO_SINGLES else 1


def _role(mark: Mark) -> str:
    """What the characters beside a mark say that it does; where they leave it open, how it was typed."""
    if mark.family in ("corner", "white_corner"):
        return mark.typed
    before, after = mark.before, mark.after[:1]
    space_before, space_after = not before or before.isspace(), not after or after.isspace()
    word_after = mark.after.startswith(("..", "…")) or (after == "." and mark.after[1:2].isdecimal())
    if before and after and (after in _NEVER_AFTER_OPENING or (after == "." and not word_after)):
        return CLOSE
    if word_after:
        free_after = not space_before
    else:
        free_after = space_after or after in _AFTER_CLOSING
    free_before = space_before or before in _BEFORE_OPENING
    if free_before and not space_after and (space_before or not free_after):
        return OPEN
    if free_after and not space_before and (space_after or not free_before):
        return CLOSE
    if mark.family == "single" and before.isalnum() and after.isalnum():
        return APOSTROPHE
    return OPEN if before == ":" and not space_after else mark.typed


def make_pair(text: str, opening: Mark, content_end: int, end: int | None) -> list[Pair]:
    """The stretch from an opening mark, in a list; an empty list where nothing stands in it.

    Args:
        text: the text.
        opening: the mark that opens it.
        content_end: where what is quoted ends: the offset of the closing mark, or of what ends the stretch instead.
        end: the offset after the closing mark, None where there is no such mark.
    """
    content_start = opening.end
    while content_start < content_end and text[content_start].isspace():
        content_start += 1
    while content_end > content_start and text[content_end - 1].isspace():
        content_end -= 1
    if content_start == content_end:
        return []
    style = _STYLES.get(text[opening.start : opening.end], opening.family)
    return [Pair(opening.start, end or content_end, content_start, content_end, style, closed=end is not None)]
