"""Single quotation marks told from apostrophes: elisions (`’90s`, `’em`), possessives (`the workers’ union`).

Offsets are code point indices, ends exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from quoteminer.scanner import APOSTROPHE, CLOSE, OPEN, Mark, Pair, make_pair

_ELIDED_AT_START = frozenset(
    "em n til till tis twas twere cause bout round cos cuz coz fraid neath nother im er ere gainst mongst tween nuff".split()
)
_ELIDED_AT_END = frozenset("o ol th wi an n lil mo po bro".split())


def find_single_pairs(
    text: str, start: int, end: int, marks: Sequence[Mark], doubles: Sequence[Pair], reopened: bool
) -> list[Pair]:
    """Pair the single marks of the block from `start` to `end`.

    Args:
        text: the text.
        start: where the block starts.
        end: where it ends.
        marks: all marks of the block.
        doubles: the pairs of its other marks; a pair of single marks lies within one of them, around some, or outside.
        reopened: whether the next block begins with a single opening mark.
    """
    found: list[Pair] = []
    groups: dict[int, list[Mark]] = {}
    for group, mark in _with_enclosing(marks, doubles):
        groups.setdefault(group, []).append(mark)
    for group in groups.values():
        found += _pairs_of_group(text, end, group)
    first = groups.get(-1, [None])[0]
    if reopened and first is not None and first.start == start and first.role == OPEN:
        if not any(pair.start == start for pair in found):
            found += make_pair(text, first, end, None)
    return found


def _with_enclosing(marks: Sequence[Mark], doubles: Sequence[Pair]) -> Iterator[tuple[int, Mark]]:
    """Each single mark with the number of the innermost pair of `doubles` around it, -1 where there is none."""
    ordered = sorted(doubles, key=lambda pair: (pair.start, -pair.end))
    enclosing: list[int] = []
    following = 0
    for mark in marks:
        while following < len(ordered) and ordered[following].start < mark.start:
            enclosing.append(following)
            following += 1
        while enclosing and ordered[enclosing[-1]].end <= mark.start:
            enclosing.pop()
        if mark.family == "single":
            yield (enclosing[-1] if enclosing else -1), mark


def _pairs_of_group(text: str, end: int, marks: Sequence[Mark]) -> Iterator[Pair]:
    """Pair each opening mark with the first mark before the next opening one that is surely no apostrophe.

    Where all that could close it may be apostrophes too, the first of them closes it.
    """
    opening: Mark | None = None
    possible: Mark | None = None
    for mark in marks:
        if mark.role == OPEN:
            if _is_elision(text, end, mark):
                continue
            if opening and possible:
                yield from make_pair(text, opening, possible.start, possible.end)
            opening, possible = mark, None
        elif mark.role != APOSTROPHE and opening is not None:
            if _may_be_apostrophe(text, mark):
                possible = possible or mark
            else:
                yield from make_pair(text, opening, mark.start, mark.end)
                opening = possible = None
    if opening and possible:
        yield from make_pair(text, opening, possible.start, possible.end)


def _is_elision(text: str, end: int, mark: Mark) -> bool:
    """Whether a mark before a word stands for letters left out of it: `’em`, `’90s`, `’n’`."""
    word_end = mark.end
    while word_end < end and word_end - mark.end < 8 and text[word_end].isalnum():
        word_end += 1
    word = text[mark.end : word_end].casefold()
    return word in _ELIDED_AT_START or (word[:2].isdecimal() and word.removesuffix("s").isdecimal() and len(word) <= 3)


def _may_be_apostrophe(text: str, mark: Mark) -> bool:
    """Whether a mark after a word may end a plural possessive or an elision: `workers’ union`, `goin’ home`."""
    if not mark.before.isalnum() or not mark.after[:1].isspace() or not mark.after[1:2].isalnum():
        return False
    start = mark.start
    while start > 0 and mark.start - start < 8 and text[start - 1].isalnum():
        start -= 1
    word = text[start : mark.start].casefold()
    return word[-1] in "sz" or word.endswith("in") or word in _ELIDED_AT_END or word[-1].isdecimal()
