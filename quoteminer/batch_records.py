"""The records of a corpus, one after another: JSON Lines, CSV, Parquet, or a folder of texts; bad ones say why."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from quoteminer.errors import ArgumentError, FormatError
from quoteminer.export import import_extra

LONGEST = 2**28
FORMS = ".jsonl, .csv, .parquet, or a folder with .txt files"


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a corpus.

    Attributes:
        number: of the record, from 1.
        place: where it stands: "line 12", "row 12", or the name of its file.
        id: the text of its id field; the number of its line or row where none is named.
        text: the article's text.
        reason: why it cannot be read, None where it can.
    """

    number: int
    place: str
    id: str
    text: str = ""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Corpus:
    """Where a corpus is and which of its fields to read.

    Attributes:
        path: a file in one of the forms, or a folder.
        text_field: name of the field with the text; a folder has none.
        id_field: name of the field with the id; None numbers the lines or rows.
        encoding: of text files.
    """

    path: Path
    text_field: str = "text"
    id_field: str | None = None
    encoding: str = "utf-8"

    def records(self) -> Iterator[Record]:
        """The records in order, read as they are asked for.

        Raises:
            ArgumentError: there is no such file, its form is none of those known, or no record has the fields.
            FormatError: the file as a whole cannot be read.
        """
        if self.path.is_dir():
            return self._in_folder()
        readers: dict[str, Callable[[], Iterator[Record]]] = {
            ".jsonl": self._in_json_lines,
            ".ndjson": self._in_json_lines,
            ".csv": self._in_csv,
            ".parquet": self._in_parquet,
        }
        if not self.path.exists():
            raise ArgumentError(f"{self.path}: no such file or folder")
        if self.path.suffix.lower() not in readers:
            raise ArgumentError(f"{self.path}: not a corpus that can be read; give {FORMS}")
        return readers[self.path.suffix.lower()]()

    def count(self) -> int | None:
        """How many records there are, where that can be told without reading them."""
        if self.path.is_dir():
            return len(self._texts())
        if self.path.suffix.lower() == ".parquet":
            return int(self._parquet().metadata.num_rows)
        return None

    def _texts(self) -> list[Path]:
        found = sorted(path for path in self.path.rglob("*.txt") if path.is_file())
        if not found:
            raise ArgumentError(f"{self.path}: no .txt files in this folder")
        return found

    def _in_folder(self) -> Iterator[Record]:
        for number, path in enumerate(self._texts(), 1):
            name = path.relative_to(self.path).as_posix().encode("utf8", "surrogateescape").decode("utf8", "replace")
            try:
                yield Record(number, name, name, decode(path.read_bytes(), self.encoding))
            except (OSError, FormatError) as error:
                reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
                yield Record(number, name, name, reason=reason)

    def _in_json_lines(self) -> Iterator[Record]:
        number = 0
        with self.path.open("rb") as file:
            for line_number, line in enumerate(_lines(file), 1):
                if not line or not line.isspace():
                    number += 1
                    yield self._record(number, "line", line_number, lambda line=line: self._object(line))  # type: ignore[misc]

    def _object(self, line: bytes) -> tuple[object, object]:
        if not line:
            raise FormatError(f"longer than {LONGEST:,} bytes")
        text = decode(line, self.encoding)
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise FormatError(f"not a JSON object: {error}") from error
        if not isinstance(data, dict):
            raise FormatError(f"not a JSON object but a {type(data).__name__}")
        for field in filter(None, (self.text_field, self.id_field)):
            if field not in data:
                raise FormatError(f"no field {field!r}, but {', '.join(map(repr, [*data][:8])) or 'none'}")
        return data[self.text_field], data[self.id_field] if self.id_field else None

    def _in_csv(self) -> Iterator[Record]:
        csv.field_size_limit(LONGEST)
        encoding = "utf-8-sig" if _is_utf8(self.encoding) else self.encoding
        try:
            opened = self.path.open(encoding=encoding, errors="surrogateescape", newline="")
        except LookupError:
            raise _no_encoding(self.encoding) from None
        with opened as file:
            rows = csv.reader(file)
            header = next(rows, [])
            if any(map(_is_undecoded, header)):
                raise FormatError(f"{self.path}: {_undecodable(self.encoding)}")
            columns = self._columns(header)
            number, line = 0, rows.line_num
            while True:
                first = line + 1
                row: list[str] | csv.Error
                try:
                    row = next(rows)
                except StopIteration:
                    return
                except csv.Error as error:
                    row = error
                line = rows.line_num
                if row != []:
                    number += 1
                    yield self._record(number, "line", first, lambda row=row: self._cells(row, columns))  # type: ignore[misc]

    def _cells(self, row: list[str] | csv.Error, columns: Sequence[int]) -> tuple[object, object]:
        if isinstance(row, csv.Error):
            raise FormatError(f"not a row of CSV: {row}")
        if len(row) <= max(columns):
            raise FormatError(f"has {len(row)} cells, column {max(columns) + 1} is wanted")
        cells = [row[i] for i in columns]
        if any(map(_is_undecoded, cells)):
            raise FormatError(_undecodable(self.encoding))
        return cells[0], cells[1] if len(cells) > 1 else None

    def _columns(self, names: Sequence[str]) -> list[int]:
        wanted = [self.text_field, *filter(None, [self.id_field])]
        for field in wanted:
            if field not in names:
                option = "--text-field" if field == self.text_field else "--id-field"
                found = ", ".join(map(repr, names)) or "none"
                raise ArgumentError(f"{self.path}: no column {field!r}, but {found}; name it with {option}")
        return [names.index(field) for field in wanted]

    def _parquet(self) -> Any:
        parquet = import_extra("pyarrow.parquet", "frames")
        try:
            return parquet.ParquetFile(self.path)
        except (ValueError, OSError) as error:  # pyarrow's ArrowInvalid is a ValueError
            raise FormatError(f"{self.path}: not a Parquet file: {error}") from error

    def _in_parquet(self) -> Iterator[Record]:
        file = self._parquet()
        columns = self._columns(file.schema_arrow.names)
        number = 0
        names = [file.schema_arrow.names[i] for i in columns]
        for batch in file.iter_batches(batch_size=256, columns=list(dict.fromkeys(names))):
            for row in range(batch.num_rows):
                number += 1
                cells = [batch.column(name)[row] for name in names]
                yield self._record(number, "row", number, lambda cells=cells: _arrow_cells(cells))  # type: ignore[misc]

    def _record(self, number: int, kind: str, at: int, read: Callable[[], tuple[object, object]]) -> Record:
        place = f"{kind} {at}"
        try:
            text, found = read()
            if not isinstance(text, str):
                what = "empty" if text is None else f"a {type(text).__name__}, not text"
                raise FormatError(f"the field {self.text_field!r} is {what}")
            if found is not None and not isinstance(found, (str, int, float)):
                raise FormatError(f"the field {self.id_field!r} is a {type(found).__name__}, not text or a number")
            return Record(number, place, str(at if found is None else found), text)
        except FormatError as error:
            return Record(number, place, str(at), reason=str(error))


