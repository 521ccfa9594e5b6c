"""From an annotated Doc to the Article: every stage in order, each a function of what came before."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy
from spacy.tokens import Doc

from quoteminer.announcements import CREDIT, DISPLAYED, LABEL, LEAD_IN, announced, with_displayed
from quoteminer.candidate_features import Resolved
from quoteminer.classify import classify, kind_features, kind_pointers, with_encoder
from quoteminer.cues import find_reports
from quoteminer.entities import Group, group_mentions
from quoteminer.errors import PipelineError
from quoteminer.layout import find_blocks
from quoteminer.lexicon import Lexicon
from quoteminer.marks import MarkedSpan, find_marked
from quoteminer.page import Page
from quoteminer.phrases import FARTHEST_REPORTER
from quoteminer.resolve import Resolver
from quoteminer.speakers import attribute
from quoteminer.surrogates import without_surrogates
from quoteminer.types import Article, Cue, Entity, Evidence, Marked, Mention, Quote, Speaker
from quoteminer.view import Link, Quotation, View, find_quotations

PLACES = {LEAD_IN: "the words that announce it", CREDIT: "the credit line below it", LABEL: "the label before it"}
RANKERS = Path(__file__).parent / "data" / "rankers.json"


@cache
def load_weights() -> Mapping[str, Any]:
    """The fitted weights of the rankers and the classifier."""
    weights: Mapping[str, Any] = json.loads(RANKERS.read_text(encoding="utf8"))
    return weights


def make_view(
    doc: Doc, lexicon: Lexicon, text: str | None = None
) -> tuple[View, Sequence[MarkedSpan], dict[int, Link]]:
    """The Doc with blocks, quotations and reporting words; all quoted stretches; the links that the layout gives."""
    text = doc.text if text is None else without_surrogates(text)  # the Doc joins its tokens anew each time
    if len(doc) and not text.startswith(doc[-1].text, doc[-1].idx):
        raise PipelineError(
            f"this pipeline's tokenizer changes the text: the last word, {doc[-1].text!r}, is not at character "
            f"{doc[-1].idx:,}, so that no offset would fit; take one that keeps every character, as spaCy's own do"
        )
    page = Page.of(doc, find_blocks(text), lexicon, text)
    spans, shown = with_displayed(page, find_marked(text, page.blocks))
    quotations, quoted = find_quotations(page, spans)
    # What is reported behind the last quotation attributes none.
    last = bisect_left(page.offsets, page.blocks[quotations[-1].block].end) + FARTHEST_REPORTER if quotations else 0
    view = View(page, quotations, quoted, find_reports(doc, quoted, lexicon, last))
    return view, spans, announced(view, spans, shown)


def analyse(doc: Doc, lexicon: Lexicon, text: str | None = None, weights: Mapping[str, Any] | None = None) -> Article:
    """The quotations, speakers and entities of a Doc.

    Args:
        doc: with sentences, tags, lemmas, a dependency tree and entities.
        lexicon: the word lists.
        text: the caller's text, which may have lone surrogates where the Doc has U+FFFD.

    Raises:
        PipelineError: the Doc is not that of the text.
    """
    weights = load_weights() if weights is None else weights
    view, spans, given = make_view(doc, lexicon, text)
    text = view.text if text is None else text
    links = attribute(view, given, weights)
    groups = group_mentions(view.page)
    resolver = Resolver(view, groups, weights)
    kinds = kind_pointers(view)
    found: list[tuple[Quotation, Link | None, Resolved, str, float]] = []
    other: list[Marked] = []
    for quotation, (link, chance) in zip(view.quotations, links, strict=True):
        features = with_encoder(kind_features(view, quotation, link), kinds.get(quotation.start))
        classes = classify(features, weights["kind" if view.pointers is not None else "kind without pointers"])
        quoted = classes["direct"] + classes["mixed"]
        span = quotation.span
        if span.style == DISPLAYED:
            classes, quoted = {**classes, "direct": 1.0}, 1.0
        if quoted < 0.5:
            kind = "title" if classes["title"] > classes["term"] else "term"
            other.append(Marked(span.start, span.end, text[span.start : span.end], kind))
            continue
        kind = "direct" if classes["direct"] >= classes["mixed"] else "mixed"
        found.append((quotation, link, resolver.resolve(quotation, link), kind, quoted * chance))
    curve = weights["confidence" if view.pointers is not None else "confidence without pointers"]
    return _article(text, view, spans, resolver, groups, found, other, curve)


def _article(
    text: str,
    view: View,
    spans: Sequence[MarkedSpan],
    resolver: Resolver,
    groups: Sequence[Group],
    found: Sequence[tuple[Quotation, Link | None, Resolved, str, float]],
    other: Sequence[Marked],
    curve: Sequence[Sequence[float]],
) -> Article:
    entities, ids = _entities(text, view, resolver, groups)
    by_id = {entity.id: entity for entity in entities}
    inside: dict[tuple[int, int], list[MarkedSpan]] = {}
    for span in spans:
        if span.parent is not None:
            inside.setdefault((spans[span.parent].start, spans[span.parent].end), []).append(span)
    quotes: list[Quote] = []
    turn = -1
    previous: tuple[Quotation, Link | None, Resolved] | None = None
    confidences = _calibrated([chance * resolved.probability for _, _, resolved, _, chance in found], curve)
    for (quotation, link, resolved, kind, _), confidence in zip(found, confidences, strict=True):
        if previous is None or not _same_turn(previous, quotation, link, resolved):
            turn += 1
        previous = (quotation, link, resolved)
        speakers = tuple(
            Speaker(e.name, e.id, e.label, e.role, e.affiliation) for e in (by_id[ids[n]] for n in resolved.entities)
        )
        span = quotation.span
        attributing = resolved.mention or _last_mention(resolver, quotation, resolved)
        mention = _slice(text, view, attributing)
        cue = _slice(text, view, link.cue) if link and link.cue else None
        rule = link.rule if link else "context"
        quotes.append(
            Quote(
                span.start,
                span.end,
                text[span.start : span.end],
                text[span.content_start : span.content_end].removesuffix(","),
                kind,
                speakers,
                Mention(*mention, is_name=attributing[0] in resolver.roster.at) if attributing and mention else None,
                Cue(*cue) if cue else None,
                turn,
                span.style != DISPLAYED,
                _nested(text, inside, span),
                confidence,
                Evidence(rule, _steps(text, view, link, resolved, speakers)),
            )
        )
    return Article(text, entities, tuple(quotes), tuple(other))


def _last_mention(resolver: Resolver, quotation: Quotation, resolved: Resolved) -> tuple[int, int] | None:
    """The speaker's last mention before a quotation that has none of its own, as tokens."""
    if len(resolved.entities) != 1:
        return None
    entity = resolver.entities[resolved.entities[0]]
    last = resolver.roster.last_before(entity, quotation.start)
    named = resolver.roster.name_around(last) if last in resolver.roster.at else None
    others = (span for span in entity.resolved if span[1] <= quotation.start and resolver.view.quoted[span[0]] < 0)
    return max((span for span in (named, *others) if span is not None), default=None)


