"""Fits the weights of the log-linear rankers and of the classifier on the project's annotated quotations.

Run as `python -m quoteminer.training rankers --eval EVAL`. The weights are fitted by
maximum likelihood with a Gaussian prior; features seen fewer than five times are left out.
"""

from __future__ import annotations

import collections
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
from scipy.optimize import minimize  # type: ignore[import-untyped, unused-ignore]
from scipy.sparse import csr_matrix  # type: ignore[import-untyped, unused-ignore]
from spacy.language import Language
from spacy.tokens import Doc, DocBin

from quoteminer.analysis import analyse, make_view
from quoteminer.candidate_features import FORMS, OLD, REPORTER, Resolved
from quoteminer.classify import KINDS, kind_features, kind_pointers, with_encoder
from quoteminer.entities import group_mentions
from quoteminer.lexicon import load_lexicon
from quoteminer.loglinear import Features
from quoteminer.pointers import targets_of
from quoteminer.resolve import Resolver
from quoteminer.scoring import same_source
from quoteminer.speakers import attribute, link_features, proposals_for
from quoteminer.view import Quotation, View

MINIMUM = 5
PRIOR, PRIOR_OF_KINDS = 2.0, 6.0
LAYERS = ("TAG", "POS", "MORPH", "LEMMA", "DEP", "HEAD", "SENT_START", "ENT_IOB", "ENT_TYPE", "SPACY")
Rows = list[tuple[list[tuple[Features, bool]], float]]


def fit_ranker(questions: Rows, prior: float = PRIOR) -> dict[str, float]:
    """Weights that make the right candidates of each question likely (several may be right)."""
    counts = collections.Counter(name for rows, _ in questions for found, _ in rows for name in found)
    names = sorted(name for name, n in counts.items() if n >= MINIMUM)
    index = {name: i for i, name in enumerate(names)}
    rows = [found for options, _ in questions for found, _ in options]
    right = numpy.array([ok for options, _ in questions for _, ok in options])
    sizes = numpy.array([len(options) for options, _ in questions])
    starts = numpy.concatenate([[0], numpy.cumsum(sizes)[:-1]])
    emphasis = numpy.array([weight for _, weight in questions])
    entries = [
        (r, index[name], value) for r, found in enumerate(rows) for name, value in found.items() if name in index
    ]
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


def fit_classifier(rows: Sequence[tuple[Features, str]], prior: float = PRIOR_OF_KINDS) -> dict[str, dict[str, float]]:
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
    docs: Iterable[tuple[str, Doc]],
    gold: Mapping[str, Sequence[Mapping[str, Any]]],
    weights: Mapping[str, Any],
    *,
    pointers: bool,
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
        resolver = Resolver(view, group_mentions(view.page), weights)
        encoder, mentions = kind_pointers(view), targets_of(view, "mention")
        rows = {row["start"]: row for row in gold[name]}
        for quotation, (link, _) in zip(view.quotations, links, strict=True):
            row = next((rows[s] for s in range(quotation.span.start - 2, quotation.span.start + 3) if s in rows), None)
            if row is None:
                continue
            if row["kind"] in ("direct", "mixed") and row["form"] and quotation.index not in given:
                _ask_link(questions["link"], view, quotation, row, mentions)
            if row["kind"] in KINDS:
                kinds.append(
                    (with_encoder(kind_features(view, quotation, link), encoder.get(quotation.start)), row["kind"])
                )
            if row["kind"] not in ("direct", "mixed"):
                continue
            accepted = [*(row["speakers"] or ()), *row.get("accept", ())]
            resolved = resolver.resolve(quotation, link)
            right = tuple(e.number for e in resolver.entities if same_source(e.name, accepted, row["type"]))
            form = resolved.form
            if form in FORMS and len(row["speakers"] or ()) == 1:
                anchor = resolved.mention[0] if resolved.mention else quotation.start
                resolver.features.forget()
                found = resolver.features.of(form, quotation, anchor, resolved.mention)
                reporter = resolver.features.reporter_before(quotation, anchor, resolved.mention)
                options = [
                    (f, number in right or _describes(resolver, number, resolved, reporter, accepted, row))
                    for number, f in found
                ]
                if any(ok for _, ok in options) and not all(ok for _, ok in options):
                    questions[form].append((options, 1.0))
                resolver.features.remember(quotation, resolved)
            # The gold speaker, where the document has one, is what later quotations see.
            if right:
                resolver.correct(quotation, Resolved(right[:1], resolved.mention, form))
    return questions, kinds


def _ask_link(
    questions: Rows,
    view: View,
    quotation: Quotation,
    row: Mapping[str, Any],
    pointers: Mapping[int, Sequence[tuple[int, float]]],
) -> None:
    """The question which proposal attributes a quotation; silence is right where the gold has no mention beside it."""
    pointed = pointers.get(quotation.start, [])
    proposals = proposals_for(view, quotation, pointed)
    doc = view.doc
    right = []
    for link, _ in proposals:
        low, high = view.mention_bounds(link.subject if link.subject is not None else 0)
        start, end = doc[low].idx, doc[high - 1].idx + len(doc[high - 1])
        right.append(row["form"] != "implicit" and any(start < b and a < end for a, b in row["mentions"]))
    rows = link_features(view, quotation, proposals, pointed)
    options = list(zip(rows, [*right, row["form"] == "implicit"], strict=True))
    if any(ok for _, ok in options) and len(options) > 1:
        questions.append((options, 1.0))


