"""Articles as HTML: the text itself with its quotations tinted by speaker, for notebooks and as a page.

One sweep over the boundaries of all spans prints each character once, however the spans overlap. Everything
that comes from the text is escaped; there is no script, and nothing is fetched.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files

from quoteminer.layout import Block, find_blocks
from quoteminer.render_sweep import Layer, element, escape, sweep
from quoteminer.types import Article, Quote, Speaker

HUES = 8
_LABELS = {"PERSON": "person", "ORG": "organisation", "PLACE": "place", "OTHER": "other source"}


class Html(str):
    """HTML text that a notebook shows as such; `str` functions work on it."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)


def render_article(article: Article) -> Html:
    """The article as a fragment of HTML with its own style, for a notebook cell or to be put in a page.

    Control characters and lone surrogates, which HTML has no way to write, appear as replacement characters;
    every other character of the text stands on it once.
    """
    digest = hashlib.blake2s(article.to_json(ensure_ascii=True).encode(), digest_size=4).hexdigest()
    return Html(f'<div class="quoteminer">{_style()}{_Sheet(article, f"qm-{digest}").render()}</div>')


def render_page(articles: Iterable[tuple[str, Article]]) -> str:
    """A whole page for the (name, article) pairs; several articles come with an index by speaker.

    The page needs nothing from the network and its content policy forbids scripts. Write it as UTF-8.
    """
    sheets = [(name, _Sheet(article, f"article{i}")) for i, (name, article) in enumerate(articles, 1)]
    one = len(sheets) == 1
    title = sheets[0][0] if one else f"Quotations in {_count(len(sheets), 'article')}"
    level = "h1" if one else "h2"
    heading = "" if one else f'<header class="qm-page"><h1>{escape(title)}</h1>{_index(sheets)}</header>'
    sections = "".join(
        f'<section class="qm-section" id="{sheet.prefix}"><div class="qm-page">'
        f'<{level} class="qm-name"><bdi>{escape(name)}</bdi></{level}></div>{sheet.render()}</section>\n'
        for name, sheet in sheets
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{escape(title)}</title>\n{_style()}\n'
        "<style>html, body { margin: 0; padding: 0; } body { min-height: 100vh; }</style>\n</head>\n"
        f'<body class="quoteminer">\n<main>\n{heading}{sections}</main>\n</body>\n</html>\n'
    )


@cache
def _style() -> str:
    return f"<style>{files('quoteminer').joinpath('render_style.css').read_text('utf-8')}</style>"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _shorten(text: str, width: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1].rsplit(" ", 1)[0] + "…"


def _flatten(quotes: Iterable[Quote]) -> Iterator[Quote]:
    for quote in quotes:
        yield quote
        yield from _flatten(quote.nested)


