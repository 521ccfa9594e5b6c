"""A corpus from file to file: bad records, full disks, runs that are killed and go on."""

import errno
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import quoteminer
from quoteminer import batch_outputs, batch_records, cli
from quoteminer.batch import Job
from quoteminer.batch_records import Corpus
from quoteminer.errors import ArgumentError, FormatError
from quoteminer.stream import Failure
from quoteminer.types import Article

TEXTS = [f"“We can’t go {i},” said Dr Bonny Lin{i}. \ud83d Ann Lee smiled." if i % 3 else "" for i in range(10)]


def write_corpus(path: Path, texts=TEXTS) -> Path:
    rows = [{"url": f"u{i}", "body": text} for i, text in enumerate(texts)]
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif path.suffix == ".csv":
        import csv

        with path.open("w", encoding="utf8", errors="replace", newline="") as file:
            writer = csv.DictWriter(file, ["url", "body"])
            writer.writeheader()
            writer.writerows(rows)
    elif path.suffix == ".parquet":
        pytest.importorskip("pyarrow")
        import pyarrow.parquet

        clean = [{**row, "body": row["body"].replace("\ud83d", "?")} for row in rows]
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(clean), path)
    else:
        path.mkdir()
        for row in rows:
            (path / f"{row['url']}.txt").write_text(row["body"].replace("\ud83d", "?"), encoding="utf8")
    return path


def extract(corpus: Path, output: object, *options: str) -> int:
    fields = () if corpus.is_dir() else ("--text-field", "body", "--id-field", "url")
    return cli.main(["extract", str(corpus), "-o", str(output), *fields, "--batch-size", "4", *options])


def ids(output: Path) -> list[str | None]:
    return [name for name, _ in quoteminer.read_jsonl(output, as_tuples=True)]


@pytest.mark.parametrize("name", ["corpus.jsonl", "corpus.csv", "corpus.parquet", "corpus"])
def test_corpus_to_json_lines(name, tmp_path: Path, capsys):
    output = tmp_path / "out.jsonl"
    assert extract(write_corpus(tmp_path / name), output) == 0
    assert capsys.readouterr().err == f"quoteminer: 10 articles are in {output}\n"
    suffix = ".txt" if name == "corpus" else ""
    assert ids(output) == [f"u{i}{suffix}" for i in range(10)]
    assert not (tmp_path / "out.jsonl.errors.jsonl").exists()
    texts = [article.text for article in quoteminer.read_jsonl(output)]
    assert texts == (TEXTS if name == "corpus.jsonl" else [text.replace("\ud83d", "?") for text in TEXTS])


def test_same_output_with_worker_processes(tmp_path: Path):
    corpus = write_corpus(tmp_path / "corpus.jsonl")
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    assert extract(corpus, one) == extract(corpus, two, "--n-process", "2") == 0
    assert one.read_bytes() == two.read_bytes()


def test_corpus_to_parquet(tmp_path: Path, monkeypatch):
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(batch_outputs, "ARTICLES_PER_PART", 3)
    output = tmp_path / "out.parquet"
    corpus = write_corpus(tmp_path / "corpus.jsonl")
    assert extract(corpus, output) == 0
    table = parquet.read_table(output)
    assert table.column("article").to_pylist() == ["u1", "u2", "u4", "u5", "u7", "u8"]
    assert table.schema.metadata == quoteminer.export.arrow_schema().metadata
    assert [path.name for path in tmp_path.iterdir()] == ["corpus.jsonl", "out.parquet"] or not (
        tmp_path / "out.parquet.parts"
    ).exists()


