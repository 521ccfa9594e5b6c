"""Pipelines by name: the one that comes with the library, and any installed spaCy pipeline that fits."""

from __future__ import annotations

import functools
import os
import threading
from pathlib import Path

import spacy
from spacy.language import Language

from quoteminer.component import Quoteminer
from quoteminer.errors import ArgumentError, PipelineError

MAX_LENGTH = 2**31 - 1
_SENTENCE = "“We will go on,” Anna Lee said in London on Monday."


def load(name: str | Path | None = None, *, threads: int = 0) -> Language:
    """A spaCy pipeline with the component `quoteminer` in it: `nlp(text)._.quoteminer` is the Article.

    Each call gives a pipeline of its own, which the caller may change.

    Args:
        name: an installed spaCy pipeline with a parser and an entity recogniser, such as "en_core_web_sm", or the
            folder of one; None for the one that comes with the library.
        threads: how many texts of a stream the library's own pipeline works at once; 0 takes every core in the main
            process, up to eight, and one in a worker.

    Raises:
        PipelineError: the pipeline is not installed, or lacks a parser or an entity recogniser.
        ArgumentError: `name` is something else.
    """
    if name is None:
        return load_own(threads)
    if not isinstance(name, (str, Path)):
        raise ArgumentError(
            f"name must be the name or folder of a spaCy pipeline, such as 'en_core_web_sm', not {described(name)}"
        )
    nlp = _load_installed(name)
    if not any(isinstance(pipe, Quoteminer) for _, pipe in nlp.pipeline):
        nlp.add_pipe("quoteminer")
    try:
        nlp(_SENTENCE)
    except ValueError as error:  # what spaCy raises, of a component that was never trained; PipelineError is one too
        raise PipelineError(f"the pipeline {str(name)!r} does not fit: {error}") from None
    return nlp


def load_own(threads: int) -> Language:
    """The library's own pipeline, anew."""
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
        if not any(code in str(error) for code in ("[E050]", "[E052]")):  # no such package, no such folder
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
    return load_own(0)


def default_pipeline() -> Language:
    """The library's own pipeline, loaded once in a process."""
    with _loading:
        return _kept_pipeline()


def _forget_lock() -> None:
    """In a forked process the thread that held the lock is gone."""
    global _loading
    _loading = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_lock)


def described(value: object) -> str:
    """A wrong argument's type and the beginning of its value, for a message."""
    kind = type(value).__name__
    return f"{kind} ({value!r:.60})" if value is not None else "None"
