"""Names that agree within a text: one label for each form wherever it stands, and no title in a person's name.

The network decides each mention alone. A news text writes a name the same way again and again and means the same, so
the mentions of a form are decided together (as in Krishnan and Manning 2006, here by their summed log-probabilities),
and those that the network overlooked are found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Set
from functools import lru_cache
from typing import NamedTuple

import numpy

from quoteminer.pipeline.decode import Floats, Integers

# What one mention weighs at most against a label, and a fuller name for the label of its short form.
MOST = 8.0
LONGEST_ACRONYM = 7

Form = tuple[str, ...]


class Scheme(NamedTuple):
    """The numbers of the tags: "O", and of each label that which begins a name and that which goes on with it."""

    labels: tuple[str, ...]
    outside: int
    begins: tuple[int, ...]
    insides: tuple[int, ...]


class Name(NamedTuple):
    """A name: its words, and the number of its label."""

    start: int
    end: int
    label: int


@lru_cache
def scheme_of(tags: tuple[str, ...]) -> Scheme:
    """What the names of the tags, "O", "B-…" and "I-…", say."""
    labels = tuple(tag[2:] for tag in tags if tag.startswith("B-"))
    begins, insides = (tuple(tags.index(f"{prefix}-{label}") for label in labels) for prefix in "BI")
    return Scheme(labels, tags.index("O"), begins, insides)


def agree(
    words: Sequence[str], tagged: Integers, scores: Floats, starts: Integers, scheme: Scheme, titles: Set[str]
) -> Integers:
    """Let the names of a text agree.

    Args:
        words: the text's words.
        tagged: [words], the number of each word's tag, a valid BIO sequence.
        scores: [words, tags], log-probabilities.
        starts: where sentences start, in order; no name goes on from one to the next.
        scheme: what the tags are.
        titles: words in small letters, without full stops, that are no part of a person's name: "mr".

    Returns:
        [words], the tags of names without titles, all mentions of a form under one label or none of them a name.
    """
    names = _without_titles(words, _names(tagged, scheme), scheme, titles)
    places: dict[Form, list[Name]] = defaultdict(list)
    for name in names:
        places[tuple(words[name.start : name.end])].append(name)
    shorts = _short_forms(words, names, scheme)
    known = [*places, *(form for form, label in shorts.items() if scheme.labels[label] != "PERSON")]
    for name, form in _overlooked(words, names, known, starts):
        places[form].append(name)
    agreed: Integers = numpy.full(len(words), scheme.outside, dtype=numpy.int64)
    for form, mentions in places.items():
        total = _votes(mentions, scores, scheme)
        if form in shorts:
            total[shorts[form]] += MOST
        label = int(total.argmax())
        if label < len(scheme.labels):
            for start, end, _ in mentions:
                agreed[start:end], agreed[start] = scheme.insides[label], scheme.begins[label]
    return agreed


def _votes(mentions: Sequence[Name], scores: Floats, scheme: Scheme) -> Floats:
    """[labels + 1], how much speaks for each label and, in the last place, for no name at all."""
    total = numpy.zeros(len(scheme.labels) + 1)
    for start, end, _ in mentions:
        rows = scores[start:end]
        votes = numpy.empty(len(total))
        votes[:-1] = numpy.maximum(rows[:, scheme.begins], rows[:, scheme.insides]).mean(axis=0)
        votes[-1] = rows[:, scheme.outside].mean()
        total += numpy.maximum(votes - votes.max(), -MOST)
    return total


def _names(tagged: Integers, scheme: Scheme) -> list[Name]:
    names: list[Name] = []
    for i in numpy.flatnonzero(tagged != scheme.outside).tolist():
        tag = int(tagged[i])
        if tag in scheme.begins:
            names.append(Name(i, i + 1, scheme.begins.index(tag)))
        else:
            names[-1] = names[-1]._replace(end=i + 1)
    return names


def _without_titles(words: Sequence[str], names: Sequence[Name], scheme: Scheme, titles: Set[str]) -> list[Name]:
    """Persons begin behind their titles; a title alone is nobody's name, unless somebody has it for a surname."""
    surnames = {words[end - 1] for start, end, _ in names if end - start > 1}
    kept = []
    for name in names:
        start, end, label = name
        if scheme.labels[label] == "PERSON":
            while start < end and words[start].lower().rstrip(".") in titles:
                start += 1
            if start == end and words[end - 1] in surnames:
                start -= 1
        if start < end:
            kept.append(Name(start, end, label))
    return kept


def _short_forms(words: Sequence[str], names: Sequence[Name], scheme: Scheme) -> dict[Form, int]:
    """Forms that stand for fuller names of the text, with their labels: surnames, and acronyms in brackets."""
    found: dict[Form, int] = {}
    for start, end, label in names:
        if end - start == 1:
            continue
        if scheme.labels[label] == "PERSON":
            found[(words[end - 1],)] = label
        elif tuple(words[end : end + 3 : 2]) == ("(", ")"):
            acronym = words[end + 1]
            if acronym.isupper() and 1 < len(acronym) <= LONGEST_ACRONYM:
                found[(acronym,)] = label
    return found


def _overlooked(
    words: Sequence[str], names: Sequence[Name], forms: Sequence[Form], starts: Integers
) -> list[tuple[Name, Form]]:
    """Where forms that begin with a capital stand outside of the names, the longest form first."""
    by_word: dict[str, list[Form]] = defaultdict(list)
    for form in sorted(set(forms), key=len, reverse=True):
        if form[0][:1].isupper():
            by_word[form[0]].append(form)
    taken = numpy.zeros(len(words), dtype=bool)
    for start, end, _ in names:
        taken[start:end] = True
    inner = numpy.ones(len(words), dtype=bool)
    inner[starts] = False
    found = []
    for i, word in enumerate(words):
        for form in by_word.get(word, ()):
            end = i + len(form)
            if tuple(words[i:end]) == form and not taken[i:end].any() and inner[i + 1 : end].all():
                found.append((Name(i, end, -1), form))
                taken[i:end] = True
                break
    return found
