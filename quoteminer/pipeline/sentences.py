"""Where sentences start: what the network says of each word, of the roots on both sides, and of the marks around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import numpy.typing

from quoteminer.pipeline.decode import Floats, Integers
from quoteminer.pipeline.features import NO_SPACE

Booleans = numpy.typing.NDArray[numpy.bool_]

# A doubtful start counts if each side has a root of its own; both figures were chosen on the dev parts of EWT and GUM.
DOUBTFUL = -3.0
ROOT_WEIGHT = 0.3
OPENING = frozenset(("'", '"', "``", "“", "‘", "„", "«", "(", "[", "{"))
CLOSING = frozenset(("'", '"', "''", "”", "’", "»", ")", "]", "}"))


@dataclass(frozen=True)
class Glued:
    """Marks that belong to the sentence of their neighbour: `after` to the word before them, `before` to the next."""

    after: Booleans
    before: Booleans

    @classmethod
    def of(cls, words: Sequence[str], spacings: Integers) -> Glued:
        """Those among `words`: closing marks without, and opening marks with white space before them.

        >>> glued = Glued.of(['Go', '.', '"', '"', 'We'], numpy.array([3, 0, 0, 1, 0]))
        >>> glued.after.nonzero()[0].tolist(), glued.before.nonzero()[0].tolist()
        ([2], [3])
        """
        tight = numpy.append(spacings == NO_SPACE, False)
        after, before = (numpy.zeros(len(words) + 1, dtype=bool) for _ in range(2))
        opening = [i for i, word in enumerate(words) if word in OPENING]
        closing = [i for i, word in enumerate(words) if word in CLOSING]
        for i in opening:
            before[i] = (not tight[i] or before[i - 1]) and tight[i + 1]
        for i in reversed(closing):
            after[i] = tight[i] and (not tight[i + 1] or after[i + 1])
        return cls(after[:-1], before[:-1])

    def part(self, start: int, end: int) -> Glued:
        """The words from `start` to `end`."""
        return Glued(self.after[start:end], self.before[start:end])


def find_starts(output: dict[str, Any], sure: Booleans, glued: Glued) -> Booleans:
    """Where sentences start among a window's words.

    Args:
        output: the network's output for the window: "start" [words], the log-odds of a start; "arc" [words, 1 + words].
        sure: [words], where a sentence starts whatever the network says.
        glued: the window's marks that no sentence can start with, or that start one.
    """
    scores, arcs = output["start"], output["arc"]
    starts: Booleans = (scores > 0) | sure
    roots = arcs[:, 0] - arcs[:, 1:].max(axis=1)
    _split(starts, scores, roots)
    return _moved(starts, sure, glued)


def _split(starts: Booleans, scores: Floats, roots: Floats) -> None:
    """Add doubtful starts that have a probable root on both sides, the best of each sentence first."""
    doubtful = numpy.flatnonzero((scores > DOUBTFUL) & ~starts)
    bounds = [0, *numpy.flatnonzero(starts).tolist(), len(scores)]
    low = bounds[0]
    while doubtful.size and len(bounds) > 1:
        high = bounds[1]
        best, gain = 0, 0.0
        for i in doubtful[numpy.searchsorted(doubtful, low + 1) : numpy.searchsorted(doubtful, high)].tolist():
            found = scores[i] + ROOT_WEIGHT * min(roots[low:i].max(), roots[i:high].max())
            if found > gain:
                best, gain = i, found
        if best:
            starts[best] = True
            bounds.insert(1, best)
        else:
            low = bounds.pop(1)
            bounds[0] = low


def _moved(starts: Booleans, sure: Booleans, glued: Glued) -> Booleans:
    """Starts at a closing mark moved behind it, those behind an opening mark to it."""
    moved = starts & sure
    size = len(starts)
    for i in numpy.flatnonzero(starts & ~sure).tolist():
        while i < size and glued.after[i]:
            i += 1
        while 0 < i < size and glued.before[i - 1] and not sure[i]:
            i -= 1
        if i < size:
            moved[i] = True
    return moved
