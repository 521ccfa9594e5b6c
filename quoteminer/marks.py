"""Stretches of a text in quotation marks: a scanner that pairs marks, not regular expressions.

Pairing starts afresh in each block, so that one stray mark spoils its own paragraph at most. What a mark does (open or
close) is read from the characters beside it; the way it was typed decides only where these leave it open. Every offset
is a code point index, the end exclusive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TypeVar

from quoteminer.layout import DASHES, Block

_T = TypeVar("_T")

_OPEN, _CLOSE, _UNDECIDED, _APOSTROPHE = "open", "close", "undecided", "apostrophe"
_DOUBLE = '“”"„‟＂'
_FAMILIES = {
    **dict.fromkeys(_DOUBLE, "double"),
    **dict.fromkeys("‘’'‚‛`´", "single"),
    **dict.fromkeys("«»", "guillemet"),
    **dict.fromkeys("‹›", "single_guillemet"),
    **dict.fromkeys("「」", "corner"),
    **dict.fromkeys("『』", "white_corner"),
}
_TYPED = {**dict.fromkeys("“„‟«‹‘‚‛「『`", _OPEN), **dict.fromkeys("”»›’」』´", _CLOSE)}
_TWO_SINGLES = {"''": _UNDECIDED, "``": _OPEN, "‘‘": _OPEN, "’’": _CLOSE, "´´": _CLOSE}
_STYLES = {"„": "low", "‚": "low", "``": "backtick", "`": "backtick"}
_BEFORE_OPENING = frozenset("([{<>/|=*_~¿¡" + DASHES)
_AFTER_CLOSING = frozenset(".,;:!?…)]}<>/|*_~" + DASHES)
_NEVER_AFTER_OPENING = frozenset(",;:)]}")
_ELIDED_AT_START = frozenset(
    ("em", "n", "til", "till", "tis", "twas", "twere", "cause", "bout", "round", "cos", "cuz", "coz", "fraid", "neath",
     "nother", "im", "er", "ere", "gainst", "mongst", "tween", "nuff")
)  # fmt: skip
_ELIDED_AT_END = frozenset(("o", "ol", "th", "wi", "an", "n", "lil", "mo", "po", "bro"))
_MOST_BLOCKS_BETWEEN = 5


@dataclass(frozen=True, slots=True)
class MarkedSpan:
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


@dataclass(frozen=True, slots=True)
class _Mark:
    """One mark: how it was typed, what stands beside the run of marks that it is in ("" at an edge), what it does."""

    start: int
    end: int
    family: str
    typed: str
    before: str
    after: str
    role: str


def find_marked(text: str, blocks: Sequence[Block]) -> tuple[MarkedSpan, ...]:
    """Find every stretch in quotation marks, nested ones included.

    Args:
        text: any text.
        blocks: its blocks, from `layout.find_blocks`.

    Returns:
        Spans in order of their start, an outer one before those nested in it; two spans nest or do not overlap. A
        quotation that runs over a paragraph break without a new opening mark gives one span a block, `opened=False`
        on the later ones.
    """
    found = [_spans_of_block(text, block, following) for block, following in _with_next(blocks)]
    _fill_open_runs(text, blocks, found)
    spans: list[MarkedSpan] = []
    turn, unclosed = -1, False
    for block, in_block in zip(blocks, found, strict=True):
        first = len(spans)
        for span in _nested(in_block, first):
            continues = unclosed and len(spans) == first and _starts_block(text, block, span.start)
            turn += span.depth == 0 and not continues
            spans.append(replace(span, turn=turn))
        if in_block:
            last = next(span for span in reversed(spans) if span.depth == 0)
            unclosed = not last.closed and last.end == block.end
        elif block.kind not in ("caption", "heading"):
            unclosed = False
    return tuple(spans)


def _with_next(items: Sequence[_T]) -> Iterator[tuple[_T, _T | None]]:
    return zip_longest(items, items[1:])


def _nested(spans: Sequence[MarkedSpan], first: int) -> Iterator[MarkedSpan]:
    """The spans of one block with depth and parent; `first` is the index that the first of them will have."""
    enclosing: list[tuple[int, int]] = []
    for index, span in enumerate(sorted(spans, key=lambda span: (span.start, -span.end)), first):
        while enclosing and enclosing[-1][0] <= span.start:
            enclosing.pop()
        yield replace(span, depth=len(enclosing), parent=enclosing[-1][1] if enclosing else None)
        enclosing.append((span.end, index))


def _starts_block(text: str, block: Block, position: int) -> bool:
    """Whether nothing but a bullet or the number of a list item stands before `position` in its block."""
    if position - block.start > 8:
        return False
    return block.kind == "item" or not any(character.isalnum() for character in text[block.start : position])


# --- the marks one by one -------------------------------------------------------------------------------------------


def _scan(text: str, start: int, end: int) -> Iterator[_Mark]:
    """The marks from `start` to `end`, in order."""
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
            yield _Mark(mark_start, mark_end, family, typed, before, after, _role(family, typed, before, after))


def _run(text: str, position: int, end: int) -> Iterator[tuple[int, int, str, str]]:
    """The marks that follow each other without a gap, as (start, end, family, typed)."""
    while position < end and text[position] in _FAMILIES:
        two = text[position : min(position + 2, end)]
        if two in _TWO_SINGLES:
            yield position, position + 2, "double", _TWO_SINGLES[two]
        else:
            yield position, position + 1, _FAMILIES[two[0]], _TYPED.get(two[0], _UNDECIDED)
        position += 2 if two in _TWO_SINGLES else 1


def _role(family: str, typed: str, before: str, afterwards: str) -> str:
    """What the characters beside a mark say that it does; where they leave it open, how it was typed."""
    if family in ("corner", "white_corner"):
        return typed
    after = afterwards[:1]
    space_before, space_after = not before or before.isspace(), not after or after.isspace()
    word_after = afterwards.startswith(("..", "…")) or (after == "." and afterwards[1:2].isdecimal())
    if before and (after in _NEVER_AFTER_OPENING or (after == "." and not word_after)):
        return _CLOSE
    free_before = space_before or before in _BEFORE_OPENING
    free_after = not space_before if word_after else space_after or after in _AFTER_CLOSING
    if free_before and not space_after and (space_before or not free_after):
        return _OPEN
    if free_after and not space_before and (space_after or not free_before):
        return _CLOSE
    if family == "single" and before.isalnum() and after.isalnum():
        return _APOSTROPHE
    return _OPEN if before == ":" and not space_after else typed


# --- double marks, guillemets, corner brackets ----------------------------------------------------------------------


def _spans_of_block(text: str, block: Block, following: Block | None) -> list[MarkedSpan]:
    marks = list(_scan(text, block.start, block.end))
    if not marks:
        return []
    reopening = _reopening_family(text, following) if following else None
    doubles = _pair_doubles(text, block, marks, reopened=reopening == "double")
    return doubles + _pair_singles(text, block, marks, doubles, reopened=reopening == "single")


def _reopening_family(text: str, block: Block) -> str | None:
    """The family of the mark that a block begins with, None where it begins with none."""
    first = next(_scan(text, block.start, min(block.end, block.start + 12)), None)
    if first is None or first.role == _CLOSE or not _starts_block(text, block, first.start):
        return None
    return first.family


def _pair_doubles(text: str, block: Block, marks: Sequence[_Mark], *, reopened: bool) -> list[MarkedSpan]:
    """Pair all marks but single ones, which apostrophes look like."""
    spans: list[MarkedSpan] = []
    stack: list[_Mark] = []
    waiting: Counter[str] = Counter()
    for mark, following in _with_next([mark for mark in marks if mark.family != "single"]):
        role = _resolved_role(text, mark, following, waiting[mark.family])
        if role == _OPEN:
            stack.append(mark)
            waiting[mark.family] += 1
        elif role == _CLOSE and waiting[mark.family]:
            while stack[-1].family != mark.family:
                waiting[stack.pop().family] -= 1
            waiting[mark.family] -= 1
            spans += _between(text, stack.pop(), mark.start, mark.end)
    return spans + _pair_unclosed(text, block, marks, stack, spans, reopened)


def _resolved_role(text: str, mark: _Mark, following: _Mark | None, waiting: int) -> str:
    """What a mark does, given how many quotations of its family are open."""
    closes_next = following is not None and following.family == mark.family and following.role == _CLOSE
    loose = not mark.before.strip() and not mark.after[:1].strip()
    if mark.role == _UNDECIDED or (loose and closes_next != (mark.role == _OPEN)):
        return _CLOSE if waiting else _OPEN
    if mark.role == _OPEN and waiting and mark.typed == _CLOSE:
        return _CLOSE
    if mark.role == _OPEN and waiting and mark.typed == _UNDECIDED and not closes_next:
        misplaced_space = mark.before == " " and text[mark.start - 2] in ",?!" and mark.after[:1].islower()
        return _CLOSE if misplaced_space else _OPEN
    if mark.role == _CLOSE and not waiting and mark.typed == _OPEN and mark.after[:1].isspace():
        return _OPEN
    if mark.role == _CLOSE and waiting and _stands_for_inches(text, mark, closes_next and waiting == 1):
        return _APOSTROPHE
    return mark.role


def _stands_for_inches(text: str, mark: _Mark, closed_later: bool) -> bool:
    """Whether a mark after a number stands for inches: after feet, or where another mark closes the quotation."""
    if mark.family != "double" or not mark.before.isdecimal():
        return False
    digits = mark.start
    while digits > 0 and mark.start - digits < 4 and text[digits - 1].isdecimal():
        digits -= 1
    feet = text[max(0, digits - 3) : digits].rstrip(" -")
    return closed_later or (len(feet) > 1 and feet[-1] in "'’′" and feet[-2].isdecimal())


def _between(text: str, opening: _Mark, content_end: int, end: int | None) -> list[MarkedSpan]:
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


def _pair_unclosed(
    text: str, block: Block, marks: Sequence[_Mark], stack: Sequence[_Mark], spans: Sequence[MarkedSpan], reopened: bool
) -> list[MarkedSpan]:
    """Stretches of the marks in `stack`, which nothing closes.

    Such a stretch ends with its block, or before the next stretch of the block unless that is nested in it: it is
    where the next block takes the quotation up again, or where the inner marks are of another sort (`"… “…” …`).
    """
    unclosed: list[MarkedSpan] = []
    starts = sorted((span.start for span in spans), reverse=True)
    goes_on = reopened and text[block.end - 1] not in _DOUBLE
    for opening, later in _with_next(stack):
        while starts and starts[-1] < opening.start:
            starts.pop()
        if later is None and not starts and not reopened:
            end = _closing_single(marks, opening)
            unclosed += _between(text, opening, end or block.end, end + 1 if end else None)
        elif later is None and (not starts or goes_on or text[starts[-1]] != text[opening.start]):
            unclosed += _between(text, opening, block.end, None)
        else:
            bound = min(starts[-1:] + ([later.start] if later else []))
            unclosed += _between(text, opening, _before_reporting_clause(text, opening.end, bound), None)
    return unclosed


def _before_reporting_clause(text: str, start: int, end: int) -> int:
    """Where a stretch without a closing mark ends, given that the next one starts at `end`: `“…, she says. “…”`."""
    window_start = max(start, end - 60)
    before, comma, clause = text[window_start:end].rstrip().rpartition(",")
    return window_start + len(before) + 1 if comma and clause.endswith(".") and len(clause.split()) <= 5 else end


def _closing_single(marks: Sequence[_Mark], opening: _Mark) -> int | None:
    """The offset of a single mark that was typed to close a double one (`“…,’ he said`)."""
    inner = False
    for mark in marks:
        if mark.start < opening.end or mark.family != "single":
            continue
        if mark.role == _CLOSE and not inner and mark.before in tuple(",.!?…") and mark.after[:1].isspace():
            return mark.start
        if mark.role in (_OPEN, _CLOSE):
            inner = mark.role == _OPEN
    return None


def _fill_open_runs(text: str, blocks: Sequence[Block], found: list[list[MarkedSpan]]) -> None:
    """Where a quotation left open is closed some blocks later, no mark between, take what lies between as quoted."""
    opened_at: int | None = None
    for i, block in enumerate(blocks):
        if opened_at is not None and i - opened_at <= _MOST_BLOCKS_BETWEEN + 1:
            closing = _closes_before_opening(text, block)
            if closing is not None:
                for j in range(opened_at + 1, i):
                    if blocks[j].kind in ("paragraph", "item"):
                        found[j].append(_continued(text, blocks[j], blocks[j].end, None))
                outside = [span for span in found[i] if span.start >= closing.end or span.end <= closing.start]
                found[i] = [_continued(text, block, closing.start, closing.end), *outside]
        if any(s.opened and not s.closed and s.end == block.end and s.style != "single" for s in found[i]):
            opened_at = i
        elif any(text[position] in _DOUBLE for position in range(block.start, block.end)):
            opened_at = None


def _closes_before_opening(text: str, block: Block) -> _Mark | None:
    """The first double mark of a block, if it closes a quotation that ends in punctuation."""
    first = next((mark for mark in _scan(text, block.start, block.end) if mark.family == "double"), None)
    closes = first is not None and first.role == _CLOSE and first.before in tuple(".,!?…;)")
    return first if closes and first and text[block.start : first.start].strip() else None


def _continued(text: str, block: Block, content_end: int, end: int | None) -> MarkedSpan:
    """The stretch at the start of a block that a mark in an earlier block opens."""
    content_end = block.start + len(text[block.start : content_end].rstrip())
    return MarkedSpan(block.start, end or content_end, block.start, content_end, opened=False, closed=end is not None)


# --- single marks and apostrophes -----------------------------------------------------------------------------------


def _pair_singles(
    text: str, block: Block, marks: Sequence[_Mark], doubles: Sequence[MarkedSpan], *, reopened: bool
) -> list[MarkedSpan]:
    """Pair the single marks of a block; a pair lies within one of the `doubles`, around some of them, or outside."""
    groups: dict[int, list[_Mark]] = {}
    for group, mark in _with_enclosing(marks, doubles):
        groups.setdefault(group, []).append(mark)
    spans = [span for group in groups.values() for span in _pairs_of_group(text, block.end, group)]
    first = groups[-1][0] if -1 in groups else None
    leads = first is not None and first.start == block.start and first.role == _OPEN
    if reopened and first is not None and leads and all(span.start != block.start for span in spans):
        spans += _between(text, first, block.end, None)
    return spans


def _with_enclosing(marks: Sequence[_Mark], doubles: Sequence[MarkedSpan]) -> Iterator[tuple[int, _Mark]]:
    """Each single mark with the number of the innermost of `doubles` around it, -1 where there is none."""
    ordered = sorted(doubles, key=lambda span: (span.start, -span.end))
    enclosing: list[int] = []
    following = 0
    for mark in marks:
        while following < len(ordered) and ordered[following].start < mark.start:
            while enclosing and ordered[enclosing[-1]].end <= ordered[following].start:
                enclosing.pop()
            enclosing.append(following)
            following += 1
        while enclosing and ordered[enclosing[-1]].end <= mark.start:
            enclosing.pop()
        if mark.family == "single":
            yield (enclosing[-1] if enclosing else -1), mark


def _pairs_of_group(text: str, end: int, marks: Sequence[_Mark]) -> Iterator[MarkedSpan]:
    """Pair each opening mark with the first mark before the next opening one that is surely no apostrophe.

    Where all that could close it may be apostrophes too, the first of them closes it.
    """
    opening: _Mark | None = None
    possible: _Mark | None = None
    for mark in marks:
        if mark.role == _OPEN and not _is_elision(text, end, mark):
            if opening and possible:
                yield from _between(text, opening, possible.start, possible.end)
            opening, possible = mark, None
        elif opening and mark.role in (_CLOSE, _UNDECIDED):
            if _may_be_apostrophe(text, mark):
                possible = possible or mark
            else:
                yield from _between(text, opening, mark.start, mark.end)
                opening = possible = None
    if opening and possible:
        yield from _between(text, opening, possible.start, possible.end)


def _is_elision(text: str, end: int, mark: _Mark) -> bool:
    """Whether a mark before a word stands for letters left out of it: `’em`, `’90s`, `’n’`."""
    word_end = mark.end
    while word_end < end and word_end - mark.end < 8 and text[word_end].isalnum():
        word_end += 1
    word = text[mark.end : word_end].casefold()
    return word in _ELIDED_AT_START or (len(word) <= 3 and word[:2].isdecimal() and word.removesuffix("s").isdecimal())


def _may_be_apostrophe(text: str, mark: _Mark) -> bool:
    """Whether a mark after a word may end a plural possessive or an elision: `workers’ union`, `goin’ home`."""
    if not mark.before.isalnum() or not mark.after[:1].isspace() or not mark.after[1:2].isalnum():
        return False
    start = mark.start
    while start > 0 and mark.start - start < 8 and text[start - 1].isalnum():
        start -= 1
    word = text[start : mark.start].casefold()
    return word[-1:] in ("s", "z") or word[-1:].isdecimal() or word.endswith("in") or word in _ELIDED_AT_END
