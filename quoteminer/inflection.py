"""The lemmas of English verb forms by the rules of spelling, for texts and pipelines without a lemmatizer."""

from __future__ import annotations

from functools import lru_cache

IRREGULAR_PASTS = {
    "said": "say", "told": "tell", "wrote": "write", "written": "write", "thought": "think", "felt": "feel",
    "spoke": "speak", "spoken": "speak", "swore": "swear", "sworn": "swear", "sang": "sing", "sung": "sing",
    "began": "begin", "went": "go", "gone": "go", "put": "put", "read": "read", "knew": "know", "found": "find",
    "held": "hold", "made": "make", "gave": "give", "saw": "see", "heard": "hear", "bade": "bid", "shot": "shoot",
    "hit": "hit", "taught": "teach", "meant": "mean", "foresaw": "foresee", "foretold": "foretell", "quoth": "say",
    "ran": "run",
}  # fmt: skip
_ENDINGS = ("ed", "ing", "es", "s", "d")
_ENDINGS_WITHOUT_E = ("ed", "ing")


@lru_cache(maxsize=20_000)
def verb_lemmas(form: str) -> tuple[str, ...]:
    """The lemmas that a verb's form may have by the rules of English spelling, the form itself first.

    >>> verb_lemmas("replied")[:2]
    ('replied', 'reply')
    """
    form = form.lower()
    found = [form]
    if form in IRREGULAR_PASTS:
        found.append(IRREGULAR_PASTS[form])
    for ending in ("ied", "ies"):
        if form.endswith(ending):
            found.append(form[:-3] + "y")
    for ending in _ENDINGS:
        stem = form.removesuffix(ending)
        if stem != form and len(stem) > 1:
            found += [stem, stem + "e"] if ending in _ENDINGS_WITHOUT_E else [stem]
            if len(stem) > 3 and stem[-1] == stem[-2]:
                found.append(stem[:-1])
    return tuple(dict.fromkeys(found))


def verb_forms(lemma: str) -> frozenset[str]:
    """All forms for which `verb_lemmas` gives a lemma, spellings that nobody uses among them.

    >>> verb_forms("reply") >= {"reply", "replies", "replied", "replying"}
    True
    """
    stems = (lemma, lemma + lemma[-1])
    forms = {lemma, *(stem + ending for stem in stems for ending in _ENDINGS)}
    forms.update(past for past, present in IRREGULAR_PASTS.items() if present == lemma)
    if lemma.endswith("y"):
        forms.update((lemma[:-1] + "ied", lemma[:-1] + "ies"))
    if lemma.endswith("e"):
        forms.update(stem[:-1] + ending for stem in stems for ending in _ENDINGS_WITHOUT_E)
    return frozenset(forms)
