"""Articles as tables, for pandas and Arrow: one row a quotation, or one row an entity.

The quotations are those of `Article.quotes`; what is nested in them is in the JSON form only. Names, order and types
of the columns are the same for every input, also for no input at all.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from quoteminer.errors import ArgumentError, MissingExtraError
from quoteminer.types import SCHEMA_VERSION, Article, Entity, Quote

if TYPE_CHECKING:
    import pandas

QUOTE_COLUMNS: Mapping[str, str] = {
    "article": "string",  # the id of the article
    "number": "int",  # of the quotation in its article, from 0
    "quotation": "string",  # as in the article, with its marks
    "content": "string",
    "kind": "string",
    "speaker": "string?",  # the names joined by " & "
    "role": "string?",
    "affiliation": "string?",
    "label": "string?",
    "cue": "string?",
    "mention": "string?",
    "start": "int",
    "end": "int",
    "mention_start": "int?",
    "mention_end": "int?",
    "cue_start": "int?",
    "cue_end": "int?",
    "rule": "string?",
    "confidence": "float",
    "turn": "int",
    "marked": "bool",
    "nested": "int",  # how many quotations stand directly inside
    "speakers": "strings",
    "speaker_ids": "ints",  # `id` in the table of entities
}
ENTITY_COLUMNS: Mapping[str, str] = {
    "article": "string",
    "id": "int",
    "name": "string",
    "label": "string",
    "role": "string?",
    "affiliation": "string?",
    "quotations": "int",
    "mentions": "int",
    "first_start": "int?",  # where the entity is first mentioned
    "aliases": "strings",
    "titles": "strings",
}
_PANDAS = {"int": "int64", "int?": "Int64", "float": "float64", "bool": "bool", "strings": "object", "ints": "object"}


def to_frame(articles: Article | Iterable[Article], ids: Iterable[object] | None = None) -> pandas.DataFrame:
    """The quotations as a pandas DataFrame, columns as in `QUOTE_COLUMNS`.

    Args:
        articles: one article or many.
        ids: what stands in the column `article`, as text; one for each article. Default: "0", "1", and so on.

    Raises:
        MissingExtraError: pandas is not installed.
        ArgumentError: `articles` holds something else, or `ids` are not as many.
    """
    return _frame(QUOTE_COLUMNS, quote_rows(articles, ids))


def entities_frame(articles: Article | Iterable[Article], ids: Iterable[object] | None = None) -> pandas.DataFrame:
    """The entities as a pandas DataFrame, columns as in `ENTITY_COLUMNS`; arguments and errors as for `to_frame`."""
    return _frame(ENTITY_COLUMNS, _entity_rows(articles, ids))


def to_arrow(articles: Article | Iterable[Article], ids: Iterable[object] | None = None) -> Any:
    """The quotations as a `pyarrow.Table` with the schema `arrow_schema()`, for polars, DuckDB and others.

    Lone surrogates, which Arrow cannot hold, stand as escapes such as `\\udc80`. Otherwise as
    `to_frame`.
    """
    return _table(QUOTE_COLUMNS, quote_rows(articles, ids))


def entities_arrow(articles: Article | Iterable[Article], ids: Iterable[object] | None = None) -> Any:
    """The entities as a `pyarrow.Table` with the schema `arrow_schema("entities")`; otherwise as `to_arrow`."""
    return _table(ENTITY_COLUMNS, _entity_rows(articles, ids))


def arrow_schema(table: Literal["quotes", "entities"] = "quotes") -> Any:
    """The `pyarrow.Schema` of `to_arrow` or, for "entities", of `entities_arrow`."""
    return _schema(QUOTE_COLUMNS if table == "quotes" else ENTITY_COLUMNS)


def import_extra(module: str, extra: str) -> Any:
    """A module of an optional dependency.

    Raises:
        MissingExtraError: it is not installed; the message says what to type.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if (error.name or "").partition(".")[0] != package:
            raise
        raise MissingExtraError(
            f'{package} is needed for this and is not installed: pip install "quoteminer[{extra}]"', name=package
        ) from error