class _Sheet:
    """One article as HTML; `prefix` keeps its ids apart from those of other articles."""

    def __init__(self, article: Article, prefix: str) -> None:
        self.article = article
        self.prefix = prefix
        unique = {
            (quote.start, quote.end): quote for quote in reversed([*_flatten(article.quotes)]) if quote.text.strip()
        }
        self.quotes = sorted(unique.values(), key=lambda quote: (quote.start, -quote.end))
        self.numbers: dict[int, int] = {}
        self.quoted: dict[int, list[tuple[int, Speaker, Quote]]] = defaultdict(list)
        for number, quote in enumerate(self.quotes, 1):
            for speaker in quote.speakers:
                self.numbers.setdefault(speaker.entity_id, len(self.numbers) + 1)
                self.quoted[speaker.entity_id].append((number, speaker, quote))

    def render(self) -> str:
        rules = "".join(  # a pointer or the focus on a speaker of the list leaves only that speaker's quotations tinted
            f"#{self.prefix}-sheet:has(.qm-speaker{n} a:is(:hover,:focus-visible)) .qm-quote:not(.qm-by{n})"
            "{background:none}"
            for n in self.numbers.values()
        )
        heading = escape(_shorten(self.article.text, 80)) or "empty"
        return (
            f'<style>{rules}</style><div class="qm-sheet" id="{self.prefix}-sheet">{self._legend()}'
            f'<article class="qm-article" aria-label="Article: {heading}"><div class="qm-text">{self._text()}</div>'
            "</article></div>"
        )

    def _text(self) -> str:
        blocks = find_blocks(self.article.text)
        spans = {  # the quotations of one turn may share their mention and cue
            (span.kind, span.start, span.end, span.first if span.kind == "quote" else ""): span
            for span in self._spans(blocks)
        }
        return sweep(self.article.text, [*self._blocks(blocks)], spans.values())

    def _blocks(self, blocks: Sequence[Block]) -> Iterator[Layer]:
        displayed = {(quote.start, quote.end): quote for quote in self.quotes if not quote.marked}
        tags = {"heading": ("<h3>", "</h3>"), "item": ('<p class="qm-item">', "</p>")}
        small = dict.fromkeys(("caption", "credit"), ('<p class="qm-small">', "</p>"))
        for i, block in enumerate(blocks):
            opening, closing = (tags | small).get(block.kind, ("<p>", "</p>"))
            if (block.start, block.end) in displayed:
                hue = self._classes(displayed[block.start, block.end], only_hue=True)
                opening, closing = f'<blockquote class="{hue}"><p>', "</p></blockquote>"
            elif i == 0 and block.kind == "heading":
                opening, closing = "<h2>", "</h2>"
            yield element("block", block.start, block.end, opening, closing)

    def _spans(self, blocks: Sequence[Block]) -> Iterator[Layer]:
        turns: dict[int, list[Quote]] = defaultdict(list)
        for quote in self.article.quotes:
            turns[quote.turn].append(quote)
        for number, quote in enumerate(self.quotes, 1):
            inside = [block for block in blocks if block.start < quote.end and quote.start < block.end]
            parts = turns[quote.turn] if quote in turns[quote.turn] else [quote]
            ids = f"{self.prefix}-q{number}", f"{self.prefix}-n{number}"
            opening = f'<mark class="qm-quote {self._classes(quote)}" aria-describedby="{ids[1]}"'
            note = _note(quote, parts)
            tip = f'<span class="qm-note" role="tooltip" id="{ids[1]}" hidden>{note}</span>'
            yield Layer(
                "quote",
                max(quote.start, inside[0].start),
                min(quote.end, inside[-1].end),
                first=f'{opening} id="{ids[0]}" tabindex="0">',
                again=f"{opening}>",
                pause=f'<span class="qm-note" aria-hidden="true" hidden>{note}</span></mark>',
                last=f"{self._badge(quote)}{tip}</mark>",
            )
            hue = self._classes(quote, only_hue=True)
            if quote.mention:
                yield element(
                    "mention", quote.mention.start, quote.mention.end, f'<b class="qm-mention {hue}">', "</b>"
                )
            if quote.cue:
                yield element("cue", quote.cue.start, quote.cue.end, f'<u class="qm-cue {hue}">', "</u>")
        for marked in self.article.other_marked:
            opening = f'<span class="qm-other" title="in quotation marks, quotes nobody: {marked.kind}">'
            yield element("other", marked.start, marked.end, opening, "</span>")
        for entity in self.article.entities:
            opening = f'<span class="qm-entity" title="{escape(entity.name)}: {_LABELS[entity.label]}">'
            for mention in entity.mentions:
                yield element("entity", mention.start, mention.end, opening, "</span>")

    def _classes(self, quote: Quote, *, only_hue: bool = False) -> str:
        numbers = [self.numbers[speaker.entity_id] for speaker in quote.speakers]
        hue = f"qm-hue{(numbers[0] - 1) % HUES + 1}" if numbers else "qm-nobody"
        return hue if only_hue else " ".join([hue if numbers else "qm-unknown", *(f"qm-by{n}" for n in numbers)])

    def _badge(self, quote: Quote) -> str:
        number = "+".join(str(self.numbers[speaker.entity_id]) for speaker in quote.speakers) or "?"
        said = f"said by {quote.speaker}" if quote.speakers else "speaker unknown"
        return (
            f'<sup class="qm-badge"><span aria-hidden="true">{number}</span>'
            f'<span class="qm-sr"> [{escape(said)}] </span></sup>'
        )

    def _legend(self) -> str:
        items = "".join(self._legend_item(entity_id, number) for entity_id, number in self.numbers.items())
        unknown = [number for number, quote in enumerate(self.quotes, 1) if not quote.speakers]
        if unknown:
            items += (
                f'<li><span class="qm-badge">?</span><span><a href="#{self.prefix}-q{unknown[0]}">unattributed</a>'
                f'<span class="qm-soft">{_count(len(unknown), "quotation")}</span></span></li>'
            )
        key = (
            '<p class="qm-key"><b class="qm-mention">speaker’s mention</b> · <u class="qm-cue">reporting words</u> · '
            '<span class="qm-entity">named entity</span><br>'
            "Point at a quotation, or tab to it, to see why it is attributed as it is.</p>"
        )
        body = f"<ol>{items}</ol>{key}" if items else "<p>This article quotes nobody.</p>"
        return f'<aside class="qm-legend" aria-label="Speakers"><h2>Who is quoted</h2>{body}</aside>'

    def _legend_item(self, entity_id: int, number: int) -> str:
        quoted = self.quoted[entity_id]
        role = next((s.role for _, s, _ in quoted if s.role), None)
        affiliation = next((s.affiliation for _, s, _ in quoted if s.affiliation), None)
        described = ", ".join(x for x in (role, affiliation) if x)
        words = sum(len(quote.content.split()) for _, _, quote in quoted)
        return (
            f'<li class="qm-speaker{number} qm-hue{(number - 1) % HUES + 1}">'
            f'<span class="qm-badge">{number}</span><span>'
            f'<a href="#{self.prefix}-q{quoted[0][0]}"><bdi>{escape(quoted[0][1].name)}</bdi></a>'
            + (f'<span class="qm-role"><bdi>{escape(described)}</bdi></span>' if described else "")
            + f'<span class="qm-soft">{_count(len(quoted), "quotation")}, {_count(words, "word")}</span></span></li>'
        )


