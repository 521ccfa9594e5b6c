"""Lemmas as edit rules over the word's ending, so that a classifier can predict them (after Chrupała 2006)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

IDENTITY = "0|"
MAX_CACHED = 100_000


def rule_of(form: str, lemma: str) -> str:
    """The rule that turns `form` into `lemma`: "k|ending" cuts k characters and adds the ending.

    A rule works on the lower-cased form, unless it ends in "|=", which keeps the form's case.
    """
    lowered = form.lower()
    if lemma == lemma.lower() and len(lowered) == len(form):
        return _edit(lowered, lemma)
    return _edit(form, lemma) + "|="


def _edit(form: str, lemma: str) -> str:
    shared = 0
    while shared < min(len(form), len(lemma)) and form[shared] == lemma[shared]:
        shared += 1
    return f"{len(form) - shared}|{lemma[shared:]}"


def apply_rule(form: str, rule: str) -> str:
    """The lemma that a rule gives for a form; the form itself where the rule cuts more than there is."""
    keeps_case = rule.endswith("|=")
    cut, _, ending = rule.removesuffix("|=").partition("|")
    base = form if keeps_case else form.lower()
    if int(cut) > len(base):
        return base
    return (base[: len(base) - int(cut)] + ending) or base


class Lemmatizer:
    """Applies numbered rules, each to each form once, in a bounded memory."""

    def __init__(self, rules: Sequence[str]) -> None:
        self.rules = tuple(rules)
        self._known: dict[tuple[str, int], str] = {}

    def __call__(self, forms: Iterable[str], numbers: Iterable[int]) -> list[str]:
        """The lemma of each form by the rule of its number."""
        if len(self._known) > MAX_CACHED:
            self._known.clear()
        known, lemmas = self._known, []
        for key in zip(forms, map(int, numbers), strict=True):
            lemma = known.get(key)
            if lemma is None:
                lemma = known[key] = apply_rule(key[0], self.rules[key[1]])
            lemmas.append(lemma)
        return lemmas
