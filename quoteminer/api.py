"""From text to Article: the pipeline that ships with the library, one text, a stream of texts, worker processes."""

from __future__ import annotations

import functools
import multiprocessing
import os
import sys
import threading
import warnings
import weakref
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import spacy
import srsly
from spacy.language import Language
from spacy.tokens import Doc

from quoteminer.component import Quoteminer
from quoteminer.errors import ArgumentError, PipelineError
from quoteminer.types import Article

MAX_LENGTH = 2**31 - 1
STRINGS_KEPT = 100_000
_AHEAD = 2
_SENTENCE = "“We will go on,” Anna Lee said in London on Monday."
_OWN_MODULES = ("spacy", "thinc", "quoteminer")


class Failure(NamedTuple):
    """Why one text of a stream gave no article."""

    error: Exception


def load(name: str | Path | None = None, *, threads: int = 0) -> Language:
    """A spaCy pipeline with the component `quoteminer` in it: `nlp(text)._.quoteminer` is the Article.

    Each call gives a pipeline of its own, which the caller may change.

    Args:
        name: an installed spaCy pipeline with a parser and an entity recogniser, such as "en_core_web_sm", or the
            folder of one; None for the one that comes with the library.
        threads: threads of the library's own pipeline; 0 takes every core in the main process and one in a worker.

    Raises:
        PipelineError: the pipeline is not installed, or lacks a parser or an entity recogniser.
        ArgumentError: `name` is something else.
    """
    if name is None:
        return _load_own(threads)
    if not isinstance(name, (str, Path)):
        raise ArgumentError(
            f"name must be the name or folder of a spaCy pipeline, such as 'en_core_web_sm', not {_described(name)}"
        )
    nlp = _load_installed(name)
    component = next((p for _, p in nlp.pipeline if isinstance(p, Quoteminer)), None)
    if component is None:
        component = nlp.add_pipe("quoteminer")  # type: ignore[assignment]
    try:
        nlp(_SENTENCE)
    except PipelineError as error:
        raise PipelineError(f"the pipeline {str(name)!r} does not fit: {error}") from None
    return nlp


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
    found = _analyse(_checked_pipeline(nlp), [_checked_text(text)], 1)[0]
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
        n_process: worker processes; 1 works in this one.
        batch_size: texts that go through the pipeline together.
        progress: show a progress bar on stderr, in a notebook a widget.

    Raises:
        ArgumentError: an item of `texts` is not a str (the message tells which), or another argument is wrong.
        PipelineError: `nlp` lacks a parser or an entity recogniser, or a worker process died.
    """
    if isinstance(texts, (str, bytes)) or not isinstance(texts, Iterable):
        raise ArgumentError(
            f"texts must be an iterable of str, not {_described(texts)}; for a single text use quoteminer.extract(text)"
        )
    for name, value in {"n_process": n_process, "batch_size": batch_size}.items():
        if type(value) is not int or value < 1:
            raise ArgumentError(f"{name} must be an int of at least 1, not {value!r}")
    pipeline = None if nlp is None else _checked_pipeline(nlp)
    found = stream(texts, nlp=pipeline, n_process=n_process, batch_size=batch_size)
    return _shown(_raising(found), texts) if progress else _raising(found)


def stream(
    texts: Iterable[str], *, nlp: Language | None = None, n_process: int = 1, batch_size: int = 64
) -> Iterator[Article | Failure]:
    """As `extract_many`, but a text on which the pipeline fails gives a Failure, and the rest goes on.

    An item that is not a str ends the stream: it gives a Failure as well, the last.
    """
    batches = _batches(texts, batch_size)
    if n_process == 1:
        pipeline = nlp or _default_pipeline()
        for batch, failure in batches:
            yield from _analyse(pipeline, batch, batch_size)
            if failure:
                yield failure
    else:
        yield from _spread(batches, nlp, n_process, batch_size)


def _load_own(threads: int) -> Language:
    from quoteminer.pipeline.tokenizer import NAME

    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": NAME}}})
    nlp.max_length = MAX_LENGTH
    nlp.add_pipe("news_encoder", config={"threads": threads})
    nlp.add_pipe("quoteminer")
    return nlp


def _load_installed(name: str | Path) -> Language:
    try:
        return spacy.load(name)
    except OSError as error:
        if "[E050]" not in str(error):
            raise PipelineError(f"the pipeline {str(name)!r} cannot be loaded: {error}") from error
        if isinstance(name, Path) or os.sep in name:
            raise PipelineError(f"there is no pipeline in the folder {str(name)!r}") from None
        raise PipelineError(
            f"the pipeline {name!r} is not installed; type: python -m spacy download {name} "
            "(or use the one that comes with the library: quoteminer.load())"
        ) from None
    except ValueError as error:
        raise PipelineError(f"the pipeline {str(name)!r} cannot be loaded: {error}") from error


_loading = threading.Lock()


@functools.cache
def _kept_pipeline() -> Language:
    return _load_own(0)


def _default_pipeline() -> Language:
    with _loading:
        return _kept_pipeline()


def _checked_pipeline(nlp: Language | None) -> Language:
    if nlp is None:
        return _default_pipeline()
    if not isinstance(nlp, Language):
        hint = f"; type: nlp = quoteminer.load({nlp!r})" if isinstance(nlp, str) else ""
        raise ArgumentError(
            f"nlp must be a spaCy pipeline, as quoteminer.load() gives, not {_described(nlp)}{hint}"
        )
    return nlp


def _checked_text(text: object) -> str:
    if isinstance(text, str):
        return text
    hint = "; decode it: text.decode('utf-8')" if isinstance(text, (bytes, bytearray)) else ""
    raise ArgumentError(f"text must be a str, not {_described(text)}{hint}")


def _described(value: object) -> str:
    kind = type(value).__name__
    return f"{kind} ({value!r:.60})" if value is not None else "None"


# One pipeline works for one thread at a time: a memory zone that one thread closes takes the strings from them all.
_locks: weakref.WeakKeyDictionary[Language, threading.RLock] = weakref.WeakKeyDictionary()
_locks_lock = threading.Lock()


def _lock(nlp: Language) -> Any:
    with _locks_lock:
        return _locks.setdefault(nlp, threading.RLock())


def _forget_locks() -> None:
    """In a forked process the threads that hold locks are gone."""
    global _loading, _locks_lock
    _loading, _locks_lock = threading.Lock(), threading.Lock()
    _locks.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_locks)


def _analyse(nlp: Language, texts: Sequence[str], batch_size: int) -> list[Article | Failure]:
    """The articles of a batch of texts; where the pipeline fails on the batch, it tries them one by one."""
    with _lock(nlp), _any_length(nlp, texts), _zone(nlp):
        try:
            return _analyse_together(nlp, texts, batch_size)
        except Exception as error:  # whatever a component of the user's pipeline raises
            if len(texts) == 1:
                return [Failure(error)]
    return [found for text in texts for found in _analyse(nlp, [text], 1)]


def _analyse_together(nlp: Language, texts: Sequence[str], batch_size: int) -> list[Article | Failure]:
    # The component itself is left out, and what comes after it: the Article need not go through the Doc's spans.
    names = nlp.pipe_names
    position = next((i for i, (_, pipe) in enumerate(nlp.pipeline) if isinstance(pipe, Quoteminer)), len(names))
    component = nlp.pipeline[position][1] if position < len(names) else _plain_component()
    assert isinstance(component, Quoteminer)
    clean = [_without_surrogates(text) for text in texts]
    docs: Iterable[Doc]
    if len(texts) == 1:
        docs = [nlp(clean[0], disable=names[position:])]
    else:
        docs = nlp.pipe(clean, batch_size=batch_size, disable=names[position:])
    return [component.predict(doc, text) for doc, text in zip(docs, texts, strict=True)]


def _without_surrogates(text: str) -> str:
    from quoteminer.pipeline.tokenizer import without_surrogates

    return without_surrogates(text)


@functools.cache
def _plain_component() -> Quoteminer:
    return Quoteminer()


@contextmanager
def _any_length(nlp: Language, texts: Sequence[str]) -> Iterator[None]:
    """Lift the pipeline's own limit where a text is longer."""
    before = nlp.max_length
    nlp.max_length = max(before, *map(len, texts))
    try:
        yield
    finally:
        nlp.max_length = before