def _note(quote: Quote, parts: Sequence[Quote]) -> str:
    """Who, and why: the text of the tooltip, also read out where the quotation has the focus."""
    who = "; ".join(f"<b><bdi>{escape(s.name)}</bdi></b>{escape(str(s)[len(s.name) :])}" for s in quote.speakers)
    kind = ("direct quotation" if quote.kind == "direct" else "quoted words in a paraphrase") + (
        "" if quote.marked else ", displayed without quotation marks"
    )
    facts = {
        "kind": kind,
        "part": f"{parts.index(quote) + 1} of {len(parts)} of one utterance" if len(parts) > 1 else None,
        "mention": quote.mention and quote.mention.text,
        "cue": quote.cue and quote.cue.text,
        "rule": quote.evidence and quote.evidence.rule,
        "confidence": f"{quote.confidence:.2f}" if quote.speakers else None,
    }
    return (
        f'<span class="qm-who">{who or "<b>Speaker unknown</b>"}<i class="qm-sr">. </i></span>'
        + "".join(
            f'<span class="qm-fact"><span>{name}<i>: </i></span><span><bdi>{escape(value)}</bdi><i>. </i></span></span>'
            for name, value in facts.items()
            if value
        )
        + "".join(
            f'<span class="qm-step">{escape(step)} </span>' for step in (quote.evidence.steps if quote.evidence else ())
        )
    )


def _index(sheets: Sequence[tuple[str, _Sheet]]) -> str:
    """The speakers of all articles, most quoted first, each quotation a link."""
    by_speaker: dict[str, list[tuple[str, _Sheet, int, Speaker, Quote]]] = defaultdict(list)
    for name, sheet in sheets:
        for quoted in sheet.quoted.values():
            for number, speaker, quote in quoted:
                by_speaker[speaker.name.casefold()].append((name, sheet, number, speaker, quote))
    items = []
    for _, rows in sorted(by_speaker.items(), key=lambda item: (-len(item[1]), item[0])):
        speaker = max((speaker for *_, speaker, _ in rows), key=lambda s: len(str(s)))
        described = f"<b>{escape(speaker.name)}</b>{escape(str(speaker)[len(speaker.name) :])}"
        quotes = "".join(
            f'<li><a href="#{sheet.prefix}-q{number}">“{escape(_shorten(quote.content, 110))}”</a> '
            f"<cite>{escape(name)}</cite></li>"
            for name, sheet, number, _, quote in rows
        )
        found = f"{_count(len(rows), 'quotation')} in {_count(len({s.prefix for _, s, *_ in rows}), 'article')}"
        items.append(
            f"<li><details open><summary><bdi>{described}</bdi> "
            f'<span class="qm-soft">{found}</span></summary><ul>{quotes}</ul></details></li>'
        )
    contents = "".join(
        f'<li><a href="#{sheet.prefix}"><bdi>{escape(name)}</bdi></a> '
        f'<span class="qm-soft">{_count(len(sheet.quotes), "quotation")}</span></li>'
        for name, sheet in sheets
    )
    return (
        f'<nav class="qm-index" aria-label="Index"><h2>Articles</h2><ol>{contents}</ol>'
        f'<h2>Speakers</h2><ol class="qm-columns">{"".join(items)}</ol></nav>'
    )
