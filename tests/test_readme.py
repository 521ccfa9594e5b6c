"""The README is true: its code runs, its figures are those recorded, its names and links exist; so do the API pages."""

import doctest
import json
import os
import re
import subprocess
import sys
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest
from record_figures import RECORDED, ROOT, placed, tables

import quoteminer

README = (ROOT / "README.md").read_text("utf8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.M | re.S)
SHELL = [line for language, block in BLOCKS if language == "sh" for line in block.splitlines() if line.strip()]
API = re.search(r"^python -m pdoc .*$", README, re.M)
WITH_DOCTESTS = [
    path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    for path in sorted((ROOT / "quoteminer").rglob("*.py"))
    if re.search(r"^ *>>> ", path.read_text("utf8"), re.M)
]


def run_doctest(test: doctest.DocTest) -> None:
    report: list[str] = []
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failed, _ = doctest.DocTestRunner(optionflags=flags).run(test, out=report.append)
    assert not failed, "".join(report)


def test_python_of_the_readme(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in ("seeds", "examples"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)  # what it writes goes there
    pytest.importorskip("pandas", reason='pandas is not installed: pip install "quoteminer[frames]"')
    source = "\n".join(block for language, block in BLOCKS if language == "python")
    test = doctest.DocTestParser().get_doctest(source, {}, "README.md", "README.md", 0)
    assert len(test.examples) > 10
    run_doctest(test)


@pytest.mark.parametrize("name", WITH_DOCTESTS)
def test_docstrings(name: str):
    module = import_module(name)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module):
        run_doctest(test)


def test_figures_are_those_recorded():
    figures = json.loads(RECORDED.read_text("utf8"))
    assert {*re.findall(r"<!-- (\w+): begin", README)} == {*tables(figures)}
    assert placed(README, tables(figures)) == README, "run: python -m tests.record_figures"


def test_links_lead_somewhere():
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", README) if "://" not in link]
    assert links
    assert all((ROOT / link).exists() for link in links), links
    headings = {
        re.sub(r"[^\w -]", "", h.lower()).strip().replace(" ", "-") for h in re.findall(r"^#+ (.+)$", README, re.M)
    }
    assert {*re.findall(r"\]\(#([^)]+)\)", README)} <= headings


def section(heading: str) -> str:
    found = re.search(rf"^##+ {re.escape(heading)}\n(.*?)(?=^##? |\Z)", README, re.M | re.S)
    assert found, f"the README has no section {heading!r}"
    return found[1]


def listed(heading: str) -> set[str]:
    """The names in code type in the first column of the tables of a section."""
    rows = re.findall(r"^\| (`.*?) \|", section(heading), re.M)
    return {name for row in rows for name in re.findall(r"`(\w+)", row)}


def test_fields_of_a_quotation():
    assert listed("What a quotation holds") == {field.name for field in fields(quoteminer.Quote)}


def test_public_names():
    assert listed("The whole interface") == {*quoteminer.__all__} - {"__version__"}


def test_options_of_the_command_line():
    used = {
        word for line in SHELL if re.match(r"(\S*/)?quoteminer ", line) for word in re.findall(r"(?<= )--[a-z-]+", line)
    }
    helped = ""
    for arguments in (["--help"], ["extract", "--help"]):
        command = [sys.executable, "-m", "quoteminer", *arguments]
        helped += subprocess.run(command, capture_output=True, encoding="utf8", check=True).stdout
    assert used
    assert {option for option in used if option not in helped} == set()


def test_extras():
    named = {extra for text in re.findall(r"\[([\w,]+)\]\"", README) for extra in text.split(",")}
    pyproject = (ROOT / "pyproject.toml").read_text("utf8")
    block = re.search(r"^\[project\.optional-dependencies\]\n(.*?)^\[", pyproject, re.M | re.S)
    assert block
    assert named <= {*re.findall(r"^(\w+) = ", block[1], re.M)}


def test_changelog():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf8")
    headings = re.findall(r"^## \[(.+?)\]", changelog, re.M)
    assert headings[:2] == ["Unreleased", quoteminer.__version__]


def test_api_pages(tmp_path: Path):
    pytest.importorskip("pdoc", reason='pdoc is not installed: pip install -e ".[dev]"')
    assert API
    arguments = API[0].split()[1:]
    arguments[arguments.index("-o") + 1] = str(tmp_path)
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    done = subprocess.run([sys.executable, *arguments], capture_output=True, encoding="utf8", env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stderr == ""
    page = (tmp_path / "quoteminer.html").read_text("utf8")
    for name in quoteminer.__all__:
        assert f'id="{name}"' in page
    for field in fields(quoteminer.Quote):
        assert f'id="Quote.{field.name}"' in page