def _zone(nlp: Language) -> AbstractContextManager[Any]:
    """A memory zone, so that the vocabulary does not grow without bound, where it is large already.

    Up to `STRINGS_KEPT` strings the vocabulary keeps the words that it meets, which makes later texts faster. What a
    zone has made is invalid after it, so a pipeline with somebody else's components, which may keep Docs, gets none;
    nor does one whose caller has opened a zone.
    """
    if len(nlp.vocab.strings) < STRINGS_KEPT or nlp.vocab.in_memory_zone:
        return nullcontext()
    parts = [nlp.tokenizer, *(pipe for _, pipe in nlp.pipeline)]
    known = all(type(part).__module__.partition(".")[0] in _OWN_MODULES for part in parts)
    return nlp.memory_zone() if known else nullcontext()


def _batches(texts: Iterable[str], size: int) -> Iterator[tuple[list[str], Failure | None]]:
    """Batches of texts; with the last one the Failure of the item that is no text, if there is one."""
    source = iter(texts)
    index = 0
    while batch := [*islice(source, size)]:
        for i, text in enumerate(batch):
            if not isinstance(text, str):
                error = ArgumentError(f"item {index + i} of texts must be a str, not {_described(text)}")
                yield batch[:i], Failure(error)
                return
        yield batch, None
        index += len(batch)


