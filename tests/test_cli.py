"""The command line on files, folders and standard input: what it prints, and what it says when something is wrong."""

import csv
import io
import json
import os
import sys
from pathlib import Path

import pytest

import quoteminer
from quoteminer import cli, cli_table
from quoteminer.types import Article, Entity, Evidence, Mention, Quote, Speaker

TEXT = "“We can’t go,” said Dr Bonny Lin.\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_bytes(TEXT.encode())
    (folder / "b.txt").write_bytes("\ufeffAnn Lee said: “No.”\r\n".encode())
    (folder / "latin.txt").write_bytes(b"Caf\xe9 closed.")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "notes.md").write_text("# not a text")
    (tmp_path / "nothing").mkdir()
    return folder


def article() -> Article:
    text = "“Yes,” said Ann.\n“漢字漢字.” “No\x1b[2J.”"
    ann = Entity(0, "Ann", "PERSON", (Mention(12, 15, "Ann"),))
    places = tuple(Entity(i, f"Place {i}", "PLACE", (Mention(12, 15, "Ann"),) * 2) for i in range(1, 12))
    speaker = Speaker("Ann", 0, "PERSON", "minister of many different long words", "Ministry")

    def quote(part: str, **fields) -> Quote:
        start = text.index(part)
        return Quote(start, start + len(part), part, part, **fields)

    quotes = (
        quote("“Yes,”", speakers=(speaker,), confidence=0.934, evidence=Evidence("name_beside_cue")),
        quote("“漢字漢字.”", speakers=(speaker,), marked=False),
        quote("“No\x1b[2J.”"),
    )
    return Article(text, (ann, *places), quotes)


def test_table_for_a_terminal():
    file = io.StringIO()
    cli_table.print_table(file, "a.txt", article(), width=60)
    lines = file.getvalue().splitlines()
    assert lines[:2] == ["a.txt: 3 quotations, 1 speaker", "─" * 60]
    assert lines[2].split("  ")[0] == "Ann"
    assert "“Yes,”" in lines[2]
    assert lines[2].endswith("name beside")
    assert "93% sure" in file.getvalue()
    assert "[“漢字漢字.”]" in file.getvalue()
    assert "(unknown)" in file.getvalue()
    assert "\x1b" not in file.getvalue()
    assert lines[-1].strip().startswith("Place") or "and 3 more" in lines[-1]
    assert max(map(len, lines)) <= 60


@pytest.mark.parametrize("text", ["", "x" * 200, "漢" * 100, "a\u0301" * 50, "\ud800\x00\n"])
def test_wrapped_lines_fit_and_lose_nothing(text):
    lines = [*cli_table._wrapped(text, 20)]
    assert all(0 < cli_table._columns(line) <= 20 for line in lines)
    if text.isprintable():
        assert "".join(lines) == text


def test_table_of_files(files: Path, capsys):
    assert cli.main([str(files / "a.txt"), str(files / "b.txt")]) == 0
    out, err = capsys.readouterr()
    assert out.count("1 quotation,") == 2
    assert "“We can’t go,”" in out
    assert err == ""


def test_what_cannot_be_read_is_told_and_the_rest_done(files: Path, capsys):
    missing, empty = files / "missing.txt", files.parent / "nothing"
    status = cli.main([str(missing), str(empty), str(files), str(files / "a.txt"), "--format", "jsonl"])
    out, err = capsys.readouterr()
    assert status == 2
    assert err.splitlines() == [
        f"quoteminer: {missing}: no such file; check the name",
        f"quoteminer: {empty}: no .txt files in this folder; name the files themselves",
        f"quoteminer: {files / 'latin.txt'}: not in the encoding utf-8; name the right one, such as --encoding cp1252: "
        "byte 0xe9 at 3",
    ]
    rows = [json.loads(line) for line in out.splitlines()]
    assert [Path(row["id"]).name for row in rows] == ["a.txt", "b.txt", "empty.txt", "a.txt"]
    assert rows[1]["text"] == "Ann Lee said: “No.”\r\n"


def test_unreadable_file(files: Path, capsys, monkeypatch):
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert cli.main([str(files / "a.txt")]) == 2
    assert "a.txt: cannot be read: Permission denied" in capsys.readouterr().err


def test_formats(files: Path, capsys):
    a, b = str(files / "a.txt"), str(files / "b.txt")
    expected = quoteminer.extract(TEXT)
    assert cli.main([a, "--format", "json"]) == 0
    assert Article.from_json(capsys.readouterr().out) == expected
    assert cli.main([a, b, "--format", "json"]) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)] == [a, b]
    assert cli.main([a, b, "--format", "csv"]) == 0
    rows = [*csv.DictReader(io.StringIO(capsys.readouterr().out, newline=""))]
    assert [(row["article"], row["quotation"]) for row in rows] == [(a, "“We can’t go,”"), (b, "“No.”")]
    assert cli.main([a, b, "--format", "html"]) == 0
    assert capsys.readouterr().out.startswith("<!doctype html>")


def test_output_file_takes_its_place_when_it_is_whole(files: Path, capsys):
    target = files.parent / "out.jsonl"
    assert cli.main([str(files / "a.txt"), "-o", str(target), "--format", "jsonl"]) == 0
    assert [name for name, _ in quoteminer.read_jsonl(target, as_tuples=True)] == [str(files / "a.txt")]
    before = target.read_bytes()
    assert cli.main([str(files / "a.txt"), "-o", str(target), "--model", "en_core_none"]) == 2
    assert "type: python -m spacy download en_core_none" in capsys.readouterr().err
    assert target.read_bytes() == before
    assert cli.main([str(files / "a.txt"), "-o", str(files / "no" / "out")]) == 2
    assert "out.unfinished: No such file or directory" in capsys.readouterr().err


def test_standard_input(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert cli.main(["-", "--format", "jsonl"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "-"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("caf\xe9".encode("cp1252"))))
    assert cli.main(["--encoding", "cp1252", "--format", "jsonl"]) == 0
    assert json.loads(capsys.readouterr().out)["text"] == "café"


def test_wrong_arguments(capsys, files: Path, monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    for arguments, message in {
        (): "give one or more files, a folder, or - for the standard input",
        ("x", "--format", "xml"): "invalid choice: 'xml'",
        ("extract", "x.csv"): "the following arguments are required: -o/--output",
        ("extract", "x.csv", "-o", "y.jsonl", "--n-process", "0"): "--n-process and --batch-size must be at least 1",
    }.items():
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        assert ended.value.code == 2
        assert message in capsys.readouterr().err
    assert cli.main([str(files / "a.txt"), "--encoding", "klingon"]) == 2
    assert "there is no encoding 'klingon'; common ones are utf-8 and cp1252" in capsys.readouterr().err


def test_version(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"quoteminer {quoteminer.__version__}\n"


def test_interrupt_and_closed_pipe_end_with_one_line(files: Path, capfd, monkeypatch):
    def interrupt(*arguments, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr("quoteminer.cli.print_table", interrupt)
    assert cli.main([str(files / "a.txt")]) == 130
    assert capfd.readouterr().err == "quoteminer: stopped\n"
    monkeypatch.undo()
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as closed:  # noqa: PTH123
        monkeypatch.setattr(sys, "stdout", closed)
        assert cli.main([str(files / "a.txt")]) == 2
        monkeypatch.undo()
    assert capfd.readouterr().err == "quoteminer: the reader of the output has closed it; stopped\n"
