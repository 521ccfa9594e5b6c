"""Work on the items of a stream in several threads, with the results in the order of the stream."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

MOST_FREE_CORES = 8  # what only one thread at a time can do takes about an eighth of the time
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def free_cores() -> int:
    """How many threads to use where the user has not said: all cores, up to eight; one in a worker process."""
    if multiprocessing.parent_process() is not None:
        return 1
    ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(ours, MOST_FREE_CORES)


def in_order(
    items: Iterable[_Item], work: Callable[[_Item], _Result], threads: int
) -> Generator[tuple[_Item, _Result], None, None]:
    """Each item with its result, while those after it are worked; where the stream fails, after those before.

    Args:
        items: the stream, drawn in the caller's thread, as many items ahead as there are threads.
        work: what to do with an item, in any thread.
        threads: how many.
    """
    pool = ThreadPoolExecutor(threads, "quoteminer")
    waiting: deque[tuple[_Item, Future[_Result]]] = deque()
    failed: Exception | None = None
    source = iter(items)
    try:
        while failed is None:
            try:
                item = next(source)
            except StopIteration:
                break
            except Exception as error:  # whatever the caller's stream raises
                failed = error
            else:
                waiting.append((item, pool.submit(work, item)))
                if len(waiting) > threads:
                    item, result = waiting.popleft()
                    yield item, result.result()
        for item, result in waiting:
            yield item, result.result()
        pool.shutdown()
    finally:
        # A stream that was left: its threads are not waited for, since the collector may run in one of them.
        pool.shutdown(wait=False, cancel_futures=True)
    if failed is not None:
        raise failed