def _raising(found: Iterator[Article | Failure]) -> Iterator[Article]:
    for article in found:
        if isinstance(article, Failure):
            raise article.error
        yield article


def _shown(articles: Iterator[Article], texts: Iterable[str]) -> Iterator[Article]:
    from tqdm import TqdmWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TqdmWarning)  # a notebook without ipywidgets gets the plain bar
        if "ipykernel" in sys.modules:
            from tqdm.auto import tqdm
        else:
            from tqdm import tqdm
        bar = tqdm(total=len(texts) if hasattr(texts, "__len__") else None, unit=" articles")
    with bar:
        for article in articles:
            yield article
            bar.update()


# Worker processes: each has its own pipeline; texts go in, the parts of Articles come out.

_worker_pipeline: Language | None = None


def _spread(
    batches: Iterator[tuple[list[str], Failure | None]], nlp: Language | None, n_process: int, batch_size: int
) -> Iterator[Article | Failure]:
    context = multiprocessing.get_context()
    given: Any = nlp
    if nlp is not None and context.get_start_method() != "fork":
        given = srsly.cloudpickle_dumps(nlp)
    pending: deque[tuple[list[str], Failure | None, Future[list[Any]]]] = deque()
    with warnings.catch_warnings():
        pool = ProcessPoolExecutor(n_process, context, initializer=_start_worker, initargs=(given,))
    try:
        for batch, failure in batches:
            pending.append((batch, failure, pool.submit(_work, batch, batch_size)))
            if len(pending) > n_process * _AHEAD:
                yield from _collected(*pending.popleft())
        while pending:
            yield from _collected(*pending.popleft())
    except BrokenProcessPool as error:
        raise PipelineError(
            "a worker process died, most often for want of memory: use fewer of them (n_process) or a smaller "
            "batch_size; in a script that is started with the method 'spawn', call from under "
            "if __name__ == '__main__':"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start_worker(given: Any) -> None:
    global _worker_pipeline
    if given is None:
        _worker_pipeline = _load_own(1)
    else:
        _worker_pipeline = srsly.cloudpickle_loads(given) if isinstance(given, bytes) else given


def _work(texts: list[str], batch_size: int) -> list[Any]:
    assert _worker_pipeline is not None
    found = _analyse(_worker_pipeline, texts, batch_size)
    return [one if isinstance(one, Failure) else (one.entities, one.quotes, one.other_marked) for one in found]


def _collected(texts: list[str], failure: Failure | None, future: Future[list[Any]]) -> Iterator[Article | Failure]:
    for text, found in zip(texts, future.result(), strict=True):
        yield found if isinstance(found, Failure) else Article(text, *found)
    if failure:
        yield failure
