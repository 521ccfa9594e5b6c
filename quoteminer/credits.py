"""Credits: names below a quotation or after it, `— Name, Title`, where it is displayed and where it has marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import pairwise

from quoteminer.layout import DASHES, PARTICLES, Block
from quoteminer.lexicon import Lexicon
from quoteminer.marks import MarkedSpan
from quoteminer.paragraphs import Displayed, Paragraph, is_prose, nothing_beside, outer_by_block

_MOST_WORDS, _MOST_WORDS_IN_NAME, _LONGEST_CREDIT = 90, 7, 160


def above_credits(
    text: str, paragraphs: Sequence[Paragraph], people: Set[tuple[int, int]], lexicon: Lexicon
) -> Iterator[tuple[int, Displayed]]:
    """Displayed quotations right above a credit; `people` are the (start, end) of the names of persons."""
    for i, (above, below) in enumerate(pairwise(paragraphs)):
        if below.kind != "credit" or not is_prose(above) or above.narrated or above.words > _MOST_WORDS:
            continue
        name = _name_part(text, below.start, below.end)
        if name is None:
            continue
        known = name in people or _is_person(text[slice(*name)], lexicon)
        ends_text = [paragraph.kind for paragraph in paragraphs[i + 2 : i + 4]] in ([], ["credit"])
        if known and (above.first_person or not ends_text):
            yield i, Displayed(above.start, above.end, "credit", credit=name, turn=i)


def find_credits(
    text: str, blocks: Sequence[Block], marked: Sequence[MarkedSpan], lexicon: Lexicon
) -> dict[int, tuple[int, int]]:
    """Find the credits of marked quotations: `“…”` above `— Name, Title`, and `"…" -Commissioner Name`.

    Args:
        text: any text.
        blocks: its blocks, from `layout.find_blocks`.
        marked: its stretches in quotation marks, from `marks.find_marked`.
        lexicon: the word lists.

    Returns:
        The (start, end) of the names, with the titles before them, by index into `marked`; a quotation of several
        paragraphs has its credit at each of them.
    """
    found: dict[int, tuple[int, int]] = {}
    last_prose = max((i for i, block in enumerate(blocks) if block.kind in ("paragraph", "item")), default=-1)
    for i, block, indices in outer_by_block(blocks, marked):
        closing = marked[indices[-1]]
        alone = nothing_beside(text, block, indices, marked)
        tail = text[closing.end : block.end].strip()
        name = None
        if tail and tail[0] in DASHES and len(text[closing.start : closing.end].split()) > 2:
            name = _name_part(text, closing.end, block.end)
        elif alone and not tail.strip(".,") and i + 1 < len(blocks) and blocks[i + 1].kind == "credit":
            name = _name_part(text, blocks[i + 1].start, blocks[i + 1].end)
        if name is None:
            continue
        source = text[slice(*name)]
        believed = alone and i < last_prose and (" " in source or not source.isupper())
        if believed or _is_person(source, lexicon):
            found.update(dict.fromkeys(indices if alone else indices[-1:], name))
    turns = {marked[index].turn: name for index, name in found.items() if marked[index].end - marked[index].start > 20}
    for index, span in enumerate(marked):
        if span.depth == 0 and span.turn in turns:
            found.setdefault(index, turns[span.turn])
    return found


def _is_person(name: str, lexicon: Lexicon) -> bool:
    """Whether a credit's name is a person's: a given name or surname in it, an honorific or an office before it."""
    words = name.split()
    if len(words) < 2:
        return False
    title = words[0].lower().rstrip(".")
    titled = title in lexicon.honorifics or title in lexicon.office_abbreviations or title in lexicon.roles
    return titled or any(word in lexicon.given_names or word in lexicon.surname_first for word in words)


def _name_part(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The names in a credit: the words up to a comma, bracket or line break, if all of them are capitalised."""
    while start < end and (text[start].isspace() or text[start] in DASHES + "~*"):
        start += 1
    if end - start > _LONGEST_CREDIT:
        return None
    stop = min((at for mark in ",(|\n;" if (at := text.find(mark, start, end)) >= 0), default=end)
    stop = start + len(text[start:stop].rstrip(" \t\r" + DASHES))
    words = text[start:stop].rstrip(".").split()
    if not words or len(words) > _MOST_WORDS_IN_NAME or words[0][0].islower():
        return None
    named = all(word in PARTICLES or word[0].isupper() or word[0] in "‘’'“\"@" for word in words)
    possessive = any(word.endswith(("’s", "'s")) for word in words)
    if not named or possessive or not words[0][0].isalnum() or words[0][0].isdecimal():
        return None
    ends_sentence = text[stop - 1] == "." and len(words[-1]) > 3
    return start, stop - ends_sentence
