"""Stretches of a text in quotation marks: a scanner that pairs marks, not regular expressions.

Pairing starts afresh in each block, so that one stray mark spoils its own paragraph at most. What a mark does (open or
close) is read from the characters around it; the way it was typed decides only where these leave it open. Every offset
is a code point index, the end exclusive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from quoteminer.apostrophes import find_single_pairs
from quoteminer.layout import Block
from quoteminer.scanner import CLOSE, DOUBLE_MARKS, OPEN, UNDECIDED, Mark, Pair, make_pair, scan_marks

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
    found = [_pairs_of_block(text, block, following) for block, following in zip(blocks, [*blocks[1:], None])]
    _fill_open_runs(text, blocks, found)
    spans: list[MarkedSpan] = []
    turn, unclosed = -1, False
    for block, pairs in zip(blocks, found):
        first = len(spans)
        for span in _nested(pairs, first):
            continues = unclosed and len(spans) == first and _starts_block(text, block, span.start)
            turn += span.depth == 0 and not continues
            spans.append(replace(span, turn=turn))
        if len(spans) > first:
            last = next(span for span in reversed(spans) if span.depth == 0)
            unclosed = not last.closed and last.end == block.end
        elif block.kind not in ("caption", "heading"):
            unclosed = False
    return tuple(spans)


def _nested(pairs: Sequence[Pair], first: int) -> Iterator[MarkedSpan]:
    """Spans of one block with depth and parent; `first` is the index that the first of them will have."""
    enclosing: list[tuple[int, int]] = []
    for index, pair in enumerate(sorted(pairs, key=lambda pair: (pair.start, -pair.end)), first):
        while enclosing and enclosing[-1][0] <= pair.start:
            enclosing.pop()
        yield MarkedSpan(
            pair.start,
            pair.end,
            pair.content_start,
            pair.content_end,
            pair.opened,
            pair.closed,
            pair.style,
            depth=len(enclosing),
            parent=enclosing[-1][1] if enclosing else None,
        )
        enclosing.append((pair.end, index))


def _starts_block(text: str, block: Block, position: int) -> bool:
    """Whether nothing but a bullet or the number of a list item stands before `position` in its block."""
    before = text[block.start : min(position, block.start + 8)]
    return position - block.start < 8 and (block.kind == "item" or not any(c.isalnum() for c in before))


def _fill_open_runs(text: str, blocks: Sequence[Block], found: list[list[Pair]]) -> None:
    """Where a quotation left open is closed some blocks later, with no mark between, take the blocks between as quoted."""
    opened_at: int | None = None
    for i, block in enumerate(blocks):
        if opened_at is not None and i - opened_at <= _MOST_BLOCKS_BETWEEN + 1:
            closing = _closes_before_opening(text, block)
            if closing is not None:
                for j in range(opened_at + 1, i):
                    if blocks[j].kind in ("paragraph", "item"):
                        found[j].append(_continued(text, blocks[j], blocks[j].end, closed=False))
                outside = [pair for pair in found[i] if pair.start >= closing.end or pair.end <= closing.start]
                found[i] = [_continued(text, block, closing.start, closed=True, end=closing.end), *outside]
        if _leaves_open(block, found[i]):
            opened_at = i
        elif any(text[position] in DOUBLE_MARKS for position in range(block.start, block.end)):
            opened_at = None


def _leaves_open(block: Block, pairs: Sequence[Pair]) -> bool:
    """Whether a double mark opens a quotation that goes on at the end of the block."""
    return any(pair.opened and not pair.closed and pair.end == block.end and pair.style != "single" for pair in pairs)


def _continued(text: str, block: Block, content_end: int, *, closed: bool, end: int | None = None) -> Pair:
    """The stretch at the start of a block that a mark in an earlier block opens."""
    content = text[block.start : content_end].rstrip()
    content_end = block.start + len(content)
    return Pair(block.start, end or content_end, block.start, content_end, closed=closed, opened=False)


def _closes_before_opening(text: str, block: Block) -> Mark | None:
    """The first double mark of a block, if it closes a quotation that ends in punctuation."""
    first = next((mark for mark in scan_marks(text, block.start, block.end) if mark.family == "double"), None)
    if first is None or first.role != CLOSE or first.start == block.start:
        return None
    return first if text[first.start - 1] in ".,!?…;’')" else None


def _pairs_of_block(text: str, block: Block, following: Block | None) -> list[Pair]:
    marks = list(scan_marks(text, block.start, block.end))
    if not marks:
        return []
    reopening = _reopening_family(text, following) if following else None
    pairs = _pair_doubles(text, block, marks, reopening == "double")
    return pairs + find_single_pairs(text, block.start, block.end, marks, pairs, reopened=reopening == "single")


def _reopening_family(text: str, block: Block) -> str | None:
    """The family of the mark that a block begins with, None where it begins with none."""
    first = next(scan_marks(text, block.start, min(block.end, block.start + 12)), None)
    if first is None or not _starts_block(text, block, first.start):
        return None
    return first.family if first.role != CLOSE else None


def _pair_doubles(text: str, block: Block, marks: Sequence[Mark], reopened: bool) -> list[Pair]:
    """Pair all marks but single ones, which apostrophes look like."""
    doubles = [mark for mark in marks if mark.family != "single"]
    pairs: list[Pair] = []
    stack: list[Mark] = []
    waiting: Counter[str] = Counter()
    for mark, following in zip(doubles, [*doubles[1:], None]):
        role = _resolved_role(text, mark, following, waiting[mark.family])
        if role == OPEN:
            stack.append(mark)
            waiting[mark.family] += 1
        elif role == CLOSE and waiting[mark.family]:
            while stack[-1].family != mark.family:
                waiting[stack.pop().family] -= 1
            waiting[mark.family] -= 1
            pairs += make_pair(text, stack.pop(), mark.start, mark.end)
    return pairs + _pair_unclosed(text, block, marks, stack, pairs, reopened)


def _resolved_role(text: str, mark: Mark, following: Mark | None, waiting: int) -> str | None:
    """What a mark does, given how many quotations of its family are open; None for a sign of inches."""
    closes_next = following is not None and following.family == mark.family and following.role == CLOSE
    if mark.role == UNDECIDED:
        return CLOSE if waiting else OPEN
    if mark.loose and closes_next != (mark.role == OPEN):
        return CLOSE if waiting else OPEN
    if mark.role == OPEN and waiting and mark.typed == CLOSE:
        return CLOSE
    if mark.role == OPEN and waiting and mark.typed == UNDECIDED and not closes_next and mark.after[0].islower():
        misplaced_space = mark.start > 1 and mark.before == " " and text[mark.start - 2] in ",?!"
        if misplaced_space:
            return CLOSE
    if mark.role == CLOSE and not waiting and mark.typed == OPEN and mark.after[:1].isspace():
        return OPEN
    if mark.role == CLOSE and waiting and _follows_inches(text, mark, closes_next and waiting == 1):
        return None
    return mark.role


def _follows_inches(text: str, mark: Mark, closed_later: bool) -> bool:
    """Whether a mark after a number stands for inches: after feet, or where another mark closes the quotation."""
    if mark.family != "double" or not mark.before.isdecimal():
        return False
    digits = mark.start
    while digits > 0 and mark.start - digits < 4 and text[digits - 1].isdecimal():
        digits -= 1
    feet = text[max(0, digits - 3) : digits].rstrip(" -")
    return closed_later or len(feet) > 1 and feet[-1] in "'’′" and feet[-2].isdecimal()


def _pair_unclosed(
    text: str, block: Block, marks: Sequence[Mark], stack: Sequence[Mark], pairs: Sequence[Pair], reopened: bool
) -> list[Pair]:
    """Stretches of the marks that nothing closes.

    Such a stretch ends with its block, or before the next stretch of the block, unless that is nested in it: it is
    where the next block takes the quotation up again, or where the inner marks are of another sort (`"… “…” …`).
    """
    unclosed: list[Pair] = []
    starts = sorted((pair.start for pair in pairs), reverse=True)
    for opening, later in zip(stack, [*stack[1:], None]):
        while starts and starts[-1] < opening.start:
            starts.pop()
        nests = later is None and (
            not starts
            or text[starts[-1]] != text[opening.start]
            or (reopened and text[block.end - 1] not in DOUBLE_MARKS)
        )
        if nests:
            end = _closing_single(marks, opening) if not reopened and not starts else None
            unclosed += make_pair(text, opening, end or block.end, end + 1 if end else None)
        else:
            bound = min([mark.start for mark in (later,) if mark] + starts[-1:])
            unclosed += make_pair(text, opening, _before_reporting_clause(text, opening.end, bound), None)
    return unclosed


def _before_reporting_clause(text: str, start: int, end: int) -> int:
    """Where a stretch without a closing mark ends, given that the next one starts at `end`: `“…, she says. “…”`."""
    window = text[max(start, end - 60) : end].rstrip()
    clause = window.rpartition(",")[2]
    if window.endswith(".") and "," in window and len(clause.split()) <= 5:
        return max(start, end - 60) + len(window) - len(clause)
    return end


def _closing_single(marks: Sequence[Mark], opening: Mark) -> int | None:
    """The offset of a single mark that was typed to close a double one (`“…,’ he said`)."""
    inner = False
    for mark in marks:
        if mark.start < opening.end or mark.family != "single":
            continue
        if mark.role == OPEN:
            inner = True
        elif mark.role == CLOSE and not inner and mark.before in (",", ".", "!", "?", "…") and mark.after[:1] == " ":
            return mark.start
        elif mark.role == CLOSE:
            inner = False
    return None
