"""The blocks of a news text: paragraphs, list items, headings, captions, credits; from the characters alone.

News texts come with a blank line between paragraphs, with every line a paragraph, or with lines broken at a fixed
width. Which of these a text uses is read from the lengths of its lines. Every offset is a code point index, the end
exclusive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

OPENING_MARKS = "“‘\"'„‟«‹「『‚‛`＂"
CLOSING_MARKS = "”’\"'“‘»›」』`＂"
_DOUBLE_MARKS = '“”„"«»'
DASHES = "-–—―‒"
_BULLETS = "-–—―‒•·*▪◦‣●○■□➤►✔✓∙⁃"
_ENDS_SENTENCE = ".!?…"
PARTICLES = frozenset(
    ("a", "al", "and", "bin", "bint", "da", "de", "del", "der", "di", "dos", "du", "e", "el", "for", "ibn", "la", "le",
     "of", "the", "und", "van", "von", "y", "&")
)  # fmt: skip
_PHOTO_LIBRARIES = ("getty images", "shutterstock", "ap photo", "istock", "wikimedia commons", "unsplash", "pixabay",
                    "file photo", "file picture", "file image", "file pic", "handout", "handout photo")  # fmt: skip
_AGENCIES = ("afp", "reuters", "epa", "epa-efe", "efe", "xinhua", "bloomberg", "anadolu", "anadolu agency", "aap",
             "ap", "flickr", "supplied")  # fmt: skip
_PHOTO_WORDS = ("photo", "photos", "photograph", "picture", "pictures", "image", "images", "file photo", "pic",
                "credit", "photo by", "image by", "picture by", "photo credit", "image credit", "photo courtesy",
                "courtesy of", "photograph by", "source")  # fmt: skip
_PHOTO_FILES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
_MAX_HEADING, _MAX_CAPTION, _MAX_CREDIT, _MAX_LABEL = 120, 500, 120, 40
_NARROWEST_COLUMN, _WIDEST_COLUMN = 40, 110


class Block(NamedTuple):
    """A paragraph or other block of a text.

    Attributes:
        start, end: the block's content without surrounding white space, in code points, end exclusive.
        kind: "paragraph", "item" (of a list), "heading", "caption", "credit" (the line below a displayed quotation
            that names its source) or "speaker_label" (a label of a transcript that stands alone in its block).
        label: in a transcript, the (start, end) of the speaker's label, without its colon; else None.
    """

    start: int
    end: int
    kind: str = "paragraph"
    label: tuple[int, int] | None = None


class _Line(NamedTuple):
    start: int
    end: int
    after_blank: bool

    @property
    def length(self) -> int:
        return self.end - self.start


def find_blocks(text: str) -> tuple[Block, ...]:
    """Divide a text into blocks, in order.

    Args:
        text: any text; line breaks of every sort (`\\n`, `\\r\\n`, `\\u2028`, `\\x85`) count.

    Returns:
        Blocks that do not overlap; every character that is not white space lies in exactly one of them.
        Offsets are code points, ends exclusive.
    """
    lines = list(_lines(text))
    blocks = [Block(group[0].start, group[-1].end) for group in _paragraphs(text, lines)]
    labels = _speaker_labels(text, blocks)
    return tuple(_with_kinds(text, blocks, labels))


def _lines(text: str) -> Iterator[_Line]:
    position, after_blank = 0, True
    for raw in text.splitlines(keepends=True):
        content = raw.strip()
        if content:
            start = position + len(raw) - len(raw.lstrip())
            yield _Line(start, start + len(content), after_blank)
        after_blank = not content
        position += len(raw)


def _paragraphs(text: str, lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    column = _column_width(text, lines)
    group: list[_Line] = []
    for line in lines:
        if group and (line.after_blank or not _continues(text, group[-1], line, column)):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _first_word_length(text: str, line: _Line) -> int:
    space = text.find(" ", line.start, line.end)
    return (space if space >= 0 else line.end) - line.start


def _column_width(text: str, lines: Sequence[_Line]) -> int | None:
    """The width at which the lines of the text were broken, None where a line is a paragraph."""
    pairs = [(first, second) for first, second in pairwise(lines) if not second.after_blank]
    if len(pairs) < 3:
        return None
    lengths = sorted(first.length for first, _ in pairs)
    width = lengths[(len(lengths) * 9) // 10]
    if not _NARROWEST_COLUMN <= width <= _WIDEST_COLUMN or lengths[len(lengths) // 2] < 0.75 * width:
        return None
    full = sum(first.length + 1 + _first_word_length(text, second) > width for first, second in pairs)
    broken = sum(text[first.end - 1] not in _ENDS_SENTENCE for first, _ in pairs)
    return width if full >= 0.7 * len(pairs) and broken >= 0.5 * len(pairs) else None


def _continues(text: str, first: _Line, second: _Line, column: int | None) -> bool:
    """Whether two neighbouring lines belong to one paragraph."""
    if _is_item(text, second.start, second.end):
        return False
    open_ended = text[first.end - 1].isalnum() or text[first.end - 1] in ",;-"
    if open_ended and text[second.start].islower() and not _is_caption(text, first.start, first.end):
        return first.length >= _NARROWEST_COLUMN
    return column is not None and first.length + 1 + _first_word_length(text, second) > column - 6


def _with_kinds(text: str, blocks: Sequence[Block], labels: dict[int, tuple[int, int]]) -> Iterator[Block]:
    paragraphs_before, previous = 0, ""
    for i, block in enumerate(blocks):
        label = labels.get(block.start)
        kind = _kind(text, blocks, i, previous, paragraphs_before)
        if label:
            kind = "speaker_label" if block.end <= label[1] + 1 else "paragraph"
        paragraphs_before += kind == "paragraph" and block.end - block.start > 80
        previous = kind
        yield block if kind == "paragraph" and label is None else block._replace(kind=kind, label=label)


def _kind(text: str, blocks: Sequence[Block], i: int, previous: str, paragraphs_before: int) -> str:
    start, end = blocks[i].start, blocks[i].end
    if _is_credit(text, blocks, i, previous, paragraphs_before):
        return "credit"
    if _is_item(text, start, end):
        return "item"
    if _is_caption(text, start, end):
        return "caption"
    broken_off = i + 1 < len(blocks) and text[end - 1].isalnum() and text[blocks[i + 1].start].islower()
    return "heading" if _is_heading(text, start, end) and not broken_off else "paragraph"


def _is_item(text: str, start: int, end: int) -> bool:
    """Whether the stretch starts with a bullet, or with a number or letter and a point or bracket."""
    if text[start] in _BULLETS:
        after = text[start + 1 : start + 2] if start + 1 < end else ""
        return after.isspace() or (after in OPENING_MARKS and after != "") or text[start] not in "-–—―‒*"
    stretch = text[start : min(end, start + 7)]
    number, bracket, rest = stretch.removeprefix("(").partition(")")
    if bracket:
        return rest != "" and ((number.isalnum() and len(number) <= 2) or (number != "" and not number.strip("ivx")))
    number, _, rest = stretch.partition(".")
    return rest != "" and number.isdecimal() and len(number) <= 2 and not rest[0].isdecimal()


def _is_caption(text: str, start: int, end: int) -> bool:
    """Whether the stretch ends in the source of a photograph, or begins as only captions do."""
    if end - start > _MAX_CAPTION:
        return False
    tail = text[max(start, end - 60) : end].casefold().rstrip(" .)]")
    head = text[start : min(end, start + 20)].casefold()
    if head.startswith(("file photo", "photo:", "image:", "picture:", "photo by", "©")) or tail.endswith(_PHOTO_FILES):
        return True
    before, colon, _ = tail.rpartition(":")
    if colon and before.rstrip().endswith(_PHOTO_WORDS):
        return True
    return _ends_in(tail, _PHOTO_LIBRARIES, ("|", "/", "(", "[", ":", "©", ".", " via", "-", "–", " by")) or _ends_in(
        tail, _AGENCIES, ("|", "/", "©", " via")
    )


def _ends_in(tail: str, sources: tuple[str, ...], separators: tuple[str, ...]) -> bool:
    """Whether a line ends in one of the sources, set off by one of the separators."""
    if not tail.endswith(sources):
        return False
    matches = (source for source in sources if tail.endswith(source))
    return any(tail[: -len(source)].rstrip().endswith(separators) for source in matches)


def _is_heading(text: str, start: int, end: int) -> bool:
    """Whether the stretch is a short line without final punctuation (a question mark is allowed)."""
    if end - start > _MAX_HEADING or (text[start] in OPENING_MARKS and text[end - 1] in CLOSING_MARKS):
        return False
    last = text[start:end].rstrip("”’\"'")[-1:]
    return last.isalnum() or last in ("?", ")", "]", "%")


def _is_quotation(text: str, block: Block) -> bool:
    """Whether the block is one stretch in double marks from end to end."""
    inside = text[block.start + 1 : block.end - 1]
    return (
        text[block.start] in _DOUBLE_MARKS
        and text[block.end - 1] in _DOUBLE_MARKS
        and not any(mark in inside for mark in _DOUBLE_MARKS)
    )


def _is_credit(text: str, blocks: Sequence[Block], i: int, previous: str, paragraphs_before: int) -> bool:
    """Whether block `i` names the source of the displayed quotation above it."""
    block = blocks[i]
    if i == 0 or block.end - block.start > _MAX_CREDIT or "\n" in text[block.start : block.end]:
        return False
    dashed = text[block.start] in DASHES
    name = text[block.start : block.end].lstrip(DASHES).lstrip()
    if not name or not name[0].isupper() or text[block.end - 1] in "!?:;,…" or _ends_sentence(name):
        return False
    if dashed:
        return not any(text[near.start] in DASHES for near in (*blocks[i - 1 : i], *blocks[i + 1 : i + 2]))
    if previous == "credit":
        return len(name) <= 60 and _capitalised(name) and text[blocks[i - 1].start] not in DASHES
    if len(name) > 60 or not _capitalised(name) or paragraphs_before < 2 or previous != "paragraph":
        return False
    return _is_quotation(text, blocks[i - 1]) or _short_line_follows(text, blocks, i)


def _short_line_follows(text: str, blocks: Sequence[Block], i: int) -> bool:
    if i + 1 >= len(blocks):
        return False
    following = text[blocks[i + 1].start : min(blocks[i + 1].end, blocks[i + 1].start + 61)]
    return len(following) <= 60 and following[-1].isalnum() and _capitalised(following)


def _ends_sentence(name: str) -> bool:
    """Whether a line ends in a full stop that is not an abbreviation's ("Jr.", "U.S.", "Inc.")."""
    return name.endswith(".") and len(name.rsplit(None, 1)[-1]) > 5


