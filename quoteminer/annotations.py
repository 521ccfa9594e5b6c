"""An Article kept in its Doc: `write` puts it into `doc.spans`, `read` gives it back; nobody else knows the keys.

The store is spaCy's own: span groups, whose spans carry a label, an `id_` and a `kb_id_`. These survive `to_bytes`,
`DocBin`, worker processes and `Doc.from_docs`, which `user_data`, `Span._` and the groups' `attrs` do not all do:

========================= =================================== ================ ================== ====================
group                     a span is                           label            `id_`              `kb_id_`
========================= =================================== ================ ================== ====================
`quoteminer_articles`     the whole Doc                                        layout's version
`quoteminer_entities`     the first mention of an entity      `Entity.label`   `e0`, `e1`, …      plain fields (JSON)
`quoteminer_mentions`     a mention                           name, reference  shift              its entity's `e…`
`quoteminer_quotes`       a quotation, nested ones as well    `Quote.kind`     `q0`, … and shift  plain fields (JSON)
`quoteminer_attributions` the mention that attributes         name, reference  shift              its quotation's `q…`
`quoteminer_cues`         the reporting words                                  shift              its quotation's `q…`
`quoteminer_other`        marked, but no quotation            `Marked.kind`    shift
========================= =================================== ================ ================== ====================

A span covers whole tokens; where the exact stretch does not, the shift `:2:-1` says that it starts two characters after
the first token's start and ends one before the last token's end.

Labels and ids are strings in the vocabulary's StringStore, which keeps them for good. Links, shifts and labels are
short and recur; the JSON is not and does not, some 200 characters an entity or quotation. So who runs a pipeline over
very many Docs does it inside of `nlp.memory_zone()`, where strings go when the zone ends, as spaCy advises for any
pipeline; and `quoteminer.extract` and `extract_many` need no store: they take the Article from the analysis directly.
"""

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import spacy.tokens
from spacy.tokens import Doc

from quoteminer.errors import ArgumentError, FormatError
from quoteminer.types import Article, Cue, Entity, Evidence, Marked, Mention, Quote, Span, Speaker

VERSION = "1"
ARTICLES = "quoteminer_articles"
ENTITIES = "quoteminer_entities"
MENTIONS = "quoteminer_mentions"
QUOTES = "quoteminer_quotes"
ATTRIBUTIONS = "quoteminer_attributions"
CUES = "quoteminer_cues"
OTHER = "quoteminer_other"
KEYS = (ARTICLES, ENTITIES, MENTIONS, QUOTES, ATTRIBUTIONS, CUES, OTHER)


def write(doc: Doc, article: Article) -> None:
    """Put an article into the Doc that it was read from, in place of what an earlier call has put there.

    Raises:
        ArgumentError: the article is of another text.
    """
    if len(article.text) != len(doc.text):
        raise ArgumentError(
            f"the article has {len(article.text):,} characters and the Doc {len(doc.text):,}: "
            "write an article into the Doc that it was read from"
        )
    groups = _Writer(doc).write(article) if len(doc) else {}
    for key in KEYS:
        doc.spans[key] = groups.get(key, [])


def read(doc: Doc) -> Article:
    """The article that `write` put into the Doc, with `doc.text` as its text.

    A Doc that has none, because the component did not run or because it was made by `Span.as_doc`, gives an Article
    without entities and quotations. A Doc put together by `Doc.from_docs` gives one Article with those of all its
    parts, numbered on.

    Raises:
        FormatError: the annotations were written by another version of the library.
    """
    if ARTICLES not in doc.spans:
        return Article(doc.text)
    parts = [*doc.spans[ARTICLES]]
    for part in parts:
        if part.id_ != VERSION:
            raise FormatError(
                f"the Doc's annotations have layout {part.id_!r}, this version of quoteminer reads {VERSION!r}: "
                "run the text through the pipeline again"
            )
    articles = [_Reader(doc, part.start, part.end).read() for part in parts]
    return articles[0] if len(articles) == 1 else _joined(doc.text, articles)


class _Writer:
    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.starts = [token.idx for token in doc]
        self.groups: dict[str, list[spacy.tokens.Span]] = defaultdict(list)

    def write(self, article: Article) -> dict[str, list[spacy.tokens.Span]]:
        self.groups[ARTICLES].append(spacy.tokens.Span(self.doc, 0, len(self.doc), span_id=VERSION))
        for number, entity in enumerate(article.entities):
            self._write_entity(f"e{number}", entity)
        entities = {entity.id: entity for entity in article.entities}
        number = 0
        queue: list[tuple[Quote, int | None]] = [(quote, None) for quote in reversed(article.quotes)]
        while queue:
            quote, parent = queue.pop()
            self._write_quote(f"q{number}", quote, parent, entities)
            queue += [(nested, number) for nested in reversed(quote.nested)]
            number += 1
        for marked in article.other_marked:
            self._add(OTHER, marked, label=marked.kind)
        return self.groups

    def _add(self, key: str, span: Span | Quote, *, label: str = "", name: str = "", record: str = "") -> None:
        start = bisect_right(self.starts, span.start) - 1
        end = max(start + 1, bisect_left(self.starts, span.end))
        last = self.doc[end - 1]
        before, after = span.start - self.starts[start], span.end - last.idx - len(last)
        if before or after:
            name += f":{before}:{after}"
        self.groups[key].append(spacy.tokens.Span(self.doc, start, end, label=label, kb_id=record, span_id=name))

    def _write_entity(self, name: str, entity: Entity) -> None:
        fields = [entity.id, entity.name, entity.aliases, entity.titles, entity.role, entity.affiliation]
        carrier = entity.mentions[0] if entity.mentions else Span(0, len(self.doc.text), self.doc.text)
        self._add(ENTITIES, carrier, label=entity.label, name=name, record=json.dumps(fields, separators=(",", ":")))
        for mention in entity.mentions:
            self._add(MENTIONS, mention, label=_label(mention), record=name)

    def _write_quote(self, name: str, quote: Quote, parent: int | None, entities: dict[int, Entity]) -> None:
        inside = quote.text.find(quote.content)
        fields = [
            parent,
            quote.turn,
            quote.marked,
            quote.confidence,
            quote.content if inside < 0 else [inside, len(quote.content)],
            [s.entity_id if s == _speaker(entities.get(s.entity_id)) else _plain(s) for s in quote.speakers],
            quote.evidence and [quote.evidence.rule, *quote.evidence.steps],
        ]
        self._add(QUOTES, quote, label=quote.kind, name=name, record=json.dumps(fields, separators=(",", ":")))
        if quote.mention:
            self._add(ATTRIBUTIONS, quote.mention, label=_label(quote.mention), record=name)
        if quote.cue:
            self._add(CUES, quote.cue, record=name)


