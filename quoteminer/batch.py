"""A whole corpus from file to file: `quoteminer extract CORPUS -o OUTPUT`. It survives bad records and being killed.

Articles and errors are written in the order of the records, so what an output holds tells where to go on.
"""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from spacy.language import Language

from quoteminer.batch_outputs import Lines, Output, open_output
from quoteminer.batch_records import Corpus, Record
from quoteminer.errors import ArgumentError, FormatError
from quoteminer.export_tables import encodable
from quoteminer.stream import Failure, stream
from quoteminer.types import Article

_END = object()


@dataclass
class Counts:
    """What a run has done: articles written, records that could not be read, articles an earlier run had written."""

    written: int = 0
    bad: int = 0
    before: int = 0


class Job:
    """One run over a corpus.

    Args:
        corpus: what to read.
        target: the output's name, .jsonl or .parquet, or "-" for the standard output.
        errors: file of the records that could not be read; default: the output's name and `.errors.jsonl`.
        nlp: the pipeline; default: the library's own.
        n_process: worker processes.
        batch_size: texts that go through the pipeline together.
        resume: go on with the output of a run that was stopped.
        report: is told of each record that cannot be read.
        progress: show a progress bar on stderr.

    Raises:
        ArgumentError: the corpus or the output cannot be used; the message says what to do.
    """

    def __init__(
        self,
        corpus: Corpus,
        target: str,
        *,
        errors: Path | None = None,
        nlp: Language | None = None,
        n_process: int = 1,
        batch_size: int = 64,
        resume: bool = False,
        report: Callable[[str], None] = lambda message: None,
        progress: bool = False,
    ) -> None:
        self.corpus, self.counts = corpus, Counts()
        self._nlp, self._n_process, self._batch_size = nlp, n_process, batch_size
        self._report, self._progress = report, progress
        self._records = _primed(corpus.records())
        self.errors = errors or (None if target == "-" else Path(target + ".errors.jsonl"))
        self._errors: Lines | None = None
        self._known: set[int] = set()
        there = self.errors is not None and self.errors.exists()
        if self.errors and there and resume:
            self._errors = Lines(self.errors)
            self._known = _numbers(self._errors)
        elif errors and there:
            raise ArgumentError(f"{errors} is there already: add --resume to go on with it, or remove it")
        self.output = open_output(target, resume=resume)
        if self.errors and there and not resume:
            self.errors.unlink()

    def run(self) -> Counts:
        """Do it all. Whatever ends it, the output is left whole; counts tell how far it came."""
        complete = False
        try:
            waiting: deque[tuple[Record, bool]] = deque()
            texts = self._texts(waiting)
            articles = stream(texts, nlp=self._nlp, n_process=self._n_process, batch_size=self._batch_size)
            with closing(articles), self._bar() as bar:
                for found in articles:
                    self._pass_bad(waiting)
                    record, is_done = waiting.popleft()
                    if not is_done:
                        self._write(record, found)
                        bar.update()
                self._pass_bad(waiting)
            complete = True
        finally:
            self.output.close(complete=complete)
            if self._errors:
                self._errors.close()
        return self.counts

    def _texts(self, waiting: deque[tuple[Record, bool]]) -> Iterator[str]:
        """The texts still to do; `waiting` gets their records, and the bad ones between.

        What the network computes depends a little on the texts beside it in a batch. So a resumed run begins with the
        whole batch in which the run before it stopped; `waiting` tells which of its records are done.
        """
        done = self.output.written()
        batch: list[Record] = []
        resuming = True
        for record in self._records:
            if record.reason is not None:
                self._put_bad(record, waiting)
                continue
            if resuming and self._is_done(record, done):
                batch = [*batch, record] if len(batch) < self._batch_size else [record]
                continue
            if resuming and len(batch) < self._batch_size:
                waiting.extend((earlier, True) for earlier in batch)
                yield from (earlier.text for earlier in batch)
            resuming = False
            waiting.append((record, False))
            yield record.text
        if resuming and next(done, _END) is not _END:
            raise ArgumentError(
                f"{self.output.place} cannot be resumed: it has more articles than {self.corpus.path}; "
                "it is of another corpus"
            )

    def _put_bad(self, record: Record, waiting: deque[tuple[Record, bool]]) -> None:
        if record.number in self._known:
            self.counts.bad += 1
        else:
            waiting.append((record, False))

    def _is_done(self, record: Record, done: Iterator[str | None]) -> bool:
        """Whether an earlier run has written the record, or has found that the pipeline fails on it."""
        if record.number in self._known:
            self.counts.bad += 1
            return True
        name = next(done, _END)
        if name is _END:
            return False
        self._check_same(record, name)
        self.counts.before += 1
        return True

    def _check_same(self, record: Record, name: object) -> None:
        if name not in (None, record.id, encodable(record.id)):
            raise ArgumentError(
                f"{self.output.place} cannot be resumed: it has {name!r} where {self.corpus.path} has {record.id!r}; "
                "it is of another corpus or of other fields"
            )

    def _pass_bad(self, waiting: deque[tuple[Record, bool]]) -> None:
        while waiting and (reason := waiting[0][0].reason) is not None:
            self._bad(waiting.popleft()[0], reason)

    def _write(self, record: Record, found: Article | Failure) -> None:
        if isinstance(found, Failure):
            self._bad(record, f"the pipeline fails on it: {type(found.error).__name__}: {found.error}")
        else:
            self.output.write(record.id, found)
            self.counts.written += 1

    def _bad(self, record: Record, reason: str) -> None:
        self.counts.bad += 1
        if record.number in self._known:
            return
        self._report(f"{self.corpus.path}, {record.place}: {reason}")
        if self.errors:
            self._errors = self._errors or Lines(self.errors)
            self._errors.write({"record": record.number, "place": record.place, "reason": reason})

    def _bar(self) -> AbstractContextManager[Any]:
        if not self._progress:
            return nullcontext(_NoBar())
        from tqdm import tqdm

        return tqdm(total=self.corpus.count(), unit=" articles", file=sys.stderr)  # type: ignore[no-any-return]


def _primed(records: Iterator[Record]) -> Iterator[Record]:
    """The records, of which the first is read now: a corpus that cannot be read at all is told before work begins."""
    first = next(records, None)
    return iter(()) if first is None else chain([first], records)


def _numbers(errors: Lines) -> set[int]:
    """The numbers of the records that an earlier run could not read."""
    try:
        return {int(json.loads(line)["record"]) for line in errors}
    except (ValueError, TypeError, KeyError):
        errors.close()
        raise FormatError(f"{errors.path}: not the errors of `quoteminer extract`; remove it") from None


class _NoBar:
    def update(self) -> None:
        pass


__all__ = ["Corpus", "Counts", "Job", "Output"]
