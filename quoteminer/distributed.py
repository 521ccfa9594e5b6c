"""quoteminer inside engines that move Arrow records between machines: one function on batches, a class for Ray.

Ray, with the pipeline loaded once in each actor (extra `ray`):

    import ray
    from quoteminer.distributed import QuoteExtractor

    articles = ray.data.read_parquet("articles/")
    quotes = articles.map_batches(
        QuoteExtractor,
        fn_constructor_kwargs={"text_field": "body", "id_field": "url"},
        batch_format="pyarrow",
        batch_size=256,
        concurrency=8,  # actors, of one core each
    )
    quotes.write_parquet("quotes/")

Spark calls a function with an iterator of batches in each task; the pipeline stays loaded in its worker process:

    from pyspark.sql.pandas.types import from_arrow_schema
    from quoteminer.distributed import extract_batch
    from quoteminer.export import arrow_schema

    def find_quotes(batches):
        for batch in batches:
            yield extract_batch(batch, text_field="body", id_field="url", threads=1)

    articles = spark.read.parquet("articles/").select("url", "body")
    quotes = articles.mapInArrow(find_quotes, schema=from_arrow_schema(arrow_schema()))

(with `spark.sql.execution.arrow.maxRecordsPerBatch` at a few hundred, and `spark.python.worker.reuse` on, its default).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, Literal

from spacy.language import Language

from quoteminer.errors import ArgumentError
from quoteminer.export import arrow_schema, entities_arrow, import_extra, to_arrow
from quoteminer.loading import load
from quoteminer.stream import Failure, stream
from quoteminer.types import Article

Table = Literal["quotes", "entities"]


def extract_batch(
    batch: Any,
    *,
    text_field: str = "text",
    id_field: str | None = None,
    table: Table = "quotes",
    nlp: Language | None = None,
    threads: int = 0,
    batch_size: int = 64,
) -> Any:
    """The quotations, or entities, of a `pyarrow.RecordBatch` (or Table) of articles, as another one.

    Args:
        batch: with a column of texts; an empty cell is an article without a word.
        text_field: the column with the texts.
        id_field: the column whose values become the column `article`; None numbers the articles of the batch from 0.
        table: "quotes" or "entities": which rows to give, in the schema `quoteminer.export.arrow_schema(table)`.
        nlp: the pipeline; default: the library's own, loaded once in each process.
        threads: as in `quoteminer.load`; 1 where the engine runs a process on each core.
        batch_size: texts that go through the pipeline together.

    Raises:
        ArgumentError: a column is missing or holds no text.
        MissingExtraError: pyarrow is not installed.
    """
    if table not in ("quotes", "entities"):
        raise ArgumentError(f"table must be 'quotes' or 'entities', not {table!r}")
    pa = import_extra("pyarrow", "frames")
    if not isinstance(batch, (pa.RecordBatch, pa.Table)):
        raise ArgumentError(f"batch must be a pyarrow.RecordBatch or Table, not {type(batch).__name__}")
    texts = _column(batch, text_field)
    if not any(isinstance(text, str) for text in texts) and any(text is not None for text in texts):
        raise ArgumentError(f"the column {text_field!r} must hold text, not {batch.schema.field(text_field).type}")
    ids = range(len(texts)) if id_field is None else _column(batch, id_field)
    pipeline = nlp or _pipeline(threads)
    articles = _articles(["" if text is None else text for text in texts], pipeline, batch_size)
    found = (to_arrow if table == "quotes" else entities_arrow)(articles, ids)
    if isinstance(batch, pa.Table):
        return found
    batches = found.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=arrow_schema(table))


class QuoteExtractor:
    """`extract_batch` with its pipeline loaded once, for `ray.data.Dataset.map_batches` with `batch_format="pyarrow"`.

    Args:
        text_field: the column with the texts.
        id_field: the column whose values become the column `article`. Ray cuts batches as it likes, so without one the
            numbers in that column do not tell the articles apart.
        table: "quotes" or "entities".
        model: an installed spaCy pipeline; default: the library's own.
        threads: as in `quoteminer.load`.
        batch_size: texts that go through the pipeline together.
    """

    def __init__(
        self,
        text_field: str = "text",
        id_field: str | None = None,
        table: Table = "quotes",
        model: str | None = None,
        threads: int = 1,
        batch_size: int = 64,
    ) -> None:
        self._nlp = load(model, threads=threads)
        self._settings: dict[str, Any] = {"text_field": text_field, "id_field": id_field, "table": table}
        self._settings["batch_size"] = batch_size

    def __call__(self, batch: Any) -> Any:
        """The rows for one batch; see `extract_batch`."""
        return extract_batch(batch, nlp=self._nlp, **self._settings)


@functools.cache
def _pipeline(threads: int) -> Language:
    return load(threads=threads)


def _column(batch: Any, name: str) -> list[Any]:
    names = batch.schema.names
    if name not in names:
        found = ", ".join(map(repr, names)) or "none"
        raise ArgumentError(f"the batch has no column {name!r}, but {found}")
    values: list[Any] = batch.column(name).to_pylist()
    return values


def _articles(texts: list[str], nlp: Language, batch_size: int) -> Iterator[Article]:
    for found in stream(texts, nlp=nlp, batch_size=batch_size):
        if isinstance(found, Failure):
            raise found.error
        yield found