def decode(data: bytes, encoding: str) -> str:
    """The text that bytes stand for, without a byte order mark.

    Raises:
        FormatError: they are not in this encoding; the message says where and what to do.
        ArgumentError: there is no such encoding.
    """
    try:
        return data.decode("utf-8-sig" if _is_utf8(encoding) else encoding)
    except UnicodeDecodeError as error:
        found = f"byte 0x{data[error.start]:02x} at {error.start:,}"
        raise FormatError(f"{_undecodable(encoding)}: {found}") from None
    except LookupError:
        raise _no_encoding(encoding) from None


def _no_encoding(encoding: str) -> ArgumentError:
    return ArgumentError(f"there is no encoding {encoding!r}; common ones are utf-8 and cp1252")


def _is_undecoded(cell: str) -> bool:
    """Whether a cell holds bytes that are not in the file's encoding, as surrogates."""
    return any("\udc80" <= character <= "\udcff" for character in cell)


def _undecodable(encoding: str) -> str:
    return f"not in the encoding {encoding}; name the right one, such as --encoding cp1252"


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("_", "-") in ("utf-8", "utf8")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines; in place of one that is too long, none of it."""
    while line := file.readline(LONGEST):
        if len(line) == LONGEST and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = file.readline(LONGEST)
            line = b""
        yield line


def _arrow_cells(cells: Sequence[Any]) -> tuple[object, object]:
    try:
        values = [cell.as_py() for cell in cells]
    except UnicodeDecodeError as error:
        raise FormatError(f"not in the encoding utf-8: {error.reason}") from error
    return values[0], values[1] if len(values) > 1 else None
