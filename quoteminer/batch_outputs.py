"""Files that articles are written to, one by one, so that a job can be killed at any moment and go on later."""

from __future__ import annotations

import json
import os
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quoteminer.errors import ArgumentError, FormatError
from quoteminer.export import arrow_schema, import_extra, to_arrow
from quoteminer.export_tables import encodable
from quoteminer.types import Article

ARTICLES_PER_PART = 1000
_FIRST_KEY = '{"id": '


class IsCompleteError(Exception):
    """There is nothing left to do; no fault of whoever asks to resume."""


class Output(ABC):
    """Where a job's articles go. `close` leaves a file that can be read, whatever has happened.

    Attributes:
        place: where the articles are, for messages.
        saved: how many this run has put there, where a killed process leaves them.
    """

    place: str
    saved = 0

    @abstractmethod
    def written(self) -> Iterator[str | None]:
        """What an earlier run has written, article by article: the id, or None where it is not known. To be used up."""

    @abstractmethod
    def write(self, name: str, article: Article) -> None:
        """Add one article under its id."""

    @abstractmethod
    def close(self, *, complete: bool) -> None:
        """End the file; `complete` where every article of the corpus is in it."""


class Lines:
    """A file of JSON objects, one a line, each written at once.

    Half a line at the end, a killed run's, is not read, and removed by the first line that is written. Until then
    nothing in the file changes: it may be another than the caller thinks.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab", buffering=0)
        self._end = self._whole()

    def _whole(self) -> int:
        """Where the last whole line ends."""
        end = self.path.stat().st_size
        with self.path.open("rb") as file:
            while end:
                start = max(0, end - 2**16)
                file.seek(start)
                found = file.read(end - start).rfind(b"\n")
                if found >= 0:
                    return start + found + 1
                end = start
        return 0

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while file.tell() < self._end:
                yield file.readline()

    def write(self, data: dict[str, Any]) -> None:
        """Add a line; where it cannot be written whole, nothing of it stays."""
        rest = memoryview(to_line(data))
        size = len(rest)
        self._file.truncate(self._end)
        try:
            while rest:
                rest = rest[self._file.write(rest) or 0 :]
        except BaseException:
            self._file.truncate(self._end)
            raise
        self._end += size

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class JsonLines(Output):
    """JSON Lines as `quoteminer.read_jsonl` reads them."""

    def __init__(self, path: Path) -> None:
        self.place = str(path)
        self._lines = Lines(path)

    def written(self) -> Iterator[str | None]:
        """See `Output.written`."""
        decoder = json.JSONDecoder()
        for number, line in enumerate(self._lines, 1):
            try:
                text = line.decode("utf8")
                if not text.startswith(_FIRST_KEY):
                    raise ValueError("it does not begin with an id")
                yield decoder.raw_decode(text, len(_FIRST_KEY))[0]
            except ValueError as error:
                raise FormatError(f"{self.place}, line {number}: not from `quoteminer extract`: {error}") from None

    def write(self, name: str, article: Article) -> None:
        """See `Output.write`."""
        self._lines.write({"id": name, **article.to_dict()})
        self.saved += 1

    def close(self, *, complete: bool) -> None:
        """See `Output.close`."""
        self._lines.close()


class Stream(Output):
    """JSON Lines on the standard output."""

    place = "the standard output"

    def written(self) -> Iterator[str | None]:
        """See `Output.written`."""
        return iter(())

    def write(self, name: str, article: Article) -> None:
        """See `Output.write`."""
        sys.stdout.buffer.write(to_line({"id": name, **article.to_dict()}))
        sys.stdout.buffer.flush()
        self.saved += 1

    def close(self, *, complete: bool) -> None:
        """See `Output.close`."""


class Parquet(Output):
    """The table of quotations as one Parquet file, put together from parts when the last is there.

    The parts, a thousand articles each, stand in the folder `NAME.parts`, itself a data set that pandas, pyarrow and
    DuckDB read. Each is written beside its place and then moved there.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.folder = path, path.with_name(path.name + ".parts")
        self.place = str(path)
        self._parquet = import_extra("pyarrow.parquet", "frames")
        self._articles: list[Article] = []
        self._ids: list[str] = []
        self._table: Any = None
        self._before = 0
        self._number = 0
        self.folder.mkdir(exist_ok=True)

    def written(self) -> Iterator[str | None]:
        """See `Output.written`."""
        for path in sorted(self.folder.glob("*.parquet")):
            metadata = self._parquet.read_schema(path).metadata or {}
            try:
                size, last = int(metadata[b"articles"]), metadata[b"last_id"].decode("utf8")
            except (KeyError, ValueError):
                raise FormatError(f"{path}: not a part of the output of `quoteminer extract`") from None
            yield from [None] * (size - 1)
            yield last
            if size < ARTICLES_PER_PART:  # the last part of a run that was stopped: to be filled up
                self._table, self._before = self._read(path), size
                return
            self._number += 1

    def write(self, name: str, article: Article) -> None:
        """See `Output.write`."""
        self._articles.append(article)
        self._ids.append(name)
        if self._before + len(self._articles) == ARTICLES_PER_PART:
            self._end_part()

    def _end_part(self) -> None:
        size = self._before + len(self._articles)
        table = to_arrow(self._articles, self._ids)
        if self._table is not None:
            pa = import_extra("pyarrow", "frames")
            table = pa.concat_tables([self._table, table]).combine_chunks()
        last = encodable(self._ids[-1]).encode()
        metadata = {**(table.schema.metadata or {}), b"articles": str(size).encode(), b"last_id": last}
        path = self.folder / f"{self._number:06}.parquet"
        beside = path.with_suffix(".unfinished")
        self._parquet.write_table(table.replace_schema_metadata(metadata), beside)
        beside.replace(path)
        self.saved += len(self._articles)
        self._articles, self._ids, self._table, self._before = [], [], None, 0
        self._number += 1

    def _read(self, path: Path) -> Any:
        return self._parquet.read_table(path).cast(arrow_schema()).replace_schema_metadata(arrow_schema().metadata)

    def close(self, *, complete: bool) -> None:
        """See `Output.close`."""
        self.place = str(self.folder)
        if self._articles:
            self._end_part()
        if complete:
            beside = self.path.with_name(self.path.name + ".unfinished")
            with self._parquet.ParquetWriter(beside, arrow_schema()) as writer:
                for path in sorted(self.folder.glob("*.parquet")):
                    writer.write_table(self._read(path))
            beside.replace(self.path)
            self.place = str(self.path)
            self._remove_parts()

    def _remove_parts(self) -> None:
        """Remove the parts, first out of their place at once: half of them would stand for another output."""
        done = self.path.with_name(self.path.name + ".done")
        if done.exists():
            shutil.rmtree(done)
        self.folder.replace(done)
        shutil.rmtree(done)


