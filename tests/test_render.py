from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_types import at, hostile_article, mill_article

from quoteminer.render import Html, render_article, render_page
from quoteminer.types import Article, Cue, Entity, Evidence, Marked, Mention, Quote, Speaker

VOID = {"meta", "br"}
ELEMENTS = frozenset(
    """html head meta title style body main header h1 h2 h3 nav ol ul li a bdi details summary cite section div aside
    article p blockquote mark sup span b u i br""".split()  # noqa: SIM905
)
ATTRIBUTES = frozenset(
    """lang charset http-equiv content name class id href open title tabindex role hidden aria-label aria-describedby
    aria-hidden""".split()  # noqa: SIM905
)
OWN = {"qm-note", "qm-badge"}  # what the renderer adds to the text: notes and numbers


class Page(HTMLParser):
    """What stands on a page: elements, ids, and the text of the article without what the renderer adds."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str]] = []
        self.elements: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.ids: Counter[str] = Counter()
        self.targets: set[str] = set()
        self.texts: list[str] = []
        self.notes: list[str] = []
        self.quotations: dict[str, str] = {}
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.elements[tag] += 1
        self.attributes |= set(values)
        self.ids.update([values["id"]] if "id" in values else [])
        self.targets |= {values["href"].removeprefix("#")} if "href" in values else set()
        self.targets |= {values["aria-describedby"]} if "aria-describedby" in values else set()
        if "qm-note" in values.get("class", ""):
            self.notes.append("")
        if tag not in VOID:
            self.open.append((tag, f"{values.get('class', '')} #{values.get('id', '')}"))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        classes = [name for _, name in self.open]
        if any("qm-note" in name for name in classes):
            self.notes[-1] += data
        elif any("qm-text" in name for name in classes) and not any(own in name for own in OWN for name in classes):
            self.texts.append(data)
            for name in classes:
                if "qm-quote" in name:
                    key = name.partition("#")[2]
                    self.quotations[key] = self.quotations.get(key, "") + data

    @property
    def text(self) -> str:
        return "".join(self.texts)


def shown(text: str) -> str:
    """The text with what HTML has no way to write replaced as the renderer replaces it."""
    text = re.sub(r"[\ud800-\udfff]", "\ufffd", text)
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", lambda match: chr(0x2400 + ord(match[0])), text)


spans = st.tuples(st.integers(0, 80), st.integers(1, 40))


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """Any text with spans of every sort, which overlap as they please."""
    piece = st.sampled_from(
        ["“a b”", "\n", "\n\n", " ", "<b>", "&amp;", "</p>", '"', "'", "\r\n", "- x", "é𐀀", "]]>", "--"]
    )
    anything = st.text(st.characters(exclude_categories=()), max_size=4)
    text = "".join(draw(st.lists(piece | anything, min_size=1, max_size=30))) or "x"
    bad = draw(anything)

    def places(most: int = 4) -> list[tuple[int, int, str]]:
        found = [
            (start % len(text), start % len(text) + length) for start, length in draw(st.lists(spans, max_size=most))
        ]
        return [(start, min(end, len(text)), text[start:end]) for start, end in found]

    def quote(place: tuple[int, int, str], nested: tuple[Quote, ...] = ()) -> Quote:
        known = tuple(Speaker(bad, i, "PERSON", bad, bad) for i in draw(st.sets(st.integers(0, 12), max_size=2)))
        mention, cue = [*places(1), None][0], [*places(1), None][0]
        return Quote(
            *place,
            bad,
            speakers=known,
            mention=mention and Mention(*mention),
            cue=cue and Cue(*cue),
            turn=draw(st.integers(0, 3)),
            marked=draw(st.booleans()),
            nested=nested,
            evidence=draw(st.sampled_from([None, Evidence(bad, (bad,))])),
        )

    quotes = tuple(quote(place, tuple(quote(inner) for inner in places(1))) for place in places())
    entities = (Entity(0, bad, "ORG", tuple(Mention(*place) for place in places(6))),)
    return Article(text, entities, quotes, tuple(Marked(*place) for place in places()))


@given(articles())
def test_the_text_stands_on_it_once(article: Article) -> None:
    page = Page(render_article(article))
    assert page.text == shown(article.text)
    flat = {(q.start, q.end): q for outer in article.quotes for q in (outer, *outer.nested) if q.text.strip()}
    assert sum("-q" in name for name in page.ids) == len(flat)
    assert set(page.ids.values()) <= {1}
    assert {target for target in page.targets if "-q" in target or "-n" in target} <= set(page.ids)


@given(articles())
def test_nothing_of_the_text_becomes_markup(article: Article) -> None:
    page = Page(render_page([(article.text, article), ("b", article)]))
    assert set(page.elements) <= ELEMENTS
    assert page.attributes <= ATTRIBUTES
    assert all(count == 1 for count in page.ids.values())
    assert page.targets <= set(page.ids)


def test_a_quotation_says_who_and_why() -> None:
    page = Page(render_article(mill_article()))
    assert len(page.notes) == 6
    first = page.notes[0]
    for part in (
        "Mara Quill-Stone, mayor, Aldermoor. ",
        "kind: direct quotation. ",
        "cue: said. ",
        "rule: subject_of_cue. ",
        "confidence: 0.97. ",
        "the cue “said” follows the quotation",
    ):
        assert part in first
    assert "Ada Okoro" in page.notes[1]  # the inner quotation closes first
    assert "part: 1 of 2 of one utterance" in page.notes[2]
    assert (
        "Speaker unknown. kind: quoted words in a paraphrase. rule: unknown. no name in the sentence" in page.notes[4]
    )
    assert "confidence" not in page.notes[4]
    assert "displayed without quotation marks" in page.notes[5]
    assert [*page.quotations.values()] == [
        "“We have no choice,”",
        "“The roof is ‘a danger to all’, as Ms Okoro says.",
        "‘a danger to all’",
        "“It must go,”",
        "“the mill was ours”",
        "The mill feeds the town.",
    ]


def test_the_legend_lists_the_speakers() -> None:
    html = render_article(mill_article())
    legend = html[html.index("<aside") : html.index("</aside>")]
    plain = re.sub(r"<[^>]*>", "|", legend)
    assert re.sub(r"\|+", "|", plain).startswith(
        "|Who is quoted|1|Mara Quill-Stone|mayor, Aldermoor|4 quotations, 23 words|2|Ada Okoro|1 quotation, 4 words|"
        "3|Aldermoor Mill Society|1 quotation, 5 words|?|unattributed|1 quotation|"
    )


def test_semantics() -> None:
    html = render_article(mill_article())
    assert '<h2><span class="qm-entity" title="Aldermoor: place">Aldermoor</span> mill to close</h2>' in html
    assert '<blockquote class="qm-hue3"><p><mark class="qm-quote qm-hue3 qm-by3 qm-by1"' in html
    assert html.count('tabindex="0"') == 6
    assert html.count('role="tooltip"') == 6
    assert re.search(r'<sup class="qm-badge"><span aria-hidden="true">3\+1</span>', html)
    assert "[said by Aldermoor Mill Society &amp; Mara Quill-Stone]" in html
    assert '<mark class="qm-quote qm-unknown"' in html
    assert "in quotation marks, quotes nobody: term" in html


def test_overlaps_are_cut_at_the_quotation() -> None:
    html = render_article(hostile_article())
    assert html.count('<mark class="qm-quote') == 1
    assert html.count(">&lt;/script&gt;,”<") == 1
    assert "<script" not in html
    assert "<img" not in html


def test_a_quotation_of_several_paragraphs_is_one() -> None:
    text = "Ada Okoro said:\n\n“It is late.\n\nIt is over.”\n\nShe left."
    quote = at(Quote, text, "“It is late.\n\nIt is over.”", content="…", speakers=(Speaker("Ada Okoro", 0, "PERSON"),))
    html = render_article(Article(text, (), (quote,)))
    page = Page(html)
    assert page.text == text
    assert page.elements["mark"] == 2
    assert sum("-q" in name for name in page.ids) == 1
    assert html.count('tabindex="0"') == 1
    assert html.count('<span class="qm-note"') == 2  # the pointer finds it at either part
    assert page.elements["p"] == 5  # with that of the key


def test_an_article_without_quotations() -> None:
    assert "This article quotes nobody." in render_article(Article("Nobody spoke."))
    assert Page(render_article(Article(""))).text == ""


def test_html_is_a_str_that_shows_itself() -> None:
    html = render_article(mill_article())
    assert isinstance(html, Html)
    assert html._repr_html_() == html == mill_article()._repr_html_()
    assert type(html._repr_html_()) is str
    assert Page(html).elements["script"] == 0
    html.encode("utf-8")


def test_one_article_as_a_page() -> None:
    html = render_page([("mill & co.txt", mill_article())])
    assert html.startswith("<!doctype html>")
    assert "<title>mill &amp; co.txt</title>" in html
    assert '<h1 class="qm-name"><bdi>mill &amp; co.txt</bdi></h1>' in html
    assert "default-src 'none'" in html
    assert "<nav" not in html
    assert not re.search(r"https?:|url\(|@import", html)


def test_several_articles_come_with_an_index() -> None:
    html = render_page([("a.txt", mill_article()), ("b.txt", mill_article()), ("c.txt", Article("Nobody spoke."))])
    index = html[html.index("<nav") : html.index("</nav>")]
    assert "<h1>Quotations in 3 articles</h1>" in html
    assert "8 quotations in 2 articles" in index
    assert index.index("Mara Quill-Stone</b>, mayor, Aldermoor") < index.index("Aldermoor Mill Society")
    assert '<a href="#article2-q1">“We have no choice,”</a> <cite>b.txt</cite>' in index
    page = Page(html)
    assert page.targets <= set(page.ids)
    assert html.count("<style>") == 5  # one for all, one for the page, one small one for each article


@pytest.mark.parametrize("number", [0, 1])
def test_a_page_needs_no_quotations(number: int) -> None:
    Page(render_page([("a", Article("a"))] * number))