def article_pairs(articles: Article | Iterable[Article], ids: Iterable[object] | None) -> Iterator[tuple[str, Article]]:
    """Each article with its id as text; raises ArgumentError as told at `to_frame`."""
    if isinstance(ids, (str, bytes)):
        raise ArgumentError(f"ids must be an iterable with one id for each article, not the text {ids!r}")
    names = None if ids is None else iter(ids)
    missing = object()
    i = -1
    for i, article in enumerate([articles] if isinstance(articles, Article) else articles):
        if not isinstance(article, Article):
            raise ArgumentError(
                f"articles must hold Article objects, as `quoteminer.extract` gives them, not {article!r:.80}"
            )
        name = i if names is None else next(names, missing)
        if name is missing:
            raise ArgumentError(f"there are more articles than ids ({i})")
        yield str(name), article
    if names is not None and next(names, missing) is not missing:
        raise ArgumentError(f"there are more ids than articles ({i + 1})")


def quote_rows(articles: Article | Iterable[Article], ids: Iterable[object] | None) -> Iterator[dict[str, Any]]:
    """The rows of the table of quotations, with the keys of `QUOTE_COLUMNS`."""
    for name, article in article_pairs(articles, ids):
        for number, quote in enumerate(article.quotes):
            yield {"article": name, "number": number, **_quote_row(quote)}


def _quote_row(quote: Quote) -> dict[str, Any]:
    return {
        "quotation": quote.text,
        **{name: getattr(quote, name) for name in ("content", "kind", "speaker")},
        **{name: _joined(getattr(s, name) for s in quote.speakers) for name in ("role", "affiliation", "label")},
        "cue": quote.cue and quote.cue.text,
        "mention": quote.mention and quote.mention.text,
        "start": quote.start,
        "end": quote.end,
        "mention_start": quote.mention and quote.mention.start,
        "mention_end": quote.mention and quote.mention.end,
        "cue_start": quote.cue and quote.cue.start,
        "cue_end": quote.cue and quote.cue.end,
        "rule": quote.evidence and quote.evidence.rule,
        **{name: getattr(quote, name) for name in ("confidence", "turn", "marked")},
        "nested": len(quote.nested),
        "speakers": tuple(speaker.name for speaker in quote.speakers),
        "speaker_ids": tuple(speaker.entity_id for speaker in quote.speakers),
    }


def _entity_rows(articles: Article | Iterable[Article], ids: Iterable[object] | None) -> Iterator[dict[str, Any]]:
    for name, article in article_pairs(articles, ids):
        for entity in article.entities:
            yield {"article": name, **_entity_row(article, entity)}


def _entity_row(article: Article, entity: Entity) -> dict[str, Any]:
    names = ("id", "name", "label", "role", "affiliation", "aliases", "titles")
    return {name: getattr(entity, name) for name in names} | {
        "quotations": sum(any(s.entity_id == entity.id for s in quote.speakers) for quote in article.quotes),
        "mentions": len(entity.mentions),
        "first_start": entity.mentions[0].start if entity.mentions else None,
    }


def _joined(values: Iterable[str | None]) -> str | None:
    return " & ".join(dict.fromkeys(value for value in values if value)) or None


def _frame(columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> pandas.DataFrame:
    pd = import_extra("pandas", "frames")
    text = pd.StringDtype("python")  # unlike Arrow's, it holds every str
    found = [*rows]
    frame: pandas.DataFrame = pd.DataFrame(
        {
            name: pd.Series([row[name] for row in found], dtype=_PANDAS.get(kind, text), index=range(len(found)))
            for name, kind in columns.items()
        }
    )
    return frame


def _schema(columns: Mapping[str, str]) -> Any:
    pa = import_extra("pyarrow", "frames")
    types = {"string": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}
    types |= {"strings": pa.list_(pa.string()), "ints": pa.list_(pa.int64())}
    return pa.schema(
        [pa.field(name, types[kind.rstrip("?")], nullable=kind.endswith("?")) for name, kind in columns.items()],
        metadata={"quoteminer_schema_version": str(SCHEMA_VERSION)},
    )


def _table(columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> Any:
    pa = import_extra("pyarrow", "frames")
    found = [{name: encodable(value) for name, value in row.items()} for row in rows]
    return pa.Table.from_pylist(found, schema=_schema(columns))


def encodable(value: Any) -> Any:
    """The value with lone surrogates escaped, so that it can be written as UTF-8."""
    if isinstance(value, tuple):
        return [encodable(item) for item in value]
    return value.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(value, str) else value