def _is_ours(path: Path) -> bool:
    """Whether a Parquet file has the columns of quotations."""
    try:
        return bool(import_extra("pyarrow.parquet", "frames").read_schema(path).names == arrow_schema().names)
    except (ValueError, OSError):  # pyarrow's ArrowInvalid is a ValueError
        return False


def to_line(data: dict[str, Any]) -> bytes:
    """One line of JSON; lone surrogates, which UTF-8 has no bytes for, as escapes."""
    try:
        return json.dumps(data, ensure_ascii=False).encode("utf8") + b"\n"
    except UnicodeEncodeError:
        return json.dumps(data).encode("ascii") + b"\n"


def open_output(target: str, *, resume: bool) -> Output:
    """The output of a name: ".jsonl", ".parquet", or "-" for the standard output.

    Raises:
        ArgumentError: the name ends otherwise, or what it names is there already and `resume` is not set.
        IsCompleteError: an earlier run has finished it.
    """
    if target == "-":
        if resume:
            raise ArgumentError("--resume needs a file to go on with: give one with -o")
        return Stream()
    path = Path(target)
    kinds: dict[str, type[JsonLines] | type[Parquet]] = {".jsonl": JsonLines, ".ndjson": JsonLines, ".parquet": Parquet}
    if path.suffix.lower() not in kinds:
        raise ArgumentError(f"{path}: the output is .jsonl or .parquet, or - for the standard output")
    if not path.parent.is_dir():
        raise ArgumentError(f"{path}: there is no folder {path.parent}")
    there = [name for name in (path, path.with_name(path.name + ".parts")) if os.path.lexists(name)]
    if there and not resume:
        raise ArgumentError(f"{there[0]} is there already: add --resume to go on with it, or remove it")
    if kinds[path.suffix.lower()] is Parquet and there == [path]:
        if not _is_ours(path):
            raise ArgumentError(f"{path} is there already, and not from `quoteminer extract`: give another name")
        raise IsCompleteError(f"{path} is complete: there is nothing to resume; remove it to begin anew")
    return kinds[path.suffix.lower()](path)
