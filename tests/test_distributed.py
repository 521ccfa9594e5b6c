"""Batches of Arrow records, and Ray on this machine with two actors."""

import subprocess
import sys

import pytest

import quoteminer
from quoteminer.errors import ArgumentError

pa = pytest.importorskip("pyarrow")

from quoteminer.distributed import QuoteExtractor, extract_batch  # noqa: E402

TEXTS = ["“We can’t go,” said Dr Bonny Lin.", None, "Nobody spoke.", "Ann Lee said: “No.” “Never,” she added."]
BATCH = pa.RecordBatch.from_pydict({"url": ["a", "b", "c", "d"], "body": TEXTS})
FIELDS = {"text_field": "body", "id_field": "url"}

ON_RAY = """
import sys
import pyarrow, ray
from quoteminer.distributed import QuoteExtractor, extract_batch

texts = [f"“We can’t go {i},” said Dr Bonny Lin." for i in range(8)]
table = pyarrow.table({"url": [f"u{i}" for i in range(8)], "body": texts})
ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
found = ray.data.from_arrow([table.slice(0, 4), table.slice(4)]).map_batches(
    QuoteExtractor,
    fn_constructor_kwargs={"text_field": "body", "id_field": "url", "batch_size": 2},
    batch_format="pyarrow",
    batch_size=2,
    concurrency=2,
)
rows = sorted(found.take_all(), key=lambda row: row["article"])
ray.shutdown()
expected = [row for i in range(0, 8, 2) for row in extract_batch(
    table.slice(i, 2), text_field="body", id_field="url", batch_size=2).to_pylist()]
assert len(rows) == 8, rows
assert rows == expected, (rows, expected)
"""


def test_batch_of_quotations():
    found = extract_batch(BATCH, **FIELDS)
    assert isinstance(found, pa.RecordBatch)
    assert found.schema == quoteminer.export.arrow_schema()
    expected = quoteminer.to_arrow([*quoteminer.extract_many([text or "" for text in TEXTS])], ["a", "b", "c", "d"])
    assert found.to_pylist() == expected.to_pylist()
    assert found.column("article").to_pylist() == ["a", "d", "d"]


def test_table_numbers_and_entities():
    table = pa.Table.from_batches([BATCH])
    found = extract_batch(table, text_field="body", table="entities", threads=1)
    assert isinstance(found, pa.Table)
    assert found.schema == quoteminer.export.arrow_schema("entities")
    assert set(found.column("article").to_pylist()) == {"0", "3"}


def test_batch_without_a_quotation():
    found = extract_batch(BATCH.slice(1, 2), **FIELDS)
    assert isinstance(found, pa.RecordBatch)
    assert found.num_rows == 0
    assert found.schema == quoteminer.export.arrow_schema()
    assert extract_batch(BATCH.slice(0, 0), **FIELDS).num_rows == 0


@pytest.mark.parametrize(
    ("batch", "settings", "message"),
    [
        (BATCH, {}, "the batch has no column 'text', but 'url', 'body'"),
        (BATCH, {"text_field": "body", "id_field": "id"}, "the batch has no column 'id'"),
        (pa.table({"text": [1, 2]}), {}, "the column 'text' must hold text, not int64"),
        ({"text": ["x"]}, {}, "batch must be a pyarrow.RecordBatch or Table, not dict"),
        (BATCH, {**FIELDS, "table": "words"}, "table must be 'quotes' or 'entities', not 'words'"),
    ],
)
def test_wrong_arguments(batch, settings, message):
    with pytest.raises(ArgumentError, match=message):
        extract_batch(batch, **settings)


def test_actor_keeps_its_pipeline():
    actor = QuoteExtractor(**FIELDS)
    assert actor(pa.Table.from_batches([BATCH])).to_pylist() == extract_batch(BATCH, **FIELDS).to_pylist()


def test_ray_with_two_actors():
    pytest.importorskip("ray", reason="ray is not installed: pip install quoteminer[ray]")
    done = subprocess.run([sys.executable, "-c", ON_RAY], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-3000:]
