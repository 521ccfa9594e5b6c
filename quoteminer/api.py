"""From text to Article: one text, or a stream of them."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Generator, Iterable, Iterator, Sized
from contextlib import closing

from spacy.language import Language

from quoteminer.errors import ArgumentError
from quoteminer.loading import default_pipeline, described, load
from quoteminer.stream import Failure, analyse_batch, stream
from quoteminer.types import Article

__all__ = ["extract", "extract_many", "load"]


def extract(text: str, *, nlp: Language | None = None) -> Article:
    """Read one article: its quotations, who said them, and its entities.

    Args:
        text: any text; it stays as it is, and all offsets point into it.
        nlp: a spaCy pipeline with a parser and an entity recogniser; default: the library's own, loaded at the first
            call and kept.

    Raises:
        ArgumentError: `text` is not a str, or `nlp` no pipeline.
        PipelineError: `nlp` lacks a parser or an entity recogniser.
    """
    found = analyse_batch(_checked_pipeline(nlp), [_checked_text(text)], 1)[0]
    if isinstance(found, Failure):
        raise found.error
    return found


def extract_many(
    texts: Iterable[str],
    *,
    nlp: Language | None = None,
    n_process: int = 1,
    batch_size: int = 64,
    progress: bool = False,
) -> Iterator[Article]:
    """Read many articles, one after another: a generator in, a generator out, in the same order.

    Only the batches in work are in memory. Where a text fails, the articles of those before it come first.

    Args:
        texts: the articles' texts.
        nlp: as for `extract`.
        n_process: worker processes; 1 works in this one, on several texts at once (`threads` of `load`).
        batch_size: texts that go through the pipeline together; worker processes take at most eight.
        progress: show a progress bar on stderr, in a notebook a widget.

    Raises:
        ArgumentError: an item of `texts` is not a str (the message tells which), or another argument is wrong.
        PipelineError: `nlp` lacks a parser or an entity recogniser, or a worker process died.
    """
    if isinstance(texts, (str, bytes)) or not isinstance(texts, Iterable):
        raise ArgumentError(
            f"texts must be an iterable of str, not {described(texts)}; for a single text use quoteminer.extract(text)"
        )
    for name, value in {"n_process": n_process, "batch_size": batch_size}.items():
        if type(value) is not int or value < 1:
            raise ArgumentError(f"{name} must be an int of at least 1, not {value!r}")
    pipeline = None if nlp is None else _checked_pipeline(nlp)
    found = stream(texts, nlp=pipeline, n_process=n_process, batch_size=batch_size)
    return _shown(_raising(found), texts) if progress else _raising(found)


def _checked_pipeline(nlp: Language | None) -> Language:
    if nlp is None:
        return default_pipeline()
    if not isinstance(nlp, Language):
        hint = f"; type: nlp = quoteminer.load({nlp!r})" if isinstance(nlp, str) else ""
        raise ArgumentError(f"nlp must be a spaCy pipeline, as quoteminer.load() gives, not {described(nlp)}{hint}")
    return nlp


def _checked_text(text: object) -> str:
    if isinstance(text, str):
        return text
    hint = "; decode it: text.decode('utf-8')" if isinstance(text, (bytes, bytearray)) else ""
    raise ArgumentError(f"text must be a str, not {described(text)}{hint}")


def _raising(found: Generator[Article | Failure, None, None]) -> Generator[Article, None, None]:
    # Closed here and now: a pool that the garbage collector ends may be ended by one of its own threads.
    with closing(found):
        for article in found:
            if isinstance(article, Failure):
                raise article.error
            yield article


def _shown(articles: Generator[Article, None, None], texts: Iterable[str]) -> Iterator[Article]:
    from tqdm import TqdmWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TqdmWarning)  # a notebook without ipywidgets gets the plain bar
        if "ipykernel" in sys.modules:
            from tqdm.auto import tqdm
        else:
            from tqdm import tqdm
        bar = tqdm(total=len(texts) if isinstance(texts, Sized) else None, unit=" articles")
    with closing(articles), bar:
        for article in articles:
            yield article
            bar.update()
