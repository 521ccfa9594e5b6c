"""From a text's words to all that the network says of them, window by window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy

from quoteminer.pipeline.decode import Floats, Integers, decode_names, decode_tree
from quoteminer.pipeline.features import LINE, Words
from quoteminer.pipeline.sentences import Booleans, Glued, find_starts
from quoteminer.pipeline.session import Sessions

LAYERS = ("tag", "pos", "morph", "name", "head", "label")
POINTERS = ("mention", "speaker", "antecedent")
LONGEST_PIECES = 500
CONTEXT_PIECES = 125
UNSURE = 3
POINTED = 4
PRONOUNS = frozenset(("he", "she", "his", "her", "him", "hers", "they", "them", "their", "it", "its", "who"))
DEFINITE = frozenset(("the", "this", "that", "these", "those", "its", "his", "her", "their"))
NOUN_TAGS = ("NN", "NNS")
OPENING_MARKS = frozenset("\"'“”„‟«»‘`‹›「」『』")


@dataclass(frozen=True)
class Asking:
    """The words that may point at others: opening marks at a speaker and a mention, pronouns at an antecedent.

    So may the nouns that one of the `definite` words determines: "the company".
    """

    marks: Integers
    pronouns: Integers
    definite: Integers

    @classmethod
    def of(cls, words: Sequence[str]) -> Asking:
        """Those among `words`."""
        marks = [i for i, word in enumerate(words) if word[0] in OPENING_MARKS and not any(c.isalnum() for c in word)]
        short = [(i, word.lower()) for i, word in enumerate(words) if len(word) < 6]
        pronouns = [i for i, word in short if word in PRONOUNS]
        definite = [i for i, word in short if word in DEFINITE]
        return cls(*(numpy.array(x, dtype=numpy.int64) for x in (marks, pronouns, definite)))


@dataclass
class Predicted:
    """What the network says of a sequence of words.

    Attributes:
        layers: for each of `LAYERS` an array [words]: each word's class, and as "head" its head, a root's its own.
        names: [words, classes], the log-probabilities of the classes of names.
        starts: where sentences start.
        cues: the words that report speech.
        kinds: (word, probabilities of the kinds of a quotation) of each opening mark.
        pointers: for each of `POINTERS`, (word, [(target word or -1 for none, probability), …]) of each word that asks.
    """

    layers: dict[str, Integers]
    names: Floats
    starts: list[int]
    cues: list[int]
    kinds: list[tuple[int, list[float]]]
    pointers: dict[str, list[tuple[int, list[tuple[int, float]]]]]


def predict(sessions: Sessions, words: Words, begins: Booleans, glued: Glued, asking: Asking) -> Predicted:
    """Run the network over `words`.

    Each window is read alone, so that nothing depends on what else is in a batch, and memory does not grow with the
    text. A window begins at a sentence that the one before it has found, so that none is cut that fits a window.

    Args:
        sessions: the model.
        words: one or more words.
        begins: [words], where a sentence begins for sure.
        glued: the marks that belong to the word before or behind them.
        asking: the words whose pointers are kept.
    """
    config = sessions.config
    size = len(words)
    layers = {name: numpy.zeros(size, dtype=numpy.int64) for name in LAYERS}
    names = numpy.zeros((size, len(config.classes["name"])), dtype=numpy.float32)
    found = Predicted(layers, names, [], [], [], {name: [] for name in POINTERS})
    breaks = numpy.flatnonzero(words.spacings >= LINE)
    start = settled = 0
    while settled < size:
        end = _window_end(words, breaks, start, settled, config.longest)
        output = sessions.encode(words, start, end)
        starts = find_starts(output, begins[start:end], glued.part(start, end))
        starts[settled - start] = True
        bounds = start + numpy.flatnonzero(starts)
        bounds = bounds[bounds >= settled]
        last = end
        if end < size and not begins[end] and len(bounds) > 1:
            # The last sentence goes on behind the window: the next window reads it whole. A sentence that seems to
            # begin at the very end is not trusted, as the network has not seen what follows.
            trusted = bounds[bounds <= end - UNSURE]
            last = int(trusted[-1] if len(trusted) > 1 else bounds[-1])
        bounds = numpy.append(bounds[bounds < last], last)
        _settle(sessions, found, output, start, bounds, asking)
        seen = start + numpy.flatnonzero(starts)
        reach = int(numpy.searchsorted(words.offsets, words.offsets[last] - CONTEXT_PIECES))
        seen = seen[(seen >= max(start + 1, last - config.context, reach)) & (seen <= last)]
        start, settled = (int(seen[0]) if len(seen) else last), last
    return found


def _window_end(words: Words, breaks: Integers, start: int, settled: int, longest: int) -> int:
    """Where a window ends: after at most `longest` words and LONGEST_PIECES pieces, at a line's end if one is near."""
    size = len(words)
    reach = int(numpy.searchsorted(words.offsets, words.offsets[start] + LONGEST_PIECES, side="right")) - 1
    end = max(settled + 1, min(size, start + longest, reach))
    if end < size:
        cut = int(numpy.searchsorted(breaks, end, side="right")) - 1
        if cut >= 0 and breaks[cut] > max(settled, start + (end - start) * 2 // 3):
            return int(breaks[cut])
    return end


def _settle(
    sessions: Sessions, found: Predicted, output: dict[str, Any], start: int, bounds: Integers, asking: Asking
) -> None:
    """Decode the sentences between `bounds` from the output of the window that begins at `start`."""
    low, high = int(bounds[0]), int(bounds[-1])
    rows = slice(low - start, high - start)
    layers = found.layers
    for name in ("tag", "pos", "morph"):
        layers[name][low:high] = output[name][rows]
    found.starts.extend(bounds[:-1].tolist())
    found.names[low:high] = output["name"][rows]
    layers["name"][low:high] = decode_names(output["name"][rows], sessions.config.classes["name"], bounds[:-1] - low)
    heads = layers["head"]
    arcs = output["arc"]
    edges = bounds.tolist()
    for a, b in pairwise(edges):
        scores = arcs[a - start : b - start]
        local = decode_tree(numpy.concatenate((scores[:, :1], scores[:, a - start + 1 : b - start + 1]), axis=1))
        heads[a:b] = numpy.where(local == 0, numpy.arange(a, b), a - 1 + local)
    vectors = output["words"]
    layers["label"][low:high] = sessions.label(vectors[rows], vectors[heads[low:high] - start])
    found.cues.extend((low + numpy.flatnonzero(output["cue"][rows] > 0)).tolist())
    marks, pronouns, definite = (
        words[numpy.searchsorted(words, low) : numpy.searchsorted(words, high)]
        for words in (asking.marks, asking.pronouns, asking.definite)
    )
    if len(marks):
        for name in ("mention", "speaker"):
            found.pointers[name].extend(_targets(marks, output[name][marks - start], start))
        kinds = _softmax(output["kind"][marks - start]).round(4)
        found.kinds.extend(zip(marks.tolist(), kinds.tolist(), strict=True))
    nouns = determined(definite, heads, layers["tag"], sessions.config.classes["tag"])
    asked = numpy.union1d(pronouns, nouns)
    if len(asked):
        found.pointers["antecedent"].extend(_targets(asked, output["antecedent"][asked - start], start))


def determined(definite: Integers, heads: Integers, tags: Integers, classes: Sequence[str]) -> Integers:
    """The common nouns that words like "the" determine, in order: the words that may point at an antecedent.

    Args:
        definite: the words, of `DEFINITE`.
        heads: [words], each word's head, negative where it is none or not known.
        tags: [words], each word's tag, a number in `classes`.
        classes: the names of the tags.
    """
    common = [i for i, tag in enumerate(classes) if tag in NOUN_TAGS]
    nouns = heads[definite]
    nouns = nouns[nouns >= 0]
    return numpy.unique(nouns[numpy.isin(tags[nouns], common)])


def _targets(words: Integers, scores: Any, start: int) -> list[tuple[int, list[tuple[int, float]]]]:
    scores = _softmax(scores)
    rows = numpy.arange(len(scores))
    top = numpy.empty((len(scores), min(POINTED, scores.shape[1])), dtype=numpy.int64)
    left = scores.copy()
    for place in range(top.shape[1]):
        top[:, place] = left.argmax(axis=1)
        left[rows, top[:, place]] = -1.0
    shares = numpy.take_along_axis(scores, top, 1).round(4).tolist()
    targets = numpy.where(top == 0, -1, top - 1 + start).tolist()
    found = zip(words.tolist(), targets, shares, strict=True)
    return [(word, list(zip(target, share, strict=True))) for word, target, share in found]


def _softmax(scores: Any) -> Any:
    exponentials = numpy.exp(scores.astype(numpy.float64) - scores.max(axis=-1, keepdims=True))
    return exponentials / numpy.maximum(exponentials.sum(axis=-1, keepdims=True), math.ulp(0.0))
