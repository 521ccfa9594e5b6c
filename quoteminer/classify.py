"""What a stretch in quotation marks is: a direct or mixed quotation, a term (scare quotes, gloss), a title.

A log-linear classifier over what the stretch looks like and what stands beside it; its weights stand in
`data/rankers.json` and are fitted by `python -m quoteminer.training rankers`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from spacy.tokens import Token

from quoteminer.view import Features, Link, Quotation, View

KINDS = ("direct", "mixed", "term", "title")
FINITE = frozenset(("VBD", "VBZ", "VBP", "MD"))
SMALL = frozenset(("DET", "ADP", "CCONJ", "PART", "PUNCT"))
INVOLVED = frozenset(("i", "we", "my", "our", "me", "us", "you", "your"))
SHORT = 3  # words
LENGTHS = ((1, "1"), (2, "2"), (3, "3"), (5, "4-5"), (8, "6-8"), (15, "9-15"))


def kind_features(view: View, quotation: Quotation, link: Link | None) -> Features:
    """What the classifier looks at, by name."""
    doc, span = view.doc, quotation.span
    content = view.content(quotation)
    tokens = [t for t in doc[quotation.start : quotation.end] if not t.is_punct and not t.is_space]
    found: Features = {"always": 1.0, f"rule {link.rule}" if link else "no rule": 1.0}
    length = next((name for most, name in LENGTHS if len(tokens) <= most), "16+")
    found[f"words {length}"] = 1.0
    finite = any(t.tag_ in FINITE for t in tokens)
    first = tokens[0] if tokens else None
    upper = first is not None and first.text[:1].isupper()
    found[f"{'upper' if upper else 'lower'}, {'finite' if finite else 'no verb'}"] = 1.0
    last = content.rstrip()[-1:]
    following = next((t for t in doc[quotation.end : quotation.end + 2] if not t.is_space), None)
    preceding = next((t for t in reversed(doc[max(0, quotation.start - 2) : quotation.start]) if not t.is_space), None)
    found[f"ends {last if last in ',.?!…-' else 'word'}"] = 1.0
    before_it, after_it = f"before it {_sort(preceding)}", f"after it {_sort(following)}"
    found |= {before_it: 1.0, after_it: 1.0}
    if len(tokens) <= SHORT:
        found[f"short, {before_it}, {after_it}"] = 1.0  # "a “river force” patrols"
    if _is_capitalised(tokens):
        found["every word capital"] = 1.0
    if upper and len(tokens) == 1:
        found["one capital word"] = 1.0
    if any(t.lower_ in INVOLVED for t in tokens):
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
    near = [t for t in doc[max(0, quotation.start - 4) : quotation.start] if view.quoted[t.i] < 0]
    for name, words in (("title", view.lexicon.title_cues), ("term", view.lexicon.term_cues)):
        if any(t.lemma_.lower() in words or t.lower_ in words for t in near[-3:]):
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


def _is_capitalised(tokens: Sequence[Token]) -> bool:
    """Whether all words but the small ones, at least two, have a capital."""
    words = 0
    for token in tokens:
        if token.pos_ not in SMALL:
            if not (token.text[:1].isupper() or token.like_num):
                return False
            words += 1
    return words > 1


def _sort(token: object) -> str:
    if token is None:
        return "nothing"
    if token.is_punct:  # type: ignore[attr-defined]
        return str(token.text)[:1]  # type: ignore[attr-defined]
    return str(token.pos_)  # type: ignore[attr-defined]


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
    scores = {kind: sum(weights[kind].get(name, 0.0) * value for name, value in found.items()) for kind in KINDS}
    top = max(scores.values())
    exponentials = {kind: math.exp(score - top) for kind, score in scores.items()}
    total = sum(exponentials.values())
    return {kind: value / total for kind, value in exponentials.items()}