class _Reader:
    """Reads the part of a Doc from token `first` to `last`, end exclusive."""

    def __init__(self, doc: Doc, first: int, last: int) -> None:
        self.doc, self.first, self.last = doc, first, last
        self.text = doc.text

    def read(self) -> Article:
        mentions: dict[str, list[Mention]] = defaultdict(list)
        for span in self._spans(MENTIONS):
            mentions[span.kb_id_].append(self._mention(span))
        entities = tuple(self._entity(span, mentions[_name(span)]) for span in self._spans(ENTITIES))
        other = tuple(Marked(*self._place(span), kind=span.label_) for span in self._spans(OTHER))
        return Article(self.text, entities, self._quotes({entity.id: entity for entity in entities}), other)

    def _spans(self, key: str) -> Iterator[spacy.tokens.Span]:
        return (span for span in self.doc.spans.get(key, ()) if self.first <= span.start < self.last)

    def _place(self, span: spacy.tokens.Span) -> tuple[int, int, str]:
        _, before, after = (*span.id_.split(":"), "0", "0")[:3]
        start, end = span.start_char + int(before), span.end_char + int(after)
        return start, end, self.text[start:end]

    def _mention(self, span: spacy.tokens.Span) -> Mention:
        return Mention(*self._place(span), is_name=span.label_ == "name")

    def _entity(self, span: spacy.tokens.Span, mentions: Iterable[Mention]) -> Entity:
        number, name, aliases, titles, role, affiliation = json.loads(span.kb_id_)
        return Entity(number, name, span.label_, tuple(mentions), tuple(aliases), tuple(titles), role, affiliation)

    def _quotes(self, entities: dict[int, Entity]) -> tuple[Quote, ...]:
        mentions = {span.kb_id_: self._mention(span) for span in self._spans(ATTRIBUTIONS)}
        cues = {span.kb_id_: Cue(*self._place(span)) for span in self._spans(CUES)}
        nested: dict[int | None, list[Quote]] = defaultdict(list)
        # A quotation stands before those nested in it, so from the end each one's own are complete when it comes.
        for number, span in reversed([*enumerate(self._spans(QUOTES))]):
            parent, turn, marked, confidence, content, speakers, evidence = json.loads(span.kb_id_)
            start, end, text = self._place(span)
            name = _name(span)
            quote = Quote(
                start,
                end,
                text,
                content if isinstance(content, str) else text[content[0] : content[0] + content[1]],
                span.label_,
                tuple(Speaker(*s) if isinstance(s, list) else _speaker(entities[s]) for s in speakers),  # type: ignore[misc]
                mentions.get(name),
                cues.get(name),
                turn,
                marked,
                tuple(reversed(nested[number])),
                confidence,
                evidence and Evidence(evidence[0], tuple(evidence[1:])),
            )
            nested[parent].append(quote)
        return tuple(reversed(nested[None]))


def _joined(text: str, articles: Iterable[Article]) -> Article:
    """One article of the parts of a longer text; entities and turns are numbered on from part to part."""
    entities: list[Entity] = []
    quotes: list[Quote] = []
    other: list[Marked] = []
    for article in articles:
        first_id = max((entity.id for entity in entities), default=-1) + 1
        first_turn = max((quote.turn for quote in quotes), default=-1) + 1
        entities += [replace(entity, id=entity.id + first_id) for entity in article.entities]
        quotes += [_renumbered(quote, first_id, first_turn) for quote in article.quotes]
        other += article.other_marked
    entities.sort(key=lambda entity: -len(entity.mentions))
    return Article(text, tuple(entities), tuple(quotes), tuple(other))


def _renumbered(quote: Quote, first_id: int, first_turn: int) -> Quote:
    return replace(
        quote,
        turn=quote.turn + first_turn,
        speakers=tuple(replace(speaker, entity_id=speaker.entity_id + first_id) for speaker in quote.speakers),
        nested=tuple(_renumbered(nested, first_id, first_turn) for nested in quote.nested),
    )


def _name(span: spacy.tokens.Span) -> str:
    return span.id_.partition(":")[0]


def _label(mention: Mention) -> str:
    return "name" if mention.is_name else "reference"


def _speaker(entity: Entity | None) -> Speaker | None:
    if entity is None:
        return None
    return Speaker(entity.name, entity.id, entity.label, entity.role, entity.affiliation)


def _plain(speaker: Speaker) -> list[Any]:
    return [speaker.name, speaker.entity_id, speaker.label, speaker.role, speaker.affiliation]