def _capitalised(line: str) -> bool:
    """Whether every word of a line, the minor ones apart, begins with a capital: a name, an office, an outlet."""
    words = [word.strip(",.’'") for word in line.split()]
    return len(words) >= 2 and all(word in PARTICLES or word[:1].isupper() for word in words if word)


def _speaker_labels(text: str, blocks: Sequence[Block]) -> dict[int, tuple[int, int]]:
    """The speakers' labels of a transcript, by the start of their block; empty where the text is none."""
    found = {block.start: label for block in blocks if (label := _label(text, block))}
    if len(found) < 3:
        return {}
    counts = Counter(text[start:end] for start, end in found.values())
    return found if max(counts.values()) > 1 and len(counts) > 1 else {}


def _label(text: str, block: Block) -> tuple[int, int] | None:
    limit = min(block.end, block.start + _MAX_LABEL)
    if text[block.start] in "QA" and text[block.start + 1 : block.start + 2] in (".", ":"):
        return block.start, block.start + 1
    end = text.find(":", block.start, limit)
    words = text[block.start : end].split() if end > block.start else []
    if not words or len(words) > 5 or text[end + 1 : end + 2].strip():
        return None
    named = all(word[0].isupper() or word in PARTICLES for word in words) and words[-1][0].isupper()
    return (block.start, end) if named and not any(mark in text[block.start : end] for mark in '“”".') else None
