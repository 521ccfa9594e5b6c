"""Fits the weights of the log-linear rankers and of the classifier on the project's annotated quotations.

Run as `python -m quoteminer.training.rankers DOCS… --gold GOLD… --output rankers.json`. The weights are fitted by
maximum likelihood with a Gaussian prior; features seen fewer than five times are left out.
"""

from __future__ import annotations

import collections
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from spacy.tokens import Doc

from quoteminer.analysis import make_view
from quoteminer.classify import KINDS, kind_features, kind_pointers, with_encoder
from quoteminer.entities import group_mentions
from quoteminer.lexicon import load_lexicon
from quoteminer.resolve import FORMS, NEW, Features, Resolved, Resolver
from quoteminer.scoring import same_source
from quoteminer.speakers import (
    Quotation,
    View,
    attribute,
    link_features,
    mention_bounds,
    pointed_mentions,
    proposals_for,
)

MINIMUM = 5
Rows = list[tuple[list[tuple[Features, bool]], float]]


def fit_ranker(questions: Rows, prior: float = 1.0) -> dict[str, float]:
    """Weights that make the right candidates of each question likely (several may be right)."""
    counts = collections.Counter(name for rows, _ in questions for found, _ in rows for name in found)
    names = sorted(name for name, n in counts.items() if n >= MINIMUM)
    index = {name: i for i, name in enumerate(names)}
    rows = [found for options, _ in questions for found, _ in options]
    right = numpy.array([ok for options, _ in questions for _, ok in options])
    sizes = numpy.array([len(options) for options, _ in questions])
    starts = numpy.concatenate([[0], numpy.cumsum(sizes)[:-1]])
    emphasis = numpy.array([weight for _, weight in questions])
    entries = [(r, index[name], value) for r, found in enumerate(rows) for name, value in found.items() if name in index]
    row, column, value = (numpy.array(x) for x in zip(*entries, strict=True))
    table = csr_matrix((value, (row, column)), shape=(len(rows), len(names)))

    def log_sums(scores: Any) -> tuple[Any, Any]:
        """Each question's log of the summed exponentials, and each row's share of it."""
        top = numpy.maximum.reduceat(scores, starts)
        exponentials = numpy.exp(scores - numpy.repeat(top, sizes))
        sums = numpy.add.reduceat(exponentials, starts)
        return top + numpy.log(sums), exponentials / numpy.repeat(sums, sizes)

    def loss(w: Any) -> tuple[float, Any]:
        scores = table @ w
        whole, p = log_sums(scores)
        part, q = log_sums(numpy.where(right, scores, -1e9))
        slope = table.T @ ((p - q) * numpy.repeat(emphasis, sizes)) + prior * w
        return float((emphasis * (whole - part)).sum() + 0.5 * prior * (w @ w)), slope

    best = minimize(loss, numpy.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return {name: round(float(x), 3) for name, x in zip(names, best.x, strict=True) if abs(x) >= 0.01}


def fit_classifier(rows: Sequence[tuple[Features, str]], prior: float = 1.0) -> dict[str, dict[str, float]]:
    """Multinomial weights for each kind."""
    questions: Rows = []
    for found, kind in rows:
        questions.append(([({f"{k}|{name}": v for name, v in found.items()}, k == kind) for k in KINDS], 1.0))
    weights = fit_ranker(questions, prior)
    split: dict[str, dict[str, float]] = {kind: {} for kind in KINDS}
    for name, value in weights.items():
        kind, _, feature = name.partition("|")
        split[kind][feature] = value
    return split


def collect(
    docs: Iterable[tuple[str, Doc]], gold: Mapping[str, Sequence[Mapping[str, Any]]], weights: Mapping[str, Any], *, pointers: bool
) -> tuple[dict[str, Rows], list[tuple[Features, str]]]:
    """The questions of each ranker and the rows of the classifier, with the gold speakers as history."""
    lexicon = load_lexicon()
    questions: dict[str, Rows] = {form: [] for form in (*FORMS, "link")}
    kinds: list[tuple[Features, str]] = []
    for name, doc in docs:
        if not pointers:
            doc.user_data.pop("news_encoder", None)
        view, _, given = make_view(doc, lexicon)
        links = attribute(view, given, weights)
        resolver = Resolver(view, group_mentions(doc, view.blocks, lexicon), lexicon, weights)
        encoder, mentions = kind_pointers(view), pointed_mentions(view)
        rows = {row["start"]: row for row in gold[name]}
        for quotation, (link, _) in zip(view.quotations, links, strict=True):
            row = next((rows[s] for s in range(quotation.span.start - 2, quotation.span.start + 3) if s in rows), None)
            if row is None:
                continue
            if row["kind"] in ("direct", "mixed") and row["form"] and quotation.index not in given:
                _ask_link(questions["link"], view, quotation, row, mentions)
            if row["kind"] in KINDS:
                kinds.append((with_encoder(kind_features(view, quotation, link), encoder.get(quotation.start)), row["kind"]))
            if row["kind"] not in ("direct", "mixed"):
                continue
            accepted = [*(row["speakers"] or ()), *row.get("accept", ())]
            resolved = resolver.resolve(quotation, link)
            right = tuple(e.number for e in resolver.entities if same_source(e.name, accepted, row["type"]))
            form = resolved.form
            if form in FORMS and len(row["speakers"] or ()) == 1:
                anchor = resolved.mention[0] if resolved.mention else quotation.start
                known = len(resolver.history)
                resolver.history.pop()
                found = resolver.features(form, quotation, anchor, resolved.mention)
                options = [(f, number in right or (number == NEW and _describes(resolver, resolved, accepted, row))) for number, f in found]
                if any(ok for _, ok in options) and not all(ok for _, ok in options):
                    questions[form].append((options, 1.0))
                resolver.history.append((quotation, resolved))
                assert len(resolver.history) == known
            # The gold speaker, where the document has one, is what later quotations see.
            if right:
                resolver.history[-1] = (quotation, Resolved(right[:1], resolved.mention, form))
                resolver._found[quotation.index] = resolver.history[-1][1]
    return questions, kinds


def _ask_link(
    questions: Rows, view: View, quotation: Quotation, row: Mapping[str, Any], pointers: Mapping[int, list[tuple[int, float]]]
) -> None:
    """The question which proposal attributes a quotation; silence is right where the gold has no mention beside it."""
    pointed = pointers.get(quotation.start, [])
    proposals = proposals_for(view, quotation, pointed)
    doc = view.doc
    right = []
    for link, _ in proposals:
        low, high = mention_bounds(view, link.subject if link.subject is not None else 0)
        start, end = doc[low].idx, doc[high - 1].idx + len(doc[high - 1])
        right.append(row["form"] != "implicit" and any(start < b and a < end for a, b in row["mentions"]))
    rows = link_features(view, quotation, proposals, pointed)
    options = list(zip(rows, [*right, row["form"] == "implicit"], strict=True))
    if any(ok for _, ok in options) and len(options) > 1:
        questions.append((options, 1.0))


def _describes(resolver: Resolver, resolved: Resolved, accepted: Sequence[str], row: Mapping[str, Any]) -> bool:
    if resolved.mention is None or row["form"] != "nominal":
        return False
    words = resolver.view.doc[resolved.mention[0] : resolved.mention[1]].text
    return same_source(words, accepted, row["type"])


def write(weights: Mapping[str, Any], output: Path) -> None:
    """Write the weights, one to a line, largest first."""
    output.write_text(json.dumps(weights, indent=1, ensure_ascii=False), encoding="utf8")
