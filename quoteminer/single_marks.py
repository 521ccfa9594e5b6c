"""Single marks paired into stretches, and told from the apostrophes that they look like, one block at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from quoteminer.layout import Block
from quoteminer.mark_scan import CLOSE, OPEN, UNDECIDED, Mark, MarkedSpan, stretch

_ELIDED_AT_START = frozenset(
    ("em", "n", "til", "till", "tis", "twas", "twere", "cause", "bout", "round", "cos", "cuz", "coz", "fraid", "neath",
     "nother", "im", "er", "ere", "gainst", "mongst", "tween", "nuff")
)  # fmt: skip
_ELIDED_AT_END = frozenset(("o", "ol", "th", "wi", "an", "n", "lil", "mo", "po", "bro"))
_OUTSIDE = -1


def pair_singles(
    text: str, block: Block, marks: Sequence[Mark], doubles: Sequence[MarkedSpan], *, reopened: bool
) -> list[MarkedSpan]:
    """Pair the single marks of a block; a pair lies within one of the `doubles`, around some of them, or outside."""
    if all(mark.family != "single" for mark in marks):
        return []
    groups: dict[int, list[Mark]] = {}
    for group, mark in _with_enclosing(marks, doubles):
        groups.setdefault(group, []).append(mark)
    spans = [span for group in groups.values() for span in _pairs_of_group(text, block.end, group)]
    outside = groups.get(_OUTSIDE, [])
    leads = bool(outside) and outside[0].start == block.start and outside[0].role == OPEN
    if reopened and leads and all(span.start != block.start for span in spans):
        spans += stretch(text, outside[0], block.end, None)
    return spans


def _with_enclosing(marks: Sequence[Mark], doubles: Sequence[MarkedSpan]) -> Iterator[tuple[int, Mark]]:
    """Each single mark with the number of the innermost of `doubles` around it, `_OUTSIDE` where there is none."""
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
            yield (enclosing[-1] if enclosing else _OUTSIDE), mark


def _pairs_of_group(text: str, end: int, marks: Sequence[Mark]) -> Iterator[MarkedSpan]:
    """Pair each opening mark with the first mark before the next opening one that is surely no apostrophe.

    Where all that could close it may be apostrophes too, the first of them closes it.
    """
    opening: Mark | None = None
    possible: Mark | None = None
    for mark in marks:
        if mark.role == OPEN and not _is_elision(text, end, mark):
            if opening and possible:
                yield from stretch(text, opening, possible.start, possible.end)
            opening, possible = mark, None
        elif opening and mark.role in (CLOSE, UNDECIDED):
            if _may_be_apostrophe(text, mark):
                possible = possible or mark
            else:
                yield from stretch(text, opening, mark.start, mark.end)
                opening = possible = None
    if opening and possible:
        yield from stretch(text, opening, possible.start, possible.end)


def _is_elision(text: str, end: int, mark: Mark) -> bool:
    """Whether a mark before a word stands for letters left out of it: `’em`, `’90s`, `’n’`."""
    word_end = mark.end
    while word_end < end and word_end - mark.end < 8 and text[word_end].isalnum():
        word_end += 1
    word = text[mark.end : word_end].casefold()
    return word in _ELIDED_AT_START or (len(word) <= 3 and word[:2].isdecimal() and word.removesuffix("s").isdecimal())


def _may_be_apostrophe(text: str, mark: Mark) -> bool:
    """Whether a mark after a word may end a plural possessive or an elision: `workers’ union`, `goin’ home`."""
    if not mark.before.isalnum() or not mark.after[:1].isspace() or not mark.after[1:2].isalnum():
        return False
    start = mark.start
    while start > 0 and mark.start - start < 8 and text[start - 1].isalnum():
        start -= 1
    word = text[start : mark.start].casefold()
    return word[-1:] in ("s", "z") or word[-1:].isdecimal() or word.endswith("in") or word in _ELIDED_AT_END
