"""The command line: `quoteminer FILE… | - | DIR` shows who said what, `quoteminer extract` works through a corpus.

Exit status: 0 where all went well, 2 where something could not be read or written (told on stderr, the rest is done),
130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from quoteminer.batch import Job
from quoteminer.batch_outputs import IsCompleteError
from quoteminer.batch_records import FORMS, Corpus, decode
from quoteminer.cli_table import print_table
from quoteminer.errors import ArgumentError, QuoteminerError
from quoteminer.types import Article

FORMATS = ("table", "json", "jsonl", "csv", "html")
_STOPPED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line with these arguments, default those of the process; gives the exit status."""
    arguments = [*sys.argv[1:]] if argv is None else [*argv]
    _prepare(sys.stdout)
    try:
        return _extract(arguments[1:]) if arguments[:1] == ["extract"] else _show(arguments)
    except KeyboardInterrupt:
        _tell("stopped")
        return _STOPPED
    except BrokenPipeError:
        _tell("the reader of the output has closed it; stopped")
        with suppress(OSError, ValueError):  # what is left in the buffer must not fail again at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except IsCompleteError as done:
        _tell(str(done))
        return 0
    except QuoteminerError as error:
        _tell(str(error))
        return 2
    except OSError as error:
        _tell(_reason(error))
        return 2


def _show(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="quoteminer",
        description="Reads English news articles and says who said what.",
        epilog="For a corpus: quoteminer extract --help. Exit status 2: something could not be read, the rest is done.",
    )
    parser.add_argument("sources", nargs="*", metavar="FILE", help="text files, folders of .txt files, or - for stdin")
    parser.add_argument("--format", choices=FORMATS, default="table", help="default: %(default)s")
    parser.add_argument("-o", "--output", metavar="FILE", help="write there instead of to the standard output")
    parser.add_argument("--model", metavar="NAME", help="an installed spaCy pipeline; default: the library's own")
    parser.add_argument("--encoding", default="utf-8", help="of the text files; default: %(default)s")
    parser.add_argument("--version", action="version", version=f"quoteminer {_version()}")
    options = parser.parse_args(arguments)
    if not options.sources:
        if sys.stdin.isatty():
            parser.error("give one or more files, a folder, or - for the standard input")
        options.sources = ["-"]
    inputs = _Inputs(options.sources, options.encoding)
    names: deque[str] = deque()
    articles = _articles(inputs, names, options.model)
    if options.output:
        with _replaced(Path(options.output)) as file:
            _write(file, options.format, articles, names)
    else:
        _write(sys.stdout, options.format, articles, names)
        sys.stdout.flush()
    return 2 if inputs.failed else 0


def _articles(inputs: _Inputs, names: deque[str], model: str | None) -> Iterator[Article]:
    """The articles; `names` gets the name of each in the order of the texts."""
    from quoteminer.api import extract_many, load

    def texts() -> Iterator[str]:
        for name, text in inputs:
            names.append(name)
            yield text

    nlp = load(model) if model else None
    yield from extract_many(texts(), nlp=nlp, batch_size=8)


class _Inputs:
    """The texts that the command names, as (name, text); what cannot be read is told on stderr."""

    def __init__(self, sources: Sequence[str], encoding: str) -> None:
        self.sources, self.encoding = sources, encoding
        self.failed = False

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for source in self.sources:
            if source == "-":
                yield from self._read("-", sys.stdin.buffer.read)
                continue
            path = Path(source)
            paths = [path]
            if path.is_dir():
                paths = sorted(p for p in path.rglob("*.txt") if p.is_file())
                if not paths:
                    self._fail(f"{source}: no .txt files in this folder; name the files themselves")
            for path in paths:
                yield from self._read(str(path), path.read_bytes)

    def _read(self, name: str, read: object) -> Iterator[tuple[str, str]]:
        try:
            yield name, decode(read(), self.encoding)  # type: ignore[operator]
        except FileNotFoundError:
            self._fail(f"{name}: no such file; check the name")
        except OSError as error:
            self._fail(f"{name}: cannot be read: {error.strerror}")
        except ArgumentError:
            raise
        except QuoteminerError as error:
            self._fail(f"{name}: {error}")

    def _fail(self, message: str) -> None:
        self.failed = True
        _tell(message)


