"""The package as a whole: its public names, what importing it costs, and that its files import one way only."""

import ast
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import quoteminer

PACKAGE = Path(quoteminer.__file__).parent
ORDER = [
    *("errors", "surrogates", "json_form", "types", "inflection", "loglinear", "lexicon", "layout"),
    *("mark_scan", "double_marks", "single_marks", "marks", "syntax", "forms", "page", "trimming"),
    *("paragraphs", "lead_ins", "transcripts", "credits", "pull_quotes", "displays"),
    *("consistency", "names", "cues", "persons"),
    *("affiliations", "roles", "appositions", "cards", "entities", "view"),
    *("candidates", "phrases", "fitting", "pointers", "unnamed", "noun_features"),
    *("speakers", "candidate_features", "resolve", "classify"),
    *("announcements", "analysis", "annotations", "render_sweep", "render", "export_tables", "export", "plot"),
    *("scoring", "component", "loading", "stream", "api", "distributed"),
    *("batch_records", "batch_outputs", "batch", "cli_table", "cli", "__main__"),
]

LIGHT = """
import json, sys
import spacy
before = set(sys.modules)
import quoteminer
from quoteminer import Article, extract, load
nlp = spacy.blank("en")
nlp.add_pipe("quoteminer")
heavy = [name for name in ("onnxruntime", "pandas", "pyarrow", "matplotlib", "ray", "tqdm")
         if name in set(sys.modules) - before]
print(json.dumps({"heavy": heavy, "analysis": "quoteminer.analysis" in sys.modules}))
"""

FRESH = "import sys, spacy; print(spacy.load(sys.argv[1])('\\ud800 “Yes,” said Ann.')._.quoteminer.quotes[0].text)"


def test_all_is_the_truth():
    assert quoteminer.__all__ == sorted(quoteminer.__all__)
    for name in quoteminer.__all__:
        assert getattr(quoteminer, name) is not None
    for module in ("errors", "types"):
        public = vars(import_module(f"quoteminer.{module}"))
        own = {k for k, v in public.items() if isinstance(v, type) and v.__module__ == f"quoteminer.{module}"}
        assert {name for name in own - {"Span"} if not name.startswith("_")} <= {*quoteminer.__all__}
    assert {*quoteminer.__all__} <= {*dir(quoteminer)}
    with pytest.raises(AttributeError, match="module 'quoteminer' has no attribute 'extrakt'"):
        quoteminer.extrakt  # noqa: B018


def test_static_imports_are_the_lazy_ones():
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    static = {
        alias.name: node.module.removeprefix("quoteminer.")
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    assert static == quoteminer._HOMES
    assert {*static} == {*quoteminer.__all__} - {"__version__"}


def imports_of(path: Path) -> set[str]:
    """The modules of the package that a file imports at its top level, under `if TYPE_CHECKING` too."""
    found = set()
    todo: list[ast.AST] = [ast.parse(path.read_text(encoding="utf8"))]
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        todo += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} if node.module != "quoteminer" else {f"quoteminer.{a.name}" for a in node.names}
    return {name.split(".")[1] for name in found if name.startswith("quoteminer.")}


def test_every_file_has_its_place_in_the_order():
    assert {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"} == {*ORDER}


@pytest.mark.parametrize("name", ORDER)
def test_file_imports_only_files_before_it(name):
    path = PACKAGE / f"{name}.py"
    if not path.exists():
        pytest.fail(f"{name}.py is gone: take it out of ORDER")
    assert imports_of(path) <= {*ORDER[: ORDER.index(name)]}


def test_pipeline_imports_only_what_knows_no_pipeline():
    for path in (PACKAGE / "pipeline").glob("*.py"):
        assert imports_of(path) <= {"errors", "layout", "lexicon", "marks", "pipeline", "surrogates"}


def test_component_is_light_and_silent():
    done = subprocess.run([sys.executable, "-W", "error", "-c", LIGHT], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert found["heavy"] == []
    assert not found["analysis"]
    assert "from __future__ import annotations" not in (PACKAGE / "component.py").read_text(encoding="utf8")


def test_saved_pipeline_loads_in_a_fresh_process(tmp_path: Path):
    quoteminer.load().to_disk(tmp_path)
    done = subprocess.run([sys.executable, "-c", FRESH, str(tmp_path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "“Yes,”"
