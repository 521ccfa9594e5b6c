"""Articles as files and tables: CSV, JSON Lines and Parquet here, pandas and Arrow in `quoteminer.export_tables`."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TextIO, overload

from quoteminer.errors import FormatError
from quoteminer.export_tables import (
    ENTITY_COLUMNS,
    QUOTE_COLUMNS,
    arrow_schema,
    article_pairs,
    encodable,
    entities_arrow,
    entities_frame,
    import_extra,
    quote_rows,
    to_arrow,
    to_frame,
)
from quoteminer.json_form import decode
from quoteminer.types import Article

__all__ = [
    "ENTITY_COLUMNS",
    "QUOTE_COLUMNS",
    "arrow_schema",
    "entities_arrow",
    "entities_frame",
    "import_extra",
    "read_jsonl",
    "to_arrow",
    "to_frame",
    "write_csv",
    "write_jsonl",
    "write_parquet",
]

PathOrFile = str | os.PathLike[str] | TextIO


def write_parquet(
    articles: Article | Iterable[Article], path: str | os.PathLike[str], ids: Iterable[object] | None = None
) -> None:
    """Write the quotations to a Parquet file, a few hundred articles in memory at a time."""
    parquet = import_extra("pyarrow.parquet", "frames")
    pairs = article_pairs(articles, ids)
    with parquet.ParquetWriter(os.fspath(path), arrow_schema()) as writer:
        while batch := [*islice(pairs, 500)]:
            writer.write_table(to_arrow([article for _, article in batch], [name for name, _ in batch]))


def write_csv(
    articles: Article | Iterable[Article],
    target: PathOrFile,
    ids: Iterable[object] | None = None,
    *,
    excel: bool = False,
) -> None:
    """Write the quotations as CSV (UTF-8), without the list-valued columns.

    Args:
        articles: one article or many.
        target: a path, or a text file opened with `newline=""`.
        ids: as for `to_frame`.
        excel: begin with the byte order mark by which Excel knows UTF-8, and put an apostrophe before any text that
            Excel would compute as a formula (one that begins with `=`, `+`, `-` or `@`). The plain form is exact.
    """
    columns = [name for name, kind in QUOTE_COLUMNS.items() if kind not in ("strings", "ints")]
    with _opened(target, "utf-8-sig" if excel and not hasattr(target, "write") else "utf-8") as file:
        if excel and hasattr(target, "write"):
            file.write("\ufeff")
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in quote_rows(articles, ids):
            cells = [encodable(row[name]) for name in columns]
            writer.writerow([_guarded(cell) for cell in cells] if excel else cells)


def write_jsonl(articles: Article | Iterable[Article], target: PathOrFile, ids: Iterable[object] | None = None) -> None:
    """Write JSON Lines: one article a line as in `Article.to_json`, with its `id` in front where `ids` are given."""
    with _opened(target, "utf-8") as file:
        for name, article in article_pairs(articles, ids):
            data = {"id": name, **article.to_dict()} if ids is not None else article.to_dict()
            line = json.dumps(data, ensure_ascii=False)
            file.write((line if encodable(line) == line else json.dumps(data)) + "\n")


@overload
def read_jsonl(source: PathOrFile, *, as_tuples: Literal[False] = False) -> Iterator[Article]: ...
@overload
def read_jsonl(source: PathOrFile, *, as_tuples: Literal[True]) -> Iterator[tuple[str | None, Article]]: ...
def read_jsonl(
    source: PathOrFile, *, as_tuples: bool = False
) -> Iterator[Article] | Iterator[tuple[str | None, Article]]:
    """Read what `write_jsonl` wrote, one article at a time.

    Args:
        source: a path or an open text file.
        as_tuples: give (id, article) pairs; the id is None where none was written.

    Raises:
        FormatError: a line is not an article of this version; the message gives its number.
    """
    pairs = _read(source)
    return pairs if as_tuples else (article for _, article in pairs)


def _read(source: PathOrFile) -> Iterator[tuple[str | None, Article]]:
    name = getattr(source, "name", source)
    number = 0
    try:
        with _opened(source, "utf-8-sig", "r") as file:
            for line in file:
                number += 1
                if line.strip():
                    data = decode(line)
                    article = Article.from_mapping(data)
                    yield (None if data.get("id") is None else str(data["id"])), article
    except UnicodeDecodeError as error:
        raise FormatError(f"{name}, after line {number}: not UTF-8 ({error.reason})") from error
    except FormatError as error:
        raise FormatError(f"{name}, line {number}: {error}") from error


def _opened(target: PathOrFile, encoding: str, mode: str = "w") -> AbstractContextManager[TextIO]:
    if isinstance(target, (str, os.PathLike)):
        return Path(target).open(mode, encoding=encoding, newline="" if mode == "w" else "\n")  # type: ignore[return-value]
    return nullcontext(target)


def _guarded(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip()[:1] in ("=", "+", "-", "@") else cell
