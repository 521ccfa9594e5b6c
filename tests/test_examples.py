"""Every file of `examples/` runs, and the notebook stands there with the outputs of one run."""

import csv
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import quoteminer

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
SEEDS = ROOT / "seeds" / "text"
NOTEBOOK = EXAMPLES / "five_outlets.ipynb"
TESTED = {"five_outlets.ipynb", "folder_to_parquet.py", "own_pipeline.py", "page.png", "source_audit.py"}


def run(*command: object, timeout: float = 120) -> str:
    done = subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, encoding="utf8", timeout=timeout, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def run_example(name: str, *arguments: object) -> str:
    return run("-X", "utf8", "-W", "error", EXAMPLES / name, *arguments)


def code_cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(path.read_text("utf8"))["cells"] if cell["cell_type"] == "code"]


def test_every_example_is_tested():
    assert {path.name for path in EXAMPLES.iterdir() if path.name != "__pycache__"} == TESTED


def test_folder_to_parquet(tmp_path: Path):
    parquet = pytest.importorskip(
        "pyarrow.parquet", reason='pyarrow is not installed: pip install "quoteminer[frames]"'
    )
    target = tmp_path / "quotations.parquet"
    printed = run_example("folder_to_parquet.py", SEEDS, target)
    table = parquet.read_table(target)
    names = sorted(path.name for path in SEEDS.glob("*.txt"))
    assert list(dict.fromkeys(table["article"].to_pylist())) == names
    assert printed.startswith(f"{table.num_rows} quotations, ")
    corpus = tmp_path / "news.jsonl"
    records = [{"url": name, "body": (SEEDS / name).read_bytes().decode("utf8")} for name in names]
    corpus.write_text("".join(json.dumps(record) + "\n" for record in records), "utf8")
    again = tmp_path / "again.parquet"
    run_example("folder_to_parquet.py", corpus, again, "--text-field", "body", "--id-field", "url", "--n-process", "2")
    columns = ["article", "number", "quotation", "speaker"]
    assert parquet.read_table(again, columns=columns).equals(table.select(columns))


def test_own_pipeline():
    paths = sorted(SEEDS.glob("*.txt"))
    printed = run_example("own_pipeline.py", *paths)
    assert [line.partition(":")[0] for line in printed.splitlines() if not line.startswith(" ")] == [
        path.name for path in paths
    ]
    assert "  Donald Trump is spoken of by Sanae Takaichi and not quoted\n" in printed


def test_source_audit(tmp_path: Path):
    printed = run_example("source_audit.py", SEEDS, "--csv", tmp_path / "audit.csv")
    assert printed.startswith("5 articles, ")
    with (tmp_path / "audit.csv").open(encoding="utf8", newline="") as file:
        rows = [*csv.DictReader(file)]
    assert {row["view"] for row in rows} == {"person", "role", "organisation"}
    texts = [path.read_bytes().decode("utf8") for path in sorted(SEEDS.glob("*.txt"))]
    lin = [
        quote for article in quoteminer.extract_many(texts) for quote in article.quotes if quote.speaker == "Bonny Lin"
    ]
    row = next(row for row in rows if (row["view"], row["who"]) == ("person", "Bonny Lin"))
    assert int(row["quotations"]) == len(lin)
    assert int(row["words"]) == sum(len(quote.content.split()) for quote in lin)


def test_notebook_runs_from_top_to_bottom_in_a_minute(tmp_path: Path):
    for module in ("nbclient", "nbformat", "ipykernel", "matplotlib", "networkx", "pandas", "pyarrow"):
        pytest.importorskip(module, reason=f'{module} is not installed: pip install -e ".[dev]"')
    started = time.perf_counter()
    run(ROOT / "tests" / "refresh_examples.py", "notebook", "--notebook-to", tmp_path / "run.ipynb")
    assert time.perf_counter() - started < 60
    cells = code_cells(tmp_path / "run.ipynb")
    assert [cell["execution_count"] for cell in cells] == [*range(1, len(cells) + 1)]
    assert ["".join(cell["source"]) for cell in cells] == ["".join(cell["source"]) for cell in code_cells(NOTEBOOK)]


def test_notebook_stands_there_with_its_outputs():
    cells = code_cells(NOTEBOOK)
    assert [cell["execution_count"] for cell in cells] == [*range(1, len(cells) + 1)]
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert all(cell["outputs"] for cell in cells)
    assert {output["output_type"] for output in outputs} <= {"stream", "execute_result", "display_data"}
    assert {output.get("name") for output in outputs} <= {"stdout", None}
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3
    assert NOTEBOOK.stat().st_size < 1_500_000
    assert str(Path.home()) not in NOTEBOOK.read_text("utf8")


def test_picture_is_small():
    data = (EXAMPLES / "page.png").read_bytes()
    assert data.startswith(b"\x89PNG")
    assert len(data) < 150_000
