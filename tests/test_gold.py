"""The figures on the gold sets: none falls below what is recorded (`python -m tests.record_figures` records them)."""

import hashlib
import json
import os
import re
from functools import cache
from pathlib import Path

import pytest
from record_figures import (
    RECORDED,
    ROOT,
    SETS,
    evaluation_folder,
    grouped,
    judge,
    judge_dispatches,
    measure_set,
    predict,
    read_rows,
)

FIGURES = json.loads(RECORDED.read_text("utf8"))
ROUNDING = 0.05
EVALUATION = evaluation_folder()
ABSENT = "the gold sets are not here: put them in ../shared/eval, or name the folder over `eval` in QUOTEMINER_SHARED"
GOLD = read_rows(ROOT / "seeds" / "gold.jsonl")
ROWS = [f"{row['doc']}:{row['id']}" for row in GOLD if row["kind"] != "either"]


@cache
def judged() -> dict[str, str | None]:
    return dict(judge_dispatches())


@pytest.mark.parametrize("name", ROWS)
def test_row_of_a_dispatch(name: str, request: pytest.FixtureRequest):
    if name in FIGURES["dispatches"]["wrong"]:
        request.applymarker(pytest.mark.xfail(reason=FIGURES["dispatches"]["wrong"][name], strict=True))
    assert judged()[name] is None


def test_dispatches_have_no_spurious_quotation():
    spurious = {name: reason for name, reason in judged().items() if name not in ROWS}
    assert {*spurious} <= {*FIGURES["dispatches"]["wrong"]}, spurious


def test_gold_rows_of_the_dispatches_fit_their_texts():
    for doc, rows in grouped(GOLD).items():
        text = (ROOT / "seeds" / "text" / doc).read_bytes().decode("utf8")
        assert [text[row["start"] : row["end"]] for row in rows] == [row["text"] for row in rows]


@pytest.mark.skipif(EVALUATION is None, reason=ABSENT)
@pytest.mark.parametrize("name", SETS)
def test_no_figure_falls(name: str, tmp_path: Path):
    assert EVALUATION
    found = measure_set(EVALUATION, name, tmp_path)
    recorded = {key: value for key, value in FIGURES[name].items() if isinstance(value, float)}
    assert {*recorded} <= {*found}
    fallen = {key: (value, found[key]) for key, value in recorded.items() if found[key] < value - ROUNDING}
    assert not fallen, f"recorded and now: {fallen}"


def seeds_folder() -> Path | None:
    given = os.environ.get("QUOTEMINER_SEEDS")
    return Path(given) if given else EVALUATION / "seeds" if EVALUATION else None


@pytest.mark.skipif(
    seeds_folder() is None, reason="the five articles are not here: name their folder in QUOTEMINER_SEEDS"
)
def test_the_five_articles():
    folder = seeds_folder()
    assert folder
    known = {*re.findall(r"`([0-9a-f]{64})`", (ROOT / "seeds" / "README.md").read_text("utf8"))}
    paths = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in sorted(folder.rglob("*.txt"))}
    assert len(known) == 5
    assert known <= {*paths}, f"{folder} has {len(known & {*paths})} of the five articles"
    texts = {paths[digest].name: paths[digest].read_bytes().decode("utf8") for digest in sorted(known)}
    found = predict(texts)
    assert all(rows for rows in found.values())
    gold_path = next(iter(sorted(folder.rglob("gold.jsonl"))), None)
    if gold_path:
        gold = grouped(read_rows(gold_path))
        rows = [(row, wrong) for name, text in texts.items() for row, wrong in judge(text, gold[name], found[name])]
        analysts = ("Meale", "Lin", "Daniels", "Allison")
        wrong = {
            f"{row['doc']}:{row['id']}": reason
            for row, reason in rows
            if reason and any(name.endswith(analysts) for name in row["speakers"] or [])
        }
        assert not wrong
