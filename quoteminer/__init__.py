"""Reads a news article and says who said what: quotations, speakers and entities as typed objects."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quoteminer.api import extract, extract_many, load
    from quoteminer.errors import (
        ArgumentError,
        FormatError,
        MissingExtraError,
        ModelError,
        PipelineError,
        QuoteminerError,
    )
    from quoteminer.export import (
        entities_arrow,
        entities_frame,
        read_jsonl,
        to_arrow,
        to_frame,
        write_csv,
        write_jsonl,
        write_parquet,
    )
    from quoteminer.types import Article, Cue, Entity, Evidence, Marked, Mention, Quote, Speaker

__version__ = "0.1.0"

_HOMES = {
    **dict.fromkeys(("extract", "extract_many", "load"), "api"),
    **dict.fromkeys(("Article", "Cue", "Entity", "Evidence", "Marked", "Mention", "Quote", "Speaker"), "types"),
    **dict.fromkeys(
        ("ArgumentError", "FormatError", "MissingExtraError", "ModelError", "PipelineError", "QuoteminerError"),
        "errors",
    ),
    **dict.fromkeys(
        (
            "entities_arrow",
            "entities_frame",
            "read_jsonl",
            "to_arrow",
            "to_frame",
            "write_csv",
            "write_jsonl",
            "write_parquet",
        ),
        "export",
    ),
}

__all__ = [
    "ArgumentError",
    "Article",
    "Cue",
    "Entity",
    "Evidence",
    "FormatError",
    "Marked",
    "Mention",
    "MissingExtraError",
    "ModelError",
    "PipelineError",
    "Quote",
    "QuoteminerError",
    "Speaker",
    "__version__",
    "entities_arrow",
    "entities_frame",
    "extract",
    "extract_many",
    "load",
    "read_jsonl",
    "to_arrow",
    "to_frame",
    "write_csv",
    "write_jsonl",
    "write_parquet",
]


def __getattr__(name: str) -> Any:
    """The public names come from their modules at first use, so that importing the package is quick."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
