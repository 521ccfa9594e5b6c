"""A stream of texts through a pipeline: batches, memory zones, worker processes; articles come in the same order."""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import threading
import weakref
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NamedTuple

import srsly  # type: ignore[import-untyped]
from spacy.language import Language
from spacy.tokens import Doc

from quoteminer.component import Quoteminer
from quoteminer.errors import ArgumentError, PipelineError
from quoteminer.loading import default_pipeline, described, load_own
from quoteminer.surrogates import without_surrogates
from quoteminer.types import Article

STRINGS_KEPT = 30_000
_AHEAD = 2
_FOR_A_WORKER = 8  # texts; so few that a short list of texts keeps all workers busy to the end
_OWN_MODULES = ("spacy", "thinc", "quoteminer")


class Failure(NamedTuple):
    """Why one text of a stream gave no article."""

    error: Exception


def stream(
    texts: Iterable[str], *, nlp: Language | None = None, n_process: int = 1, batch_size: int = 64
) -> Generator[Article | Failure, None, None]:
    """As `extract_many`, but a text on which the pipeline fails gives a Failure, and the rest goes on."""
    batches = _batches(texts, batch_size)
    if n_process == 1:
        pipeline = nlp or default_pipeline()
        for batch, error in batches:
            yield from analyse_batch(pipeline, batch, batch_size)
            if error:
                raise error
    else:
        yield from _spread(_pieces(batches), nlp, n_process, batch_size)


# One pipeline works for one thread at a time: a memory zone that one thread closes takes the strings from them all.
_locks: weakref.WeakKeyDictionary[Language, threading.RLock] = weakref.WeakKeyDictionary()
_locks_lock = threading.Lock()


def _lock(nlp: Language) -> Any:
    with _locks_lock:
        return _locks.setdefault(nlp, threading.RLock())


def _forget_locks() -> None:
    """In a forked process the threads that hold locks are gone."""
    global _locks_lock
    _locks_lock = threading.Lock()
    _locks.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_locks)


def analyse_batch(nlp: Language, texts: Sequence[str], batch_size: int) -> list[Article | Failure]:
    """The articles of a batch of texts; where the pipeline fails on the batch, it tries them one by one."""
    if not texts:
        return []
    with _lock(nlp), _any_length(nlp, texts), _zone(nlp):
        try:
            return _analyse_together(nlp, texts, batch_size)
        except Exception as error:  # whatever a component of the user's pipeline raises
            if len(texts) == 1:
                return [Failure(error)]
    return [found for text in texts for found in analyse_batch(nlp, [text], 1)]


def _analyse_together(nlp: Language, texts: Sequence[str], batch_size: int) -> list[Article | Failure]:
    # The component itself is left out, and what comes after it: the Article need not go through the Doc's spans.
    names = nlp.pipe_names
    position = next((i for i, (_, pipe) in enumerate(nlp.pipeline) if isinstance(pipe, Quoteminer)), len(names))
    component = nlp.pipeline[position][1] if position < len(names) else _plain_component()
    assert isinstance(component, Quoteminer)
    clean = [without_surrogates(text) for text in texts]
    docs: Iterable[Doc]
    if len(texts) == 1:
        docs = [nlp(clean[0], disable=names[position:])]
    else:
        docs = nlp.pipe(clean, batch_size=batch_size, disable=names[position:])
    return [component.predict(doc, text) for doc, text in zip(docs, texts, strict=True)]


@functools.cache
def _plain_component() -> Quoteminer:
    return Quoteminer()


@contextmanager
def _any_length(nlp: Language, texts: Sequence[str]) -> Iterator[None]:
    """Lift the pipeline's own limit where a text is longer."""
    before = nlp.max_length
    nlp.max_length = max([before, *map(len, texts)])
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
    if len(nlp.vocab.strings) < STRINGS_KEPT or nlp.vocab.in_memory_zone:  # type: ignore[attr-defined]
        return nullcontext()
    parts = [nlp.tokenizer, *(pipe for _, pipe in nlp.pipeline)]
    known = all(type(part).__module__.partition(".")[0] in _OWN_MODULES for part in parts)
    return nlp.memory_zone() if known else nullcontext()


_Batch = tuple[list[str], Exception | None]


def _batches(texts: Iterable[str], size: int) -> Iterator[_Batch]:
    """Batches of texts; with the last one what ended it, where that is an error of the source or an item of its."""
    source = enumerate(texts)
    ended = False
    while not ended:
        batch: list[str] = []
        error: Exception | None = None
        while len(batch) < size and not ended:
            try:
                index, text = next(source)
            except StopIteration:
                ended = True
            except Exception as raised:  # whatever the caller's generator raises, after the texts that it gave
                error, ended = raised, True
            else:
                if isinstance(text, str):
                    batch.append(text)
                else:
                    error, ended = ArgumentError(f"item {index} of texts must be a str, not {described(text)}"), True
        if batch or error:
            yield batch, error


def _pieces(batches: Iterable[_Batch]) -> Iterator[_Batch]:
    """The batches cut into what a worker takes at a time."""
    for batch, error in batches:
        pieces = [batch[i : i + _FOR_A_WORKER] for i in range(0, len(batch), _FOR_A_WORKER)]
        yield from ((piece, None) for piece in pieces[:-1])
        yield (pieces or [batch])[-1], error


# Worker processes: each has its own pipeline; texts go in, the parts of Articles come out.

_worker_pipeline: Language | None = None


def _spread(
    batches: Iterator[_Batch], nlp: Language | None, n_process: int, batch_size: int
) -> Iterator[Article | Failure]:
    context = multiprocessing.get_context()
    given: Any = nlp
    if nlp is not None and context.get_start_method() != "fork":
        given = srsly.pickle_dumps(nlp)
    pending: deque[tuple[list[str], Future[list[Any]]]] = deque()
    pool = ProcessPoolExecutor(n_process, context, initializer=_start_worker, initargs=(given,))
    try:
        ended: Exception | None = None
        for batch, error in batches:
            ended = error
            pending.append((batch, pool.submit(_work, batch, batch_size)))
            if len(pending) > n_process * _AHEAD:
                yield from _collected(*pending.popleft())
        while pending:
            yield from _collected(*pending.popleft())
        if ended:
            raise ended
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
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the parent process ends the others in order
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if given is None:
        _worker_pipeline = load_own(1)
    else:
        _worker_pipeline = srsly.pickle_loads(given) if isinstance(given, bytes) else given


def _end_with_parent() -> None:
    """A parent that is killed cannot end its workers: each watches for that."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(texts: list[str], batch_size: int) -> list[Any]:
    assert _worker_pipeline is not None
    found = analyse_batch(_worker_pipeline, texts, batch_size)
    return [one if isinstance(one, Failure) else (one.entities, one.quotes, one.other_marked) for one in found]


def _collected(texts: list[str], future: Future[list[Any]]) -> Iterator[Article | Failure]:
    for text, found in zip(texts, future.result(), strict=True):
        yield found if isinstance(found, Failure) else Article(text, *found)
