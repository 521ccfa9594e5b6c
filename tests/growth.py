"""How the work of a function grows with its input: by the lines of Python that it runs, or by time where C works.

Both compare an input with a longer one of the same kind, in one run, and never a time with a fixed limit.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from typing import Any

FLOOR = 0.05  # seconds; a time too short to be measured counts as this for the whole length
MOST = 8.0  # of four times the text; the square would be sixteen


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of Python it runs."""
    count = 0

    def trace(frame: Any, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    previous = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(previous)
    return count


def seconds(work: Callable[[], object]) -> float:
    """The time of the processor that it takes."""
    gc.disable()  # a collection of all that the other tests have left would be counted
    try:
        started = time.process_time()
        work()
        return time.process_time() - started
    finally:
        gc.enable()


def grows_evenly(prepare: Callable[[int], Callable[[], object]], length: int) -> bool:
    """Whether the whole length takes at most `MOST` times the time of its quarter, in one of three tries."""
    return any(seconds(prepare(length)) <= MOST * max(FLOOR / 4, seconds(prepare(length // 4))) for _ in range(3))
