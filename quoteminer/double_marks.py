"""Double marks, guillemets and corner brackets paired into stretches, one block at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from quoteminer.layout import Block
from quoteminer.mark_scan import APOSTROPHE, CLOSE, DOUBLE, OPEN, UNDECIDED, Mark, MarkedSpan, stretch, with_next


def pair_doubles(text: str, block: Block, marks: Sequence[Mark], *, reopened: bool) -> list[MarkedSpan]:
    """Pair all marks but single ones, which apostrophes look like."""
    spans: list[MarkedSpan] = []
    stack: list[Mark] = []
    waiting: defaultdict[str, int] = defaultdict(int)
    for mark, following in with_next([mark for mark in marks if mark.family != "single"]):
        role = _resolved_role(text, mark, following, waiting[mark.family])
        if role == OPEN:
            stack.append(mark)
            waiting[mark.family] += 1
        elif role == CLOSE and waiting[mark.family]:
            while stack[-1].family != mark.family:
                waiting[stack.pop().family] -= 1
            waiting[mark.family] -= 1
            spans += stretch(text, stack.pop(), mark.start, mark.end)
    return spans + _pair_unclosed(text, block, marks, stack, spans, reopened)


def _resolved_role(text: str, mark: Mark, following: Mark | None, waiting: int) -> str:
    """What a mark does, given how many quotations of its family are open."""
    closes_next = following is not None and following.family == mark.family and following.role == CLOSE
    loose = not mark.before.strip() and not mark.after[:1].strip()
    if mark.role == UNDECIDED or (loose and closes_next != (mark.role == OPEN)):
        return CLOSE if waiting else OPEN
    if mark.role == OPEN and waiting and mark.typed == CLOSE:
        return CLOSE
    if mark.role == OPEN and waiting and mark.typed == UNDECIDED and not closes_next:
        misplaced_space = mark.before == " " and text[mark.start - 2] in ",?!" and mark.after[:1].islower()
        return CLOSE if misplaced_space else OPEN
    if mark.role == CLOSE and not waiting and mark.typed == OPEN and mark.after[:1].isspace():
        return OPEN
    if mark.role == CLOSE and waiting and _stands_for_inches(text, mark, closes_next and waiting == 1):
        return APOSTROPHE
    return mark.role


def _stands_for_inches(text: str, mark: Mark, closed_later: bool) -> bool:
    """Whether a mark after a number stands for inches: after feet, or where another mark closes the quotation."""
    if mark.family != "double" or not mark.before.isdecimal():
        return False
    digits = mark.start
    while digits > 0 and mark.start - digits < 4 and text[digits - 1].isdecimal():
        digits -= 1
    feet = text[max(0, digits - 3) : digits].rstrip(" -")
    return closed_later or (len(feet) > 1 and feet[-1] in "'’′" and feet[-2].isdecimal())


def _pair_unclosed(
    text: str, block: Block, marks: Sequence[Mark], stack: Sequence[Mark], spans: Sequence[MarkedSpan], reopened: bool
) -> list[MarkedSpan]:
    """Stretches of the marks in `stack`, which nothing closes.

    Such a stretch ends with its block, or before the next stretch of the block unless that is nested in it: it is
    where the next block takes the quotation up again, or where the inner marks are of another sort (`"… “…” …`).
    """
    unclosed: list[MarkedSpan] = []
    starts = sorted((span.start for span in spans), reverse=True)
    goes_on = reopened and text[block.end - 1] not in DOUBLE
    for opening, later in with_next(stack):
        while starts and starts[-1] < opening.start:
            starts.pop()
        if later is None and not starts and not reopened:
            end = _closing_single(marks, opening)
            unclosed += stretch(text, opening, end or block.end, end + 1 if end else None)
        elif later is None and (not starts or goes_on or text[starts[-1]] != text[opening.start]):
            unclosed += stretch(text, opening, block.end, None)
        else:
            bound = min(starts[-1:] + ([later.start] if later else []))
            unclosed += stretch(text, opening, _before_reporting_clause(text, opening.end, bound), None)
    return unclosed


def _before_reporting_clause(text: str, start: int, end: int) -> int:
    """Where a stretch without a closing mark ends, given that the next one starts at `end`: `“…, she says. “…”`."""
    window_start = max(start, end - 60)
    before, comma, clause = text[window_start:end].rstrip().rpartition(",")
    return window_start + len(before) + 1 if comma and clause.endswith(".") and len(clause.split()) <= 5 else end


def _closing_single(marks: Sequence[Mark], opening: Mark) -> int | None:
    """The offset of a single mark that was typed to close a double one (`“…,’ he said`)."""
    inner = False
    for mark in marks:
        if mark.start < opening.end or mark.family != "single":
            continue
        if mark.role == CLOSE and not inner and mark.before in tuple(",.!?…") and mark.after[:1].isspace():
            return mark.start
        if mark.role in (OPEN, CLOSE):
            inner = mark.role == OPEN
    return None