def _describes(
    resolver: Resolver,
    number: int,
    resolved: Resolved,
    reporter: tuple[int, int] | None,
    accepted: Sequence[str],
    row: Mapping[str, Any],
) -> bool:
    """Whether a description, the mention's own or that of a phrase before it, is the gold speaker's name."""
    if number == REPORTER and reporter is not None:
        return same_source(resolver.roster.text(reporter), accepted, row["type"])
    if number >= 0 or resolved.mention is None or row["form"] != "nominal":
        return False
    tokens = resolved.mention
    if number == OLD:
        antecedent = resolver.features.unnamed.taken_up(tokens)
        tokens = antecedent[1] if antecedent and antecedent[1] else tokens
    return same_source(resolver.roster.text(tokens), accepted, row["type"])


def fit_confidence(chances: Sequence[float], right: Sequence[bool], bins: int = 20) -> list[list[float]]:
    """A rising curve from the product of the rankers' probabilities to the share that is right.

    Bins of equal size, pooled where the share falls (pool adjacent violators, Ayer et al. 1955).
    """
    order = numpy.argsort(chances)
    parts = [part for part in numpy.array_split(order, bins) if len(part)]
    pools = [[float(numpy.mean([chances[i] for i in p])), sum(bool(right[i]) for i in p), len(p)] for p in parts]
    merged: list[list[float]] = []
    for pool in pools:
        merged.append([float(x) for x in pool])
        while len(merged) > 1 and merged[-2][1] / merged[-2][2] >= merged[-1][1] / merged[-1][2]:
            x, hits, size = merged.pop()
            before = merged[-1]
            before[0] = (before[0] * before[2] + x * size) / (before[2] + size)
            before[1] += hits
            before[2] += size
    points = [(round(x, 4), round(hits / size, 4)) for x, hits, size in merged]
    points = [(0.0, 0.0), *points, (1.0, points[-1][1])]
    return [[x for x, _ in points], [y for _, y in points]]


Gold = Mapping[str, Sequence[Mapping[str, Any]]]
EMPTY = [[0.0, 1.0], [0.0, 1.0]]
OWN, OPEN = "quotes_train", "wikinews_train"


def read_gold(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The gold rows of an annotated set, by document."""
    rows: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
    for line in (folder / "gold.jsonl").read_text(encoding="utf8").splitlines():
        row = json.loads(line)
        rows[row["doc"]].append(row)
    return rows


def parse(nlp: Language, folder: Path) -> DocBin:
    """The documents of an annotated set, run through a pipeline once."""
    paths = sorted((folder / "text").glob("*.txt"))
    parsed = DocBin(store_user_data=True, attrs=LAYERS)
    texts = (path.read_bytes().decode("utf8") for path in paths)
    for path, doc in zip(paths, nlp.pipe(texts, batch_size=16), strict=True):
        doc.user_data["name"] = path.name
        parsed.add(doc)
    return parsed


def chances_of(
    docs: Iterable[tuple[str, Doc]], gold: Gold, weights: Mapping[str, Any], *, pointers: bool
) -> tuple[list[float], list[bool]]:
    """For each quotation found the product of the rankers' probabilities, and whether its speaker is right."""
    lexicon = load_lexicon()
    chances: list[float] = []
    right: list[bool] = []
    for name, doc in docs:
        if not pointers:
            doc.user_data.pop("news_encoder", None)
        rows = {start: row for row in gold[name] for start in range(row["start"] - 2, row["start"] + 3)}
        for quote in analyse(doc, lexicon, weights=weights).quotes:
            row = rows.get(quote.start)
            if row is None or row["kind"] == "either":
                continue
            speakers = row["speakers"] or []
            accepted = [" & ".join(speakers)] if len(speakers) > 1 else [*speakers, *row.get("accept", ())]
            same = same_source(quote.speaker, accepted, row["type"]) if speakers else quote.speaker is None
            chances.append(quote.confidence)
            right.append(row["kind"] in ("direct", "mixed") and same)
    return chances, right


def fit(nlp: Language, folder: Path, report: Callable[[str], None]) -> dict[str, Any]:
    """All weights, fitted on what a pipeline gives for the two annotated training sets in `folder`.

    The encoder has learnt from the open set, so that its pointers are trusted only as far as the other set shows;
    there the rows of the open set count half, without their pointers.
    """
    gold = {name: read_gold(folder / name) for name in (OWN, OPEN)}
    parsed = {name: parse(nlp, folder / name) for name in gold}

    def docs(name: str) -> Iterator[tuple[str, Doc]]:
        return ((str(doc.user_data["name"]), doc) for doc in parsed[name].get_docs(nlp.vocab))

    weights: dict[str, Any] = {}
    for pointers in (False, True):
        suffix = "" if pointers else " without pointers"
        for name in (*FORMS, "link"):
            weights.setdefault(name + suffix, {})
        # Twice for the entities: who spoke before, where the gold does not tell, comes from the first round's weights.
        for names in (("link",), FORMS, FORMS):
            own, kinds = collect(docs(OWN), gold[OWN], weights, pointers=pointers)
            other, other_kinds = collect(docs(OPEN), gold[OPEN], weights, pointers=False)
            for name in names:
                rows = [(options, 1.0) for options, _ in own[name]]
                rows += [(options, 0.5 if pointers else 1.0) for options, _ in other[name]]
                weights[name + suffix] = fit_ranker(rows)
                report(f"{name}{suffix}: {len(rows):,} questions, {len(weights[name + suffix])} weights")
        weights["kind" + suffix] = fit_classifier([*kinds * (2 if pointers else 1), *other_kinds])
        weights["confidence" + suffix] = EMPTY
        chances, right = chances_of(docs(OWN), gold[OWN], weights, pointers=pointers)
        if not pointers:
            more = chances_of(docs(OPEN), gold[OPEN], weights, pointers=False)
            chances, right = chances + more[0], right + more[1]
        weights["confidence" + suffix] = fit_confidence(chances, right)
    return weights
