"""Lemmas from a word's form and tag: a list of exceptions, else the rules of spelling, checked against known lemmas."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_CACHED = 20_000
PROPER = ("NNP", "NNPS")
ENDINGS = {
    "NNS": "s", "NNPS": "s", "VBZ": "s", "VBG": "ing", "VBD": "ed", "VBN": "ed",
    "JJR": "er", "RBR": "er", "JJS": "est", "RBS": "est",
}  # fmt: skip
SILENT_E = ("c", "v", "u", "z", "dg", "rg", "at", "rs", "ns", "ibl", "abl")
_SHORT = re.compile("[^aeiou]*[aeiou][^aeiouwxy]")
AFTER_SIBILANT = ("sses", "shes", "ches", "xes", "zes", "oes")


@dataclass(frozen=True)
class Lemmas:
    """What the rules of spelling need to know.

    Attributes:
        exceptions: by tag, the lemmas of forms (in lower case) that the rules get wrong.
        known: by the first two letters of a tag ("VB"), the lemmas that the training texts hold.
    """

    exceptions: Mapping[str, Mapping[str, str]]
    known: Mapping[str, Collection[str]]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Lemmas:
        """The lists as `to_json` gives them."""
        return cls(data["exceptions"], {sort: frozenset(words.split()) for sort, words in data["known"].items()})

    def to_json(self) -> dict[str, Any]:
        """The lists as JSON holds them."""
        known = {sort: " ".join(sorted(words)) for sort, words in self.known.items()}
        return {"exceptions": dict(self.exceptions), "known": known}


def stems(form: str, ending: str) -> list[str]:
    """What a form in lower case may be an inflection of, the likeliest first; the form itself where it has no ending.

    >>> stems("parties", "s"), stems("running", "ing")
    (['party', 'partie'], ['run', 'runn', 'runne'])
    """
    if ending == "s":
        if form.endswith("ies") and len(form) > 4:
            return [form[:-3] + "y", form[:-1]]
        if form.endswith(AFTER_SIBILANT):
            return [form[:-2], form[:-1]]
        if form.endswith("s") and not form.endswith(("ss", "us", "is")) and len(form) > 1:
            return [form[:-1], form[:-2]] if form.endswith("es") else [form[:-1]]
        return [form]
    stem = form.removesuffix(ending)
    if stem == form or len(stem) < 2:
        return [form]
    if stem.endswith("i") and ending != "ing":
        return [stem[:-1] + "y", stem + "e"]
    if stem[-1] == stem[-2] and stem[-1] not in "aeiou":
        return [stem, stem[:-1], stem + "e"] if stem[-1] in "lsz" else [stem[:-1], stem, stem + "e"]
    # "hoping": "hop" would have doubled its consonant.
    silent = _SHORT.fullmatch(stem) is not None or stem.endswith(SILENT_E)
    return [stem + "e", stem] if silent else [stem, stem + "e"]


def lemma_of(form: str, tag: str, lemmas: Lemmas) -> str:
    """The lemma of a form with a Penn Treebank tag; that of a name keeps its capitals."""
    lowered = form.lower()
    exception = lemmas.exceptions.get(tag, {}).get(lowered)
    if exception is not None:
        return exception
    ending = ENDINGS.get(tag)
    if tag in PROPER:
        return form if ending is None else stems(form, ending)[0]
    if ending is None:
        return lowered if form != "I" else form
    found = stems(lowered, ending)
    known = lemmas.known.get(tag[:2], ())
    return next((stem for stem in found if stem in known), found[0])


class Lemmatizer:
    """Gives lemmas, each of a form and a tag once, in a bounded memory."""

    def __init__(self, lemmas: Lemmas, tags: Sequence[str]) -> None:
        self.lemmas, self.tags = lemmas, tuple(tags)
        self._known: dict[tuple[str, int], str] = {}

    def __call__(self, forms: Iterable[str], tags: Iterable[int]) -> list[str]:
        """The lemma of each form with the tag of that number."""
        if len(self._known) > MAX_CACHED:
            self._known.clear()
        known, found = self._known, []
        for key in zip(forms, map(int, tags), strict=True):
            lemma = known.get(key)
            if lemma is None:
                lemma = known[key] = lemma_of(key[0], self.tags[key[1]], self.lemmas)
            found.append(lemma)
        return found