BAD_LINES = [
    '{"body": "“Yes,” said Ann.", "url": 1}'.encode(),
    b"{not json",
    b"",
    b'["a list"]',
    b'{"url": 2}',
    b'{"url": 3, "body": 4}',
    b'{"url": 3, "body": null}',
    b'{"url": [], "body": "x"}',
    '{"url": 5, "body": "caf\xe9"}'.encode("latin-1"),
    b"[" * 100_000,
    '{"url": "last", "body": "“No,” said Ann."}'.encode(),
]
REASONS = [
    ("line 2", "not a JSON object: Expecting property name"),
    ("line 4", "not a JSON object but a list"),
    ("line 5", "no field 'body', but 'url'"),
    ("line 6", "the field 'body' is a int, not text"),
    ("line 7", "the field 'body' is empty"),
    ("line 8", "the field 'url' is a list, not text or a number"),
    ("line 9", "not in the encoding utf-8; name the right one, such as --encoding cp1252: byte 0xe9 at 23"),
    ("line 10", "not a JSON object: "),
]


def test_bad_lines_are_reported_and_the_rest_goes_on(tmp_path: Path, capsys):
    corpus, output = tmp_path / "corpus.jsonl", tmp_path / "out.jsonl"
    corpus.write_bytes(b"\n".join(BAD_LINES))
    assert extract(corpus, output) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == len(REASONS) + 1
    for line, (place, reason) in zip(told, REASONS, strict=False):
        assert line.startswith(f"quoteminer: {corpus}, {place}: {reason}")
    errors = tmp_path / "out.jsonl.errors.jsonl"
    assert told[-1] == f"quoteminer: 2 articles are in {output}; 8 records could not be read, see {errors}"
    kept = [json.loads(line) for line in errors.read_text().splitlines()]
    assert [(e["place"], e["reason"].startswith(r)) for e, (_, r) in zip(kept, REASONS, strict=True)] == [
        (place, True) for place, _ in REASONS
    ]
    assert ids(output) == ["1", "last"]
    before = errors.read_bytes(), output.read_bytes()
    assert extract(corpus, output, "--resume") == 2
    assert (errors.read_bytes(), output.read_bytes()) == before


