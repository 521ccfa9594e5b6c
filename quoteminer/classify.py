"""What a stretch in quotation marks is: a direct or mixed quotation, a term (scare quotes, gloss), a title.

A log-linear classifier over what the stretch looks like and what stands beside it; its weights stand in
`data/rankers.json` and are fitted by `python -m quoteminer.training rankers`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from spacy.tokens import Doc, Token

from quoteminer.loglinear import Features, score_of, softmax
from quoteminer.view import Link, Quotation, View

KINDS = ("direct", "mixed", "term", "title")
FINITE = frozenset(("VBD", "VBZ", "VBP", "MD"))
SMALL = frozenset(("DET", "ADP", "CCONJ", "PART", "PUNCT"))
INVOLVED = frozenset(("i", "we", "my", "our", "me", "us", "you", "your"))
SHORT = 3  # words
LENGTHS = ((1, "1"), (2, "2"), (3, "3"), (5, "4-5"), (8, "6-8"), (15, "9-15"))


def kind_features(view: View, quotation: Quotation, link: Link | None) -> Features:
    """What the classifier looks at, by name."""
    doc, words, span = view.doc, view.words, quotation.span
    start, end = quotation.start, quotation.end
    inside = [i for i in range(start, end) if words[i].isalnum() or not (doc[i].is_punct or words[i].isspace())]
    found: Features = {"always": 1.0, f"rule {link.rule}" if link else "no rule": 1.0}
    length = next((name for most, name in LENGTHS if len(inside) <= most), "16+")
    found[f"words {length}"] = 1.0
    finite = any(doc[i].tag_ in FINITE for i in inside)
    upper = bool(inside) and words[inside[0]][:1].isupper()
    found[f"{'upper' if upper else 'lower'}, {'finite' if finite else 'no verb'}"] = 1.0
    last = view.content(quotation).rstrip()[-1:]
    following = next((doc[i] for i in range(end, min(end + 2, len(words))) if not words[i].isspace()), None)
    preceding = next((doc[i] for i in range(start - 1, max(-1, start - 3), -1) if not words[i].isspace()), None)
    found[f"ends {last if last in ',.?!…-' else 'word'}"] = 1.0
    before_it, after_it = f"before it {_sort(preceding)}", f"after it {_sort(following)}"
    found |= {before_it: 1.0, after_it: 1.0}
    if len(inside) <= SHORT:
        found[f"short, {before_it}, {after_it}"] = 1.0  # "a “river force” patrols"
    if _is_capitalised(doc, words, inside):
        found["every word capital"] = 1.0
    if upper and len(inside) == 1:
        found["one capital word"] = 1.0
    if not INVOLVED.isdisjoint(view.lowered[start:end]):
        found["speaks of I, we or you"] = 1.0
    block = view.blocks[quotation.block] if view.blocks else None
    if block is not None:
        found[f"in a {block.kind}"] = 1.0
        if quotation.block == 0:
            found["first block"] = 1.0
        if span.start <= block.start + 2 and span.end >= block.end - 1:
            found["fills its block"] = 1.0
        elif span.start <= block.start + 2:
            found["begins its block"] = 1.0
    near = [i for i in range(max(0, start - 4), start) if view.quoted[i] < 0][-3:]
    beside = {*(view.lowered[i] for i in near), *(doc[i].lemma_.lower() for i in near)}
    for name, cues in (("title", view.lexicon.title_cues), ("term", view.lexicon.term_cues)):
        if not cues.isdisjoint(beside):
            found[f"{name} cue before"] = 1.0
    if following is not None and following.lemma_.lower() in view.lexicon.title_cues:
        found["title cue after"] = 1.0
    before, after = view.before(quotation), view.after(quotation)
    around = [*view.reports_between(*before), *view.reports_between(*after)]
    if any(report.strength == "strong" and report.subject is not None for report in around):
        found["strong report in the sentence"] = 1.0
    elif around:
        found["weak report in the sentence"] = 1.0
    if span.style in ("single", "backtick"):
        found["single marks"] = 1.0
    if not span.closed:
        found["not closed"] = 1.0
    return found


def _is_capitalised(doc: Doc, words: Sequence[str], tokens: Sequence[int]) -> bool:
    """Whether all of some words but the small ones, at least two, have a capital."""
    capitals = 0
    for i in tokens:
        if doc[i].pos_ not in SMALL:
            if not (words[i][:1].isupper() or doc[i].like_num):
                return False
            capitals += 1
    return capitals > 1


def _sort(token: Token | None) -> str:
    if token is None:
        return "nothing"
    return token.text[:1] if token.is_punct else token.pos_


def kind_pointers(view: View) -> dict[int, list[float]]:
    """The encoder's probabilities of the four kinds, by the token of the opening mark; empty on other pipelines."""
    return dict((view.pointers or {}).get("kind", ()))


def with_encoder(found: Features, probabilities: list[float] | None) -> Features:
    """The features with what the encoder says added."""
    if probabilities:
        for kind, probability in zip(KINDS, probabilities, strict=True):
            found[f"encoder {kind}"] = math.log(max(probability, 1e-3))
    return found


def classify(found: Features, weights: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The probabilities of the four kinds."""
    return dict(zip(KINDS, softmax([score_of(found, weights[kind]) for kind in KINDS]), strict=True))