def _calibrated(chances: Sequence[float], curve: Sequence[Sequence[float]]) -> list[float]:
    """The shares of quotations of the training sets with such chances that were right, read off the fitted curve."""
    return [round(share, 3) for share in numpy.interp(chances, curve[0], curve[1]).tolist()]


def _same_turn(
    previous: tuple[Quotation, Link | None, Resolved], quotation: Quotation, link: Link | None, resolved: Resolved
) -> bool:
    before, before_link, before_resolved = previous
    if before.turn == quotation.turn or (link is not None and link.previous == before.index):
        return True
    if resolved.entities != before_resolved.entities or not resolved.entities:
        return False
    if link is None:
        return quotation.block - before.block <= 1
    return before_link is not None and link.cue is not None and link.cue == before_link.cue


def _slice(text: str, view: View, tokens: tuple[int, int] | None) -> tuple[int, int, str] | None:
    if tokens is None:
        return None
    offsets, last = view.page.offsets, tokens[1] - 1
    start, end = offsets[tokens[0]], offsets[last] + len(view.words[last])
    return start, end, text[start:end]


def _nested(text: str, inside: Mapping[tuple[int, int], Sequence[MarkedSpan]], outer: MarkedSpan) -> tuple[Quote, ...]:
    return tuple(
        Quote(
            s.start, s.end, text[s.start : s.end], text[s.content_start : s.content_end].removesuffix(","), "mixed",
            nested=_nested(text, inside, s),
        )
        for s in inside.get((outer.start, outer.end), ())
    )  # fmt: skip