def test_line_of_more_than_the_longest(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr(batch_records, "LONGEST", 64)
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text(json.dumps({"body": "x" * 500}) + "\n" + json.dumps({"body": "y", "url": "u"}) + "\n")
    assert extract(corpus, tmp_path / "out.jsonl") == 2
    assert "line 1: longer than 64 bytes" in capsys.readouterr().err
    assert ids(tmp_path / "out.jsonl") == ["u"]


def test_bad_rows_of_csv(tmp_path: Path, capsys, monkeypatch):
    monkeypatch.setattr(batch_records, "LONGEST", 50)
    corpus = tmp_path / "corpus.csv"
    corpus.write_bytes(b'url,body\r\n1,"two\r\nlines"\r\n2\r\n\r\n3,caf\xe9\r\n4,' + b"x" * 60 + b"\r\n5,end\r\n")
    assert extract(corpus, tmp_path / "out.jsonl") == 2
    told = capsys.readouterr().err
    assert "line 4: has 1 cells, column 2 is wanted" in told
    assert "line 6: not in the encoding utf-8; name the right one, such as --encoding cp1252" in told
    assert "line 7: not a row of CSV: field larger than field limit (50)" in told
    assert ids(tmp_path / "out.jsonl") == ["1", "5"]
    assert extract(corpus, tmp_path / "latin.jsonl", "--encoding", "latin-1") == 2
    assert [a.text for a in quoteminer.read_jsonl(tmp_path / "latin.jsonl")] == ["two\r\nlines", "café", "end"]


def test_bad_cells_of_parquet(tmp_path: Path, capsys):
    pytest.importorskip("pyarrow")
    import pyarrow.parquet

    table = pyarrow.table({"url": ["a", None, "c"], "body": [None, "“Yes,” said Ann.", "x"]})
    pyarrow.parquet.write_table(table, tmp_path / "corpus.parquet")
    assert extract(tmp_path / "corpus.parquet", tmp_path / "out.jsonl") == 2
    assert "row 1: the field 'body' is empty" in capsys.readouterr().err
    assert ids(tmp_path / "out.jsonl") == ["2", "c"]


def test_bad_files_of_a_folder(tmp_path: Path, capsys):
    corpus = write_corpus(tmp_path / "corpus", ["“Yes,” said Ann."])
    (corpus / "bad.txt").write_bytes(b"\xff")
    assert extract(corpus, tmp_path / "out.jsonl") == 2
    assert "bad.txt: not in the encoding utf-8" in capsys.readouterr().err
    assert ids(tmp_path / "out.jsonl") == ["u0.txt"]


@pytest.mark.parametrize(
    ("corpus", "output", "options", "message"),
    [
        ("none.jsonl", "out.jsonl", (), "none.jsonl: no such file or folder"),
        ("a.xml", "out.jsonl", (), "a.xml: not a corpus that can be read; give .jsonl, .csv, .parquet, or a folder"),
        ("a.csv", "out.jsonl", (), "a.csv: no column 'body', but 'x', 'y'; name it with --text-field"),
        ("a.csv", "out.jsonl", ("--text-field", "x"), "a.csv: no column 'url', but 'x', 'y'; name it with --id-field"),
        ("a.parquet", "out.jsonl", (), "a.parquet: not a Parquet file"),
        ("folder", "out.jsonl", (), "folder: no .txt files in this folder"),
        ("a.jsonl", "out.xml", (), "out.xml: the output is .jsonl or .parquet, or - for the standard output"),
        ("a.jsonl", "no/out.jsonl", (), "no/out.jsonl: there is no folder no"),
        ("a.jsonl", "old.jsonl", (), "old.jsonl is there already: add --resume to go on with it, or remove it"),
        ("a.jsonl", "old.jsonl", ("--resume",), "old.jsonl, line 1: not from `quoteminer extract`: it does not begin"),
        ("a.jsonl", "old.parquet", ("--resume",), "old.parquet is there already, and not from `quoteminer extract`"),
        ("a.csv", "out.jsonl", ("--encoding", "utf-9"), "there is no encoding 'utf-9'; common ones are"),
        ("latin.csv", "out.jsonl", (), "latin.csv: not in the encoding utf-8; name the right one, such as"),
        ("a.jsonl", "out.jsonl", ("--errors", "a.csv"), "a.csv is there already: add --resume to go on with it"),
        ("a.jsonl", "out.jsonl", ("--errors", "a.csv", "--resume"), "a.csv: not the errors of `quoteminer extract`"),
        ("a.jsonl", "-", ("--resume",), "--resume needs a file to go on with: give one with -o"),
    ],
)
def test_what_cannot_be_used_is_told_and_leaves_no_output(
    corpus, output, options, message, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    for name in ("a.xml", "a.parquet", "old.parquet"):
        Path(name).write_text("x")
    Path("a.csv").write_text("x,y\n1,2\n")
    Path("latin.csv").write_bytes(b"url,caf\xe9\n1,2\n")
    Path("a.jsonl").write_text('{"url": "1", "body": "x"}\n')
    Path("old.jsonl").write_text("{}\n")
    Path("folder").mkdir()
    assert extract(Path(corpus), output, *options) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
    assert not Path("out.jsonl").exists()
    assert Path("a.csv").read_text() == "x,y\n1,2\n"


def test_file_of_others_is_not_touched_by_resume(tmp_path: Path, capsys):
    corpus = write_corpus(tmp_path / "corpus.jsonl")
    for content in (b'{"x": 1}\n{"x": 2}', b'{"id": "other", "text": "a"}\n{"id": 2', b"\xff\n\xff"):
        (tmp_path / "out.jsonl").write_bytes(content)
        assert extract(corpus, tmp_path / "out.jsonl", "--resume") == 2
        assert "out.jsonl" in capsys.readouterr().err
        assert (tmp_path / "out.jsonl").read_bytes() == content


@pytest.mark.parametrize("form", [".jsonl", ".parquet"])
@pytest.mark.parametrize("after", [0, 1, 4, 6, 9])
def test_stopped_run_goes_on_to_the_same_output(form, after, tmp_path: Path, monkeypatch, capsys):
    if form == ".parquet":
        pytest.importorskip("pyarrow")
        monkeypatch.setattr(batch_outputs, "ARTICLES_PER_PART", 3)
    corpus = tmp_path / "corpus.jsonl"
    lines = [json.dumps({"url": f"u{i}", "body": text}).encode() for i, text in enumerate(TEXTS)]
    lines[2:2], lines[8:8] = [b"bad"], [b"bad too"]
    corpus.write_bytes(b"\n".join(lines))
    whole, output = tmp_path / f"whole{form}", tmp_path / f"out{form}"
    assert extract(corpus, whole) == 2
    kind = batch_outputs.JsonLines if form == ".jsonl" else batch_outputs.Parquet
    real, count = kind.write, iter(range(100))

    def write(self, name: str, article: Article) -> None:
        if next(count) == after:
            raise KeyboardInterrupt
        real(self, name, article)

    monkeypatch.setattr(kind, "write", write)
    capsys.readouterr()
    assert extract(corpus, output) == 130
    place = output if form == ".jsonl" else f"{output}.parts"
    told = capsys.readouterr().err.splitlines()[-1]
    assert (
        told == f"quoteminer: stopped: {after} articles are in {place}; to go on, give the same command with --resume"
    )
    monkeypatch.setattr(kind, "write", real)
    assert extract(corpus, output, "--resume") == 2
    assert output.read_bytes() == whole.read_bytes()
    errors = [Path(f"{path}.errors.jsonl").read_bytes() for path in (whole, output)]
    assert errors[0] == errors[1]
    assert errors[0].count(b"\n") == 2


@pytest.mark.parametrize("after", [0, 2, 3, 7, 9])
def test_killed_run_goes_on_from_the_last_whole_part(after, tmp_path: Path, monkeypatch):
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(batch_outputs, "ARTICLES_PER_PART", 3)
    corpus, whole, output = tmp_path / "corpus.jsonl", tmp_path / "whole.parquet", tmp_path / "out.parquet"
    rows = [{"url": f"u\ud800{i}", "body": text} for i, text in enumerate(TEXTS)]
    corpus.write_text("bad\n" + "".join(json.dumps(row) + "\n" for row in rows))
    assert extract(corpus, whole) == 2
    count = iter(range(100))
    with monkeypatch.context() as patched:
        write = batch_outputs.Parquet.write

        def dying(self, name: str, article: Article) -> None:
            if next(count) == after:
                raise KeyboardInterrupt
            write(self, name, article)

        patched.setattr(batch_outputs.Parquet, "write", dying)
        patched.setattr(batch_outputs.Parquet, "close", lambda self, *, complete: None)  # as if killed
        assert extract(corpus, output) == 130
    (tmp_path / "out.parquet.parts" / "000009.unfinished").write_bytes(b"half a part")
    assert extract(corpus, output, "--resume") == 2
    assert output.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in tmp_path.glob("out.*")) == ["out.parquet", "out.parquet.errors.jsonl"]


def test_run_killed_while_it_removes_the_parts(tmp_path: Path, monkeypatch, capsys):
    pytest.importorskip("pyarrow")
    corpus, whole, output = write_corpus(tmp_path / "c.jsonl"), tmp_path / "whole.parquet", tmp_path / "out.parquet"
    assert extract(corpus, whole) == 0
    with monkeypatch.context() as patched:
        patched.setattr(batch_outputs.shutil, "rmtree", lambda path: (_ for _ in ()).throw(KeyboardInterrupt))
        assert extract(corpus, output) == 130
    assert f"10 articles are in {output};" in capsys.readouterr().err
    assert output.read_bytes() == whole.read_bytes()
    assert extract(corpus, output, "--resume") == 0
    assert "out.parquet is complete: there is nothing to resume" in capsys.readouterr().err
    assert output.read_bytes() == whole.read_bytes()


def test_half_a_line_is_removed_on_resume(tmp_path: Path):
    corpus, output = write_corpus(tmp_path / "corpus.jsonl"), tmp_path / "out.jsonl"
    assert extract(corpus, output) == 0
    whole = output.read_bytes()
    ends = [i + 1 for i, byte in enumerate(whole) if byte == 10]
    for cut in (0, 5, ends[0] - 1, ends[0], ends[3] + 20, len(whole) - 1, len(whole)):
        output.write_bytes(whole[:cut])
        assert extract(corpus, output, "--resume") == 0
        assert output.read_bytes() == whole


def test_output_of_another_corpus_is_not_resumed(tmp_path: Path, capsys):
    output = tmp_path / "out.jsonl"
    assert extract(write_corpus(tmp_path / "corpus.jsonl"), output) == 0
    shorter = write_corpus(tmp_path / "shorter.jsonl", TEXTS[:2])
    assert extract(shorter, output, "--resume") == 2
    assert "it has more articles than" in capsys.readouterr().err
    other = tmp_path / "other.jsonl"
    other.write_text('{"url": "x", "body": "y"}\n')
    assert extract(other, output, "--resume") == 2
    assert "cannot be resumed: it has 'u0' where" in capsys.readouterr().err


def test_text_on_which_the_pipeline_fails_is_an_error_of_its_own(tmp_path: Path, monkeypatch):
    def stream(texts, **settings):
        for text in texts:
            yield Failure(RuntimeError("too hard")) if "go 4" in text else Article(text)

    monkeypatch.setattr("quoteminer.batch.stream", stream)
    corpus, output = write_corpus(tmp_path / "corpus.jsonl"), tmp_path / "out.jsonl"
    told: list[str] = []
    counts = Job(Corpus(corpus, "body", "url"), str(output), report=told.append).run()
    assert (counts.written, counts.bad) == (9, 1)
    assert told == [f"{corpus}, line 5: the pipeline fails on it: RuntimeError: too hard"]
    whole = output.read_bytes()
    output.write_bytes(b"".join(whole.splitlines(keepends=True)[:6]))
    counts = Job(Corpus(corpus, "body", "url"), str(output), report=told.append, resume=True, batch_size=4).run()
    assert (counts.before, counts.written, counts.bad, len(told)) == (6, 3, 1, 1)
    assert output.read_bytes() == whole
    errors = Path(f"{output}.errors.jsonl").read_bytes()
    output.write_bytes(b"".join(whole.splitlines(keepends=True)[:2]))  # as where articles wait for a part to be full
    counts = Job(Corpus(corpus, "body", "url"), str(output), report=told.append, resume=True, batch_size=4).run()
    assert (counts.before, counts.written, counts.bad, len(told)) == (2, 7, 1, 1)
    assert output.read_bytes() == whole
    assert Path(f"{output}.errors.jsonl").read_bytes() == errors


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit on file sizes here")
def test_full_disk_leaves_whole_lines(tmp_path: Path, capsys):
    corpus, output, whole = write_corpus(tmp_path / "corpus.jsonl"), tmp_path / "out.jsonl", tmp_path / "whole.jsonl"
    assert extract(corpus, whole) == 0
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (whole.stat().st_size // 2, limits[1]))
    try:
        status = extract(corpus, output)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert status == 2
    written = output.read_bytes()
    assert written
    assert whole.read_bytes().startswith(written)
    assert written.endswith(b"\n")
    told = capsys.readouterr().err.splitlines()[-1]
    assert "no room left for the output" in told
    assert "to go on, give the same command with --resume" in told
    assert extract(corpus, output, "--resume") == 0
    assert output.read_bytes() == whole.read_bytes()


def test_full_disk_leaves_whole_parts(tmp_path: Path, monkeypatch, capsys):
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(batch_outputs, "ARTICLES_PER_PART", 3)
    corpus, output, whole = write_corpus(tmp_path / "c.jsonl"), tmp_path / "out.parquet", tmp_path / "whole.parquet"
    assert extract(corpus, whole) == 0
    write_table, count = parquet.write_table, iter(range(100))

    def write(table, path) -> None:
        if next(count) >= 2:
            Path(path).write_bytes(b"half a part")
            raise OSError(errno.ENOSPC, "No space left on device")
        write_table(table, path)

    with monkeypatch.context() as patched:
        patched.setattr(parquet, "write_table", write)
        assert extract(corpus, output) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert "no room left for the output (No space left on device): make some: 6 articles are in" in told
    assert extract(corpus, output, "--resume") == 0
    assert "10 articles (6 of them before) are in" in capsys.readouterr().err
    assert output.read_bytes() == whole.read_bytes()


def test_closed_pipe(tmp_path: Path, capfd, monkeypatch):
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as closed:  # noqa: PTH123
        monkeypatch.setattr(sys, "stdout", closed)
        assert extract(write_corpus(tmp_path / "corpus.jsonl"), "-") == 2
        monkeypatch.undo()
    assert capfd.readouterr().err == "quoteminer: the reader of the output has closed it; stopped\n"


def test_standard_output(tmp_path: Path, capfdbinary):
    assert extract(write_corpus(tmp_path / "corpus.jsonl"), "-") == 0
    assert len(capfdbinary.readouterr().out.splitlines()) == 10


SMALL_PARTS = "from quoteminer import batch_outputs, cli; batch_outputs.ARTICLES_PER_PART = 16; cli.main()"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill on this system")
@pytest.mark.parametrize(("form", "processes"), [("jsonl", 1), ("jsonl", 2), ("parquet", 1)])
def test_run_killed_at_random_moments_goes_on_to_the_same_output(tmp_path: Path, form, processes, monkeypatch):
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(batch_outputs, "ARTICLES_PER_PART", 16)
    texts = [f"{text} Number {i}." for i in range(12) for text in TEXTS]
    corpus = write_corpus(tmp_path / "corpus.jsonl", texts)
    whole, output = tmp_path / f"whole.{form}", tmp_path / f"out.{form}"
    assert extract(corpus, whole) == 0
    options = ["--text-field", "body", "--id-field", "url", "--batch-size", "4", "--n-process", str(processes)]
    command = [sys.executable, "-c", SMALL_PARTS, "extract", str(corpus), "-o", str(output), *options]

    def written() -> int:
        parts = [path for path in tmp_path.glob("out.*.parts/*.parquet") if path.exists()]
        return output.stat().st_size if output.exists() else len(parts)

    for resume in ((), ("--resume",)):
        goal = written() + random.randrange(1, whole.stat().st_size // 3 if form == "jsonl" else 3)
        with subprocess.Popen([*command, *resume], stderr=subprocess.DEVNULL) as process:
            deadline = time.monotonic() + 60
            while written() < goal and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
            assert process.poll() is None, "it was too fast"
            process.kill()
    assert written() > 0
    assert extract(corpus, output, "--resume", "--n-process", str(processes)) == 0
    assert output.read_bytes() == whole.read_bytes()


def test_part_that_somebody_else_has_written(tmp_path: Path, capsys):
    pytest.importorskip("pyarrow")
    import pyarrow.parquet

    parts = tmp_path / "out.parquet.parts"
    parts.mkdir()
    pyarrow.parquet.write_table(pyarrow.table({"x": [1]}), parts / "000000.parquet")
    assert extract(write_corpus(tmp_path / "corpus.jsonl"), tmp_path / "out.parquet", "--resume") == 2
    assert "000000.parquet: not a part of the output of `quoteminer extract`" in capsys.readouterr().err


def test_errors_of_the_reader_are_the_librarys():
    with pytest.raises(ArgumentError, match="no such file or folder"):
        Corpus(Path("none.jsonl")).records()
    with pytest.raises(FormatError, match="not in the encoding ascii; name the right one"):
        batch_records.decode(b"\xe9", "ascii")