def _write(file: TextIO, form: str, articles: Iterator[Article], names: deque[str]) -> None:
    def ids() -> Iterator[str]:
        while names:
            yield names.popleft()

    if form == "table":
        for i, article in enumerate(articles):
            print_table(file, names.popleft(), article, first=i == 0)
    elif form == "jsonl":
        from quoteminer.export import write_jsonl

        write_jsonl(articles, file, ids())
    elif form == "csv":
        from quoteminer.export import write_csv

        write_csv(articles, file, ids())
    elif form == "json":
        found = [{"id": names.popleft(), **article.to_dict()} for article in articles]
        json.dump(found[0] if len(found) == 1 else found, file, ensure_ascii=False, indent=2)
        file.write("\n")
    else:
        from quoteminer.render import render_page

        file.write(render_page((names.popleft(), article) for article in articles))


def _extract(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="quoteminer extract",
        description="Works through a corpus, record by record, and writes what was said and by whom.",
        epilog="A record that cannot be read is told on stderr and in OUTPUT.errors.jsonl; the rest goes on.",
    )
    parser.add_argument("corpus", type=Path, help=FORMS)
    parser.add_argument("-o", "--output", required=True, help=".jsonl (articles), .parquet (quotations), or -")
    parser.add_argument("--text-field", default="text", help="field or column with the text; default: %(default)s")
    parser.add_argument("--id-field", help="field or column with the id; default: the number of the line or row")
    parser.add_argument("--n-process", type=int, default=1, help="worker processes; default: %(default)s")
    parser.add_argument("--batch-size", type=int, default=64, help="texts worked on together; default: %(default)s")
    parser.add_argument("--resume", action="store_true", help="go on with the output of a run that was stopped")
    parser.add_argument("--errors", type=Path, metavar="FILE", help="default: OUTPUT.errors.jsonl")
    parser.add_argument("--model", metavar="NAME", help="an installed spaCy pipeline; default: the library's own")
    parser.add_argument("--encoding", default="utf-8", help="of the corpus; default: %(default)s")
    options = parser.parse_args(arguments)
    if options.n_process < 1 or options.batch_size < 1:
        parser.error("--n-process and --batch-size must be at least 1")
    from quoteminer.api import load

    job = Job(
        Corpus(options.corpus, options.text_field, options.id_field, options.encoding),
        options.output,
        errors=options.errors,
        nlp=load(options.model) if options.model else None,
        n_process=options.n_process,
        batch_size=options.batch_size,
        resume=options.resume,
        report=_tell,
        progress=sys.stderr.isatty(),
    )
    try:
        counts = job.run()
    except (KeyboardInterrupt, OSError) as error:
        if options.output == "-":
            raise
        reason = "stopped" if isinstance(error, KeyboardInterrupt) else _reason(error)
        _tell(
            f"{reason}: {job.counts.before + job.output.saved:,} articles are in {job.output.place}; "
            "to go on, give the same command with --resume"
        )
        return _STOPPED if isinstance(error, KeyboardInterrupt) else 2
    before = f" ({counts.before:,} of them before)" if counts.before else ""
    bad = f"; {counts.bad:,} records could not be read, see {job.errors or 'above'}" if counts.bad else ""
    _tell(f"{counts.before + counts.written:,} articles{before} are in {job.output.place}{bad}")
    return 2 if counts.bad else 0


@contextmanager
def _replaced(path: Path) -> Iterator[TextIO]:
    """A file that takes the place of `path` when it is whole."""
    beside = path.with_name(path.name + ".unfinished")
    try:
        with beside.open("w", encoding="utf8", errors="backslashreplace", newline="") as file:
            yield file
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _prepare(file: TextIO) -> None:
    if hasattr(file, "reconfigure"):
        file.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")


def _reason(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
        return f"no room left for the output ({error.strerror}): make some"
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


def _tell(message: str) -> None:
    line = " ".join(message.encode("utf8", "backslashreplace").decode("utf8").split())
    if sys.stderr.isatty():
        from tqdm import tqdm

        tqdm.write(f"quoteminer: {line}", file=sys.stderr)  # does not tear a progress bar
    else:
        print(f"quoteminer: {line}", file=sys.stderr, flush=True)


def _version() -> str:
    from quoteminer import __version__

    return __version__
