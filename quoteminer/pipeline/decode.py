"""From the network's scores to trees and names: maximum spanning trees with one root, and valid BIO sequences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy
import numpy.typing

Floats = numpy.typing.NDArray[numpy.floating[Any]]
Integers = numpy.typing.NDArray[numpy.int64]
Booleans = numpy.typing.NDArray[numpy.bool_]

ROOTS_TRIED = 4


def decode_tree(scores: Floats) -> Integers:
    """The heads of the best tree with exactly one root.

    Args:
        scores: [words, 1 + words]; row d holds the scores of d's heads, column 0 the root, column 1 + h the word h.

    Returns:
        [words], each word's head: 0 for the root, 1 + h for the word h. The method is Chu and Liu's (1965) and
        Edmonds' (1967), tried only where the best heads of the words do not already form a tree; words are tried as
        the root from the most promising on, until no other can do better.
    """
    size = len(scores)
    if size == 1:
        return numpy.zeros(1, dtype=numpy.int64)
    scores = scores.astype(numpy.float64)
    rows = numpy.arange(size)
    scores[rows, rows + 1] = -numpy.inf
    heads: Integers = scores.argmax(axis=1)
    if numpy.count_nonzero(heads == 0) == 1 and _find_cycle(heads) is None:
        return heads
    inner: Integers = scores[:, 1:].argmax(axis=1) + 1
    best = scores[rows, inner]
    # What a tree with this root can score at most: each other word's best head.
    bounds = best.sum() - best + scores[:, 0]
    order = numpy.argsort(-bounds, kind="stable")
    found, total = heads, -numpy.inf
    for root in order[:ROOTS_TRIED].tolist():
        if bounds[root] <= total:
            return found
        tree = inner.copy()
        tree[root] = 0
        if _find_cycle(tree) is not None:
            full = numpy.full((size + 1, size + 1), -numpy.inf)
            full[1:, 1:] = scores[:, 1:]
            full[root + 1] = -numpy.inf
            full[root + 1, 0] = scores[root, 0]
            tree = _spanning_tree(full)[1:]
        reached = float(scores[rows, tree].sum())
        if reached > total:
            found, total = tree, reached
    if size <= ROOTS_TRIED or bounds[order[ROOTS_TRIED]] <= total:
        return found
    # A penalty on every arc from the root, larger than any tree can win elsewhere, leaves just one of them.
    full = numpy.full((size + 1, size + 1), -numpy.inf)
    full[1:] = scores
    finite = scores[numpy.isfinite(scores)]
    full[1:, 0] -= (float(finite.max()) - float(finite.min()) + 1.0) * (size + 1)
    return _spanning_tree(full)[1:]


def _find_cycle(heads: Integers) -> list[int] | None:
    """The words (1-based) of a cycle among the heads of words 1..n, None where there is none."""
    parents = [0, *heads.tolist()]
    state = [0] * len(parents)
    state[0] = -1
    for start in range(1, len(parents)):
        node = start
        while state[node] == 0:
            state[node] = start
            node = parents[node]
        if state[node] == start:
            cycle, at = [node], parents[node]
            while at != node:
                cycle.append(at)
                at = parents[at]
            return cycle
        node = start
        while state[node] == start:
            state[node] = -1
            node = parents[node]
    return None


def _spanning_tree(scores: Floats) -> Integers:
    """Heads of all nodes of the best arborescence from node 0; `scores[d, h]`, row 0 unused."""
    heads: Integers = scores.argmax(axis=1)
    heads[0] = 0
    cycle = _find_cycle(heads[1:])
    if cycle is None:
        return heads
    inside = numpy.zeros(len(scores), dtype=bool)
    inside[cycle] = True
    outside = numpy.flatnonzero(~inside)
    members = numpy.array(cycle)
    own = scores[members, heads[members]]
    # Contract the cycle to one last node: arcs into it pay for the arc of the cycle that they replace.
    into = scores[numpy.ix_(members, outside)] - own[:, None]
    out_of = scores[numpy.ix_(outside, members)]
    size = len(outside) + 1
    smaller = numpy.full((size, size), -numpy.inf)
    smaller[:-1, :-1] = scores[numpy.ix_(outside, outside)]
    smaller[-1, :-1] = into.max(axis=0)
    smaller[:-1, -1] = out_of.max(axis=1)
    solved = _spanning_tree(smaller)
    entered = members[into[:, solved[-1]].argmax()]
    result: Integers = heads.copy()
    result[entered] = outside[solved[-1]]
    for row, node in enumerate(outside):
        result[node] = members[out_of[row].argmax()] if solved[row] == size - 1 else outside[solved[row]]
    result[0] = 0
    return result


def decode_names(scores: Floats, tags: Sequence[str], starts: Sequence[int] | Integers = (0,)) -> Integers:
    """The best sequence of BIO tags in which every I continues a name of its label (Viterbi over hard constraints).

    Args:
        scores: [words, tags], log-probabilities.
        tags: names of the columns: "O", "B-…", "I-…".
        starts: where sentences start, in order, the first at 0; no name goes on from one to the next.

    Returns:
        [words], the number of each word's tag.
    """
    allowed, opens = _transitions(tuple(tags))
    best: Integers = scores.argmax(axis=1)
    if not len(best):
        return best
    follows = numpy.empty(len(best), dtype=bool)
    follows[1:] = allowed[best[:-1], best[1:]]
    follows[starts] = opens[best[starts]]
    if follows.all():
        return best
    bounds = numpy.append(starts, len(best))
    for sentence in set(numpy.searchsorted(bounds, numpy.flatnonzero(~follows), side="right").tolist()):
        low, high = bounds[sentence - 1], bounds[sentence]
        best[low:high] = _viterbi(scores[low:high], allowed, opens)
    return best


@lru_cache
def _transitions(tags: tuple[str, ...]) -> tuple[Booleans, Booleans]:
    """Which tag may follow which, and which may come first."""
    allowed = [
        [not after.startswith("I-") or (before[0] in "BI" and before[2:] == after[2:]) for after in tags]
        for before in tags
    ]
    return numpy.array(allowed), numpy.array([not tag.startswith("I-") for tag in tags])


def _viterbi(scores: Floats, allowed: Booleans, opens: Booleans) -> list[int]:
    barriers = numpy.where(allowed, 0.0, -numpy.inf)
    total = numpy.where(opens, scores[0], -numpy.inf)
    back = numpy.zeros(scores.shape, dtype=numpy.int64)
    for i in range(1, len(scores)):
        paths = total[:, None] + barriers
        back[i] = paths.argmax(axis=0)
        total = paths.max(axis=0) + scores[i]
    sequence = [int(total.argmax())]
    for i in range(len(scores) - 1, 0, -1):
        sequence.append(int(back[i, sequence[-1]]))
    return sequence[::-1]
