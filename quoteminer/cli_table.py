"""Articles as a table for a terminal: who said it, what, and by which rule the library knows."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import TextIO

from quoteminer.types import Article, Entity, Quote

NARROWEST, WIDEST = 60, 120
_GAP = "  "
_MOST_NAMES = 8


def print_table(file: TextIO, name: str, article: Article, *, first: bool = True, width: int | None = None) -> None:
    """Write one article's quotations, and its people, organisations and places, to `file`.

    Args:
        file: where to write.
        name: heading, as a rule the file's name.
        article: what to show.
        first: False puts a line between this table and the one before.
        width: columns of the terminal; default: as it is, between 60 and 120.
    """
    width = min(max(width or shutil.get_terminal_size((100, 24)).columns, NARROWEST), WIDEST)
    lines = [*([""] if not first else []), *_heading(name, article, width), *_rows(article, width), ""]
    for label, entities in (
        ("People", article.people),
        ("Organisations", article.organisations),
        ("Places", article.places),
    ):
        lines += _names(label, entities, width)
    file.write("\n".join(lines) + "\n")


def _heading(name: str, article: Article, width: int) -> Iterator[str]:
    quotes, speakers = len(article.quotes), len(article.speakers)
    counts = f"{_counted(quotes, 'quotation')}, {_counted(speakers, 'speaker')}"
    yield from _wrapped(f"{name}: {counts}", width)
    yield "─" * width


def _rows(article: Article, width: int) -> Iterator[str]:
    widths = (who, what, _) = _column_widths(width)
    previous: tuple[object, ...] | None = None
    for quote in article.quotes:
        names = [*_speakers(quote, who)] if previous != quote.speakers else []
        if previous is not None and names:
            yield ""
        previous = quote.speakers
        said = quote.text if quote.marked else f"[{quote.text}]"
        rule = quote.evidence.rule.replace("_", " ") if quote.evidence else ""
        why = [*_wrapped(rule, widths[2])]
        if quote.speakers:
            why.append(f"{quote.confidence:.0%} sure")
        yield from _beside((names, [*_wrapped(said, what)], why), widths)


def _column_widths(width: int) -> tuple[int, int, int]:
    who, why = width // 4, max(14, width // 6)
    return who, width - who - why - 2 * len(_GAP), why


def _speakers(quote: Quote, width: int) -> Iterator[str]:
    if not quote.speakers:
        yield from _wrapped("(unknown)", width)
    for speaker in quote.speakers:
        yield from _wrapped(speaker.name, width)
        described = ", ".join(x for x in (speaker.role, speaker.affiliation) if x)
        for line in _wrapped(described, width - 2):
            yield f"  {line}"


def _names(label: str, entities: Iterable[Entity], width: int) -> Iterator[str]:
    found = [*entities]
    names = [entity.name + (f" ({len(entity.mentions)})" if len(entity.mentions) > 1 else "") for entity in found]
    if len(names) > _MOST_NAMES:
        names[_MOST_NAMES:] = [f"and {len(names) - _MOST_NAMES} more"]
    for i, line in enumerate(_wrapped(", ".join(names), width - 15)):
        yield f"{label if i == 0 else '':15}{line}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _beside(columns: tuple[list[str], ...], widths: tuple[int, ...]) -> Iterator[str]:
    for cells in zip_longest(*columns, fillvalue=""):
        yield _GAP.join(cell + " " * (w - _columns(cell)) for cell, w in zip(cells, widths, strict=True)).rstrip()


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Lines of at most `width` columns, without the control characters that a terminal would obey."""
    line, used = "", 0
    for word in _words(text, width):
        size = _columns(word)
        if line and used + 1 + size > width:
            yield line
            line, used = word, size
        else:
            line, used = f"{line} {word}" if line else word, used + bool(line) + size
    if line:
        yield line


def _words(text: str, width: int) -> Iterator[str]:
    plain = "".join(" " if c.isspace() else "\ufffd" if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    for word in plain.split():
        while _columns(word) > width:
            cut, used = 0, 0
            while used + _columns(word[cut]) <= width:
                used += _columns(word[cut])
                cut += 1
            yield word[:cut]
            word = word[cut:]
        yield word


def _columns(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    shown = (c for c in text if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in shown)
