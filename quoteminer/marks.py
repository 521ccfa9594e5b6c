"""Stretches of a text in quotation marks: a scanner that pairs marks, not regular expressions.

Pairing starts afresh in each block, so that one stray mark spoils its own paragraph at most; then quotations are
followed over paragraph breaks. Every offset is a code point index, the end exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from quoteminer.double_marks import pair_doubles
from quoteminer.layout import Block
from quoteminer.mark_scan import CLOSE, DOUBLE, Mark, MarkedSpan, scan_marks, with_next
from quoteminer.single_marks import pair_singles

__all__ = ["MarkedSpan", "find_marked"]

_MOST_BLOCKS_BETWEEN = 5


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
    found = [_spans_of_block(text, block, following) for block, following in with_next(blocks)]
    _fill_open_runs(text, blocks, found)
    spans: list[MarkedSpan] = []
    turn, unclosed = -1, False
    for block, in_block in zip(blocks, found, strict=True):
        first = len(spans)
        for span, depth, parent in _nested(in_block, first):
            continues = unclosed and len(spans) == first and _starts_block(text, block, span.start)
            turn += depth == 0 and not continues
            spans.append(span._replace(turn=turn, depth=depth, parent=parent))
        if in_block:
            last = next(span for span in reversed(spans) if span.depth == 0)
            unclosed = not last.closed and last.end == block.end
        elif block.kind not in ("caption", "heading"):
            unclosed = False
    return tuple(spans)


def _spans_of_block(text: str, block: Block, following: Block | None) -> list[MarkedSpan]:
    """The stretches that begin in a block, each ended with it at the latest; `following` is the block after it."""
    marks = list(scan_marks(text, block.start, block.end))
    if not marks:
        return []
    reopening = _reopening_family(text, following) if following else None
    doubles = pair_doubles(text, block, marks, reopened=reopening == "double")
    return doubles + pair_singles(text, block, marks, doubles, reopened=reopening == "single")


def _reopening_family(text: str, block: Block) -> str | None:
    """The family of the mark that a block begins with, None where it begins with none."""
    first = next(scan_marks(text, block.start, min(block.end, block.start + 12)), None)
    if first is None or first.role == CLOSE or not _starts_block(text, block, first.start):
        return None
    return first.family


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
        elif opened_at is not None and any(mark in text[block.start : block.end] for mark in DOUBLE):
            opened_at = None


def _closes_before_opening(text: str, block: Block) -> Mark | None:
    """The first double mark of a block, if it closes a quotation that ends in punctuation."""
    first = next((mark for mark in scan_marks(text, block.start, block.end) if mark.family == "double"), None)
    if first is None or first.role != CLOSE or first.before not in tuple(".,!?…;)"):
        return None
    return first if text[block.start : first.start].strip() else None


def _continued(text: str, block: Block, content_end: int, end: int | None) -> MarkedSpan:
    """The stretch at the start of a block that a mark in an earlier block opens."""
    content_end = block.start + len(text[block.start : content_end].rstrip())
    return MarkedSpan(block.start, end or content_end, block.start, content_end, opened=False, closed=end is not None)


def _nested(spans: Sequence[MarkedSpan], first: int) -> Iterator[tuple[MarkedSpan, int, int | None]]:
    """The spans of one block, each with its depth and parent; `first` is the index that the first of them will have."""
    enclosing: list[tuple[int, int]] = []
    for index, span in enumerate(sorted(spans, key=lambda span: (span.start, -span.end)), first):
        while enclosing and enclosing[-1][0] <= span.start:
            enclosing.pop()
        yield span, len(enclosing), enclosing[-1][1] if enclosing else None
        enclosing.append((span.end, index))


def _starts_block(text: str, block: Block, position: int) -> bool:
    """Whether nothing but a bullet or the number of a list item stands before `position` in its block."""
    if position - block.start > 8:
        return False
    return block.kind == "item" or not any(character.isalnum() for character in text[block.start : position])