def _entities(
    text: str, view: View, resolver: Resolver, groups: Sequence[Group]
) -> tuple[tuple[Entity, ...], dict[int, int]]:
    """The entities, most mentioned first, and the id of each of the resolver's numbers."""
    rows = []
    for candidate in resolver.entities:
        group = groups[candidate.number] if candidate.number < len(groups) else None
        mentions = [Mention(m.start, m.end, text[m.start : m.end]) for m in (group.mentions if group else ())]
        for tokens in candidate.resolved:
            part = _slice(text, view, tokens)
            if part is not None and (place := _free_place(mentions, part[0], part[1])) is not None:
                mentions.insert(place, Mention(*part, is_name=False))
        rows.append((candidate, group, tuple(mentions)))
    rows.sort(key=lambda row: (-len(row[2]), row[2][0].start if row[2] else 0))
    ids = {candidate.number: i for i, (candidate, _, _) in enumerate(rows)}
    entities = tuple(
        Entity(
            i,
            group.name if group else candidate.name,
            candidate.label,
            mentions,
            group.aliases if group else (),
            group.titles if group else (),
            group.role if group else None,
            group.affiliation if group else None,
        )
        for i, (candidate, group, mentions) in enumerate(rows)
    )
    return entities, ids


def _free_place(taken: Sequence[Mention], start: int, end: int) -> int | None:
    """The place of a stretch among mentions in order that do not overlap each other, None where it overlaps one."""
    i = bisect_left(taken, start, key=lambda mention: mention.start)
    free = not (i < len(taken) and taken[i].start < end) and not (i and taken[i - 1].end > start)
    return i if free else None


def _steps(
    text: str, view: View, link: Link | None, resolved: Resolved, speakers: Iterable[Speaker]
) -> tuple[str, ...]:
    """The way from the quotation to the name, in words: what attributes it, then whom that means."""
    steps = []
    cue = _slice(text, view, link.cue) if link and link.cue else None
    mention = _slice(text, view, resolved.mention)
    name = " and ".join(speaker.name for speaker in speakers)
    place = PLACES.get(link.rule, "the text beside it") if link else ""
    if cue and mention:
        steps.append(f"{place} gives the words to “{mention[2]}”, with “{cue[2]}”")
    elif mention:
        steps.append(f"{place} gives the words to “{mention[2]}”")
    elif resolved.form == "previous":
        steps.append("the quotation goes on from the one before it")
    else:
        steps.append("nothing beside the quotation names its speaker")
    if not name:
        steps.append(
            f"“{mention[2]}” is nobody whom the article names here"
            if mention
            else "the text around it names nobody who fits"
        )
    elif resolved.form in ("pronoun", "nominal", "implicit"):
        reasons = ", ".join(resolved.reasons)
        subject = f"“{mention[2]}” stands for {name}" if mention else f"{name} fits best"
        if mention and mention[2] == name:
            subject = f"“{name}” describes the source, whom the text does not name"
        steps.append(f"{subject}: {reasons}" if reasons else subject)
    elif mention and mention[2] != name:
        steps.append(f"“{mention[2]}” is {name} in full")
    return tuple(steps)
