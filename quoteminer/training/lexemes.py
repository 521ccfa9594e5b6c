"""What the lemmatizer learns: the lemmas of the training texts, and the forms whose lemma spelling does not give."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from quoteminer.pipeline.lemmas import ENDINGS, PROPER, Lemmas, lemma_of
from quoteminer.training.corpora import Document

GOLD = ("ewt", "gum")
NO_INFLECTION = frozenset((*PROPER, "GW", "FW", "ADD", "CD", "SYM", "LS", "UH", "AFX", "HYPH", "NFP", "$"))
_WORD = re.compile(r"[\w.'’-]*[^\W\d_][\w.'’-]*")
RELIABLE = 2  # times that a form was seen with a lemma

Counts = defaultdict[tuple[str, str], Counter[str]]


def collect_lemmas(documents: Iterable[Document]) -> Lemmas:
    """Count forms, tags and lemmas; what people annotated goes before what a machine did.

    A machine's lemma is believed where people have written it too, and a verb is no lemma of its own past.
    """
    gold: Counts = defaultdict(Counter)
    silver: Counts = defaultdict(Counter)
    for document in documents:
        if document.split != "train":
            continue
        counts = gold if document.corpus in GOLD else silver
        for word in document.words or ():
            form = document.text[word.start : word.end].lower()
            lemma = word.lemma if word.lemma and word.lemma != "_" else form
            if word.tag and word.tag not in NO_INFLECTION and _WORD.fullmatch(form):
                counts[(form, word.tag)][lemma] += 1
    written = Counter[str]()
    for counter in gold.values():
        written.update(counter)
    best: dict[tuple[str, str], str] = {}
    for key, counter in silver.items():
        lemma, times = counter.most_common(1)[0]
        inflected = key[1] in ENDINGS and key[1] != "NNS"
        if times >= RELIABLE and written[lemma] and not (inflected and lemma == key[0]):
            best[key] = lemma
    best |= {key: counter.most_common(1)[0][0] for key, counter in gold.items()}
    known: defaultdict[str, set[str]] = defaultdict(set)
    for (_, tag), lemma in best.items():
        known[tag[:2]].add(lemma)
    rules = Lemmas({}, {sort: known[sort] for sort in sorted({tag[:2] for tag in ENDINGS})})
    exceptions: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for (form, tag), lemma in sorted(best.items()):
        if lemma_of(form, tag, rules) != lemma and written[lemma] >= RELIABLE:
            exceptions[tag][form] = lemma
    return Lemmas(dict(exceptions), rules.known)
