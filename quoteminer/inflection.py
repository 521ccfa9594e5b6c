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
    for ending in ("ed", "ing", "es", "s", "d"):
        stem = form.removesuffix(ending)
        if stem != form and len(stem) > 1:
            found += [stem, stem + "e"] if ending in ("ed", "ing") else [stem]
            if len(stem) > 3 and stem[-1] == stem[-2]:
                found.append(stem[:-1])
    return tuple(dict.fromkeys(found))
