"""Quotations that the layout attributes: under a lead-in, above a credit line, after a speaker's label."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from spacy.tokens import Doc

from quoteminer.credits import find_credits
from quoteminer.displays import find_displayed
from quoteminer.lead_ins import find_lead_ins
from quoteminer.marks import MarkedSpan
from quoteminer.page import Page
from quoteminer.paragraphs import Displayed
from quoteminer.syntax import SUBJECTS
from quoteminer.view import Link, View

LEAD_IN, CREDIT, LABEL = "lead-in", "credit line", "speaker label"
DISPLAYED = "displayed"


def with_displayed(page: Page, marked: Sequence[MarkedSpan]) -> tuple[tuple[MarkedSpan, ...], dict[int, Displayed]]:
    """The marked stretches with the displayed quotations among them, and those by their place in the result.

    A marked stretch inside of a displayed quotation is nested in it. Turns are numbered anew, in order of the text.
    """
    displayed = find_displayed(page, marked)
    if not displayed:
        return tuple(marked), {}
    added = [
        (
            MarkedSpan(d.start, d.end, d.start, d.end, opened=False, closed=False, style=DISPLAYED, turn=-1 - d.turn),
            None,
            d,
        )
        for d in displayed
    ]
    rows = sorted(
        [*((span, i, None) for i, span in enumerate(marked)), *added], key=lambda row: (row[0].start, -row[0].end)
    )
    place = {old: new for new, (_, old, _) in enumerate(rows) if old is not None}
    turns: dict[int, int] = {}
    spans: list[MarkedSpan] = []
    shown: dict[int, Displayed] = {}
    around: int | None = None
    for new, (span, old, record) in enumerate(rows):
        turn = turns.setdefault(span.turn, len(turns))
        parent = place[span.parent] if span.parent is not None else None
        depth = span.depth
        if record is not None:
            around, shown[new] = new, record
        elif old is not None and around is not None and span.start < spans[around].end:
            parent, depth = around if parent is None else parent, depth + 1
        spans.append(span._replace(turn=turn, parent=parent, depth=depth))
    return tuple(spans), shown


def announced(view: View, spans: Sequence[MarkedSpan], shown: dict[int, Displayed]) -> dict[int, Link]:
    """The links that the layout gives, by the quotation's number."""
    text = view.text
    # Both functions know only stretches in marks, by their place among these.
    marked = [i for i in range(len(spans)) if i not in shown]
    own = [spans[i]._replace(parent=None) if spans[i].parent in shown else spans[i] for i in marked]
    place = {old: new for new, old in enumerate(marked)}
    own = [span._replace(parent=place[span.parent]) if span.parent is not None else span for span in own]
    credits = {marked[i]: part for i, part in find_credits(text, view.blocks, own, view.lexicon).items()}
    lead_ins = {marked[i]: part for i, part in find_lead_ins(text, view.blocks, own, view.lexicon).items()}
    links: dict[int, Link] = {}
    announcing: dict[tuple[int, int], Link | None] = {}
    numbers = {(quotation.span.start, quotation.span.end): quotation.index for quotation in view.quotations}
    for i, span in enumerate(spans):
        number = numbers.get((span.start, span.end))
        if number is None or span.depth:
            continue
        record = shown.get(i)
        link = None
        if credit := (record.credit if record else credits.get(i)):
            link = Link(CREDIT, within=_tokens(view.doc, *credit))
        elif record and record.label and text[slice(*record.label)] not in ("Q", "A"):
            link = Link(LABEL, within=_tokens(view.doc, *record.label))
        elif lead_in := (record.lead_in if record else lead_ins.get(i)):
            if lead_in not in announcing:  # one lead-in may stand above hundreds of items
                announcing[lead_in] = _from_lead_in(view, *_tokens(view.doc, *lead_in))
            link = announcing[lead_in]
        if link is not None:
            links[number] = link
    return links


def _tokens(doc: Doc, start: int, end: int) -> tuple[int, int]:
    low, high = 0, len(doc)
    begins = range(low, high)
    first = bisect_right(begins, start, key=lambda i: doc[i].idx) - 1
    return max(0, first), max(first + 1, bisect_left(begins, end, key=lambda i: doc[i].idx))


def _from_lead_in(view: View, start: int, end: int) -> Link | None:
    """Who speaks, from the sentence that announces the words: the subject of its last report, else its own subject."""
    reports = [r for r in view.reports_between(start, end) if r.subject is not None]
    order = [r for r in reports if r.form != "noun"][::-1] + [r for r in reports if r.form == "noun"]
    strong = [r for r in order if r.strength == "strong"] or [r for r in order if _may_speak(view, r.subject)]
    if strong:
        return Link(LEAD_IN, strong[0].subject, (strong[0].start, strong[0].end))
    subject = next(_subjects(view, start, end), None)
    return Link(LEAD_IN, subject) if subject is not None else None


def _may_speak(view: View, subject: int | None) -> bool:
    """Whether a subject names or describes somebody who can speak: "things have gone well:" announces nothing."""
    token = view.doc[subject or 0]
    pronoun = view.pronoun(token.i) is not None or token.tag_.startswith("W")
    return pronoun or bool(token.ent_type_) or view.kind_of(token) is not None


def _subjects(view: View, start: int, end: int) -> Iterator[int]:
    """Subjects of the lead-in's last sentence, that of its main verb first."""
    found = [t for t in view.doc[start:end] if t.dep_ in SUBJECTS and view.quoted[t.i] < 0]
    yield from (t.i for t in found if t.head.dep_ in ("ROOT", "root"))
    yield from (t.i for t in found)
