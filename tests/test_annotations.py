"""An Article kept in its Doc comes back equal, whatever spaCy does with the Doc in between."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from quoteminer import annotations
from quoteminer.errors import ArgumentError, FormatError
from quoteminer.types import Article, Cue, Entity, Evidence, Marked, Mention, Quote, Speaker

WORDS = ["“We", "can’t", "go,”", "said", "Dr", "Bonny", "Lin", "of", "CSIS", ".", "\n\n", "She", "‘smiled’", "。"]


def make_doc(words: list[str] = WORDS, spaces: list[bool] | None = None) -> Doc:
    return Doc(Vocab(), words=words, spaces=spaces)


def make_article(doc: Doc) -> Article:
    text = doc.text

    def at(part: str) -> tuple[int, int, str]:
        start = text.index(part)
        return start, start + len(part), part

    lin = Entity(
        7, "Bonny Lin", "PERSON", (Mention(*at("Bonny Lin")), Mention(*at("She"), is_name=False)), ("Lin",), ("Dr",)
    )
    centre = Entity(3, "Center for Strategic and International Studies", "ORG", (Mention(*at("CSIS")),), ("CSIS",))
    nobody = Entity(0, "a source", "OTHER", role="official", affiliation="“the” ministry")
    inner = Quote(*at("can’t"), "can’t", "mixed", confidence=1 / 3)
    quote = Quote(
        *at("“We can’t go,”"),
        content="We can’t go,",
        speakers=(Speaker("Bonny Lin", 7, "PERSON"), Speaker("Lin", 7, "PERSON", "director", None)),
        mention=Mention(*at("Bonny Lin")),
        cue=Cue(*at("said")),
        turn=4,
        nested=(inner, replace(inner, kind="direct")),
        confidence=0.1 + 0.2,
        evidence=Evidence("name_beside", ("“Bonny Lin” stands beside “said”", "", "\x00 and \\u2019")),
    )
    bare = Quote(*at("She"), content="what she says\nin full", marked=False, evidence=Evidence("none"))
    return Article(
        text, (lin, centre, nobody), (quote, bare), (Marked(*at("smiled")), Marked(*at("‘smiled’"), kind="title"))
    )


def written() -> tuple[Doc, Article]:
    doc = make_doc()
    article = make_article(doc)
    annotations.write(doc, article)
    return doc, article


def spans_of(article: Article):
    quotes = [*article.quotes]
    for quote in quotes:
        quotes += quote.nested
    found = [*quotes, *article.other_marked, *(m for e in article.entities for m in e.mentions)]
    return found + [x for quote in quotes for x in (quote.mention, quote.cue) if x]


def test_article_comes_back_equal():
    doc, article = written()
    assert annotations.read(doc) == article


def test_second_write_replaces_the_first():
    doc, article = written()
    smaller = Article(article.text, article.entities[:1])
    annotations.write(doc, smaller)
    assert annotations.read(doc) == smaller


def test_spans_are_spacys_own():
    doc, _ = written()
    assert [span.label_ for span in doc.spans["quoteminer_quotes"]] == ["direct", "mixed", "direct", "direct"]
    assert [span.text for span in doc.spans["quoteminer_cues"]] == ["said"]
    assert {span.kb_id_ for span in doc.spans["quoteminer_mentions"]} == {"e0", "e1"}


def test_bytes_docbin_and_copy():
    doc, article = written()
    assert annotations.read(Doc(Vocab()).from_bytes(doc.to_bytes())) == article
    assert annotations.read(doc.copy()) == article
    box = DocBin(docs=[doc, doc]).to_bytes()
    assert [annotations.read(found) for found in DocBin().from_bytes(box).get_docs(Vocab())] == [article, article]


def test_joined_docs_keep_their_quotations_and_ids_apart():
    doc, article = written()
    other = Doc(doc.vocab, words=["Ann", ":", "“No", "”"], spaces=[False, True, False, False])
    ann = Entity(7, "Ann", "PERSON", (Mention(0, 3, "Ann"),))
    said = Quote(5, 9, "“No”", "No", speakers=(Speaker("Ann", 7, "PERSON"),), turn=4)
    annotations.write(other, Article(other.text, (ann,), (said,)))
    blank = Doc(doc.vocab, words=["Nothing", "here", "."])
    joined = annotations.read(Doc.from_docs([blank, doc, other]))
    assert all(joined.text[x.start : x.end] == x.text for x in spans_of(joined))
    assert [q.text for q in joined.quotes] == ["“We can’t go,”", "She", "“No”"]
    assert [q.content for q in joined.quotes] == ["We can’t go,", "what she says\nin full", "No"]
    assert [q.turn for q in joined.quotes] == [4, 0, 9]
    assert [e.name for e in joined.entities] == [article.entities[0].name, article.entities[1].name, "Ann", "a source"]
    assert len({e.id for e in joined.entities}) == 4
    assert joined.quotes_by("Ann") == joined.quotes[2:]
    assert joined.quotes_by("Lin") == joined.quotes[:1]


def test_part_of_a_doc_is_an_article_without_quotations():
    doc, _ = written()
    part = doc[3:7].as_doc()
    assert annotations.read(part) == Article(part.text)
    assert annotations.read(doc[3:7].as_doc(copy_user_data=True)) == Article(part.text)


def test_doc_that_nobody_wrote_to_and_empty_doc():
    assert annotations.read(make_doc()) == Article(make_doc().text)
    empty = Doc(Vocab())
    annotations.write(empty, Article(""))
    assert annotations.read(empty) == Article("")


def test_short_strings_recur_so_that_the_vocabulary_grows_by_the_records_alone():
    doc, article = written()
    before = len(doc.vocab.strings)
    again = Doc(doc.vocab, words=WORDS)
    annotations.write(again, article)
    assert len(doc.vocab.strings) == before
    other = replace(article, quotes=(replace(article.quotes[0], confidence=0.5, nested=()),))
    annotations.write(again, other)
    assert len(doc.vocab.strings) == before + 1


def test_article_of_another_text():
    with pytest.raises(
        ArgumentError, match="the article has 3 characters and the Doc 61: write an article into the Doc"
    ):
        annotations.write(make_doc(), Article("abc"))


def test_layout_of_another_version():
    doc, _ = written()
    doc.spans["quoteminer_articles"][0].id_  # noqa: B018
    span = doc[0 : len(doc)]
    span.id_ = "99"
    doc.spans["quoteminer_articles"] = [span]
    with pytest.raises(FormatError, match="layout '99', this version of quoteminer reads '1': run the text"):
        annotations.read(doc)


@st.composite
def docs_with_articles(draw) -> tuple[Doc, Article]:
    word = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=6)
    words = draw(st.lists(word, min_size=1, max_size=12))
    doc = make_doc(words, draw(st.lists(st.booleans(), min_size=len(words), max_size=len(words))))
    text = doc.text

    def place() -> tuple[int, int, str]:
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        return start, end, text[start:end]

    plain = st.one_of(st.none(), st.text(st.characters(exclude_categories=("Cs",)), max_size=5))
    entities = tuple(
        Entity(
            i,
            draw(st.text(max_size=5)),
            draw(st.sampled_from(["PERSON", "OTHER"])),
            (Mention(*place()),),
            role=draw(plain),
        )
        for i in range(draw(st.integers(0, 3)))
    )
    quotes = tuple(
        Quote(
            *place(),
            content=draw(st.text(max_size=3)),
            speakers=tuple(Speaker(e.name, e.id, e.label, draw(plain)) for e in entities[:1]),
            mention=draw(st.one_of(st.none(), st.just(Mention(*place(), is_name=False)))),
            nested=(Quote(*place(), content="x"),) if draw(st.booleans()) else (),
            confidence=draw(st.floats(0, 1)),
        )
        for _ in range(draw(st.integers(0, 3)))
    )
    return doc, Article(text, entities, quotes, (Marked(*place()),))


@given(docs_with_articles())
def test_any_article_comes_back_equal(pair: tuple[Doc, Article]):
    doc, article = pair
    annotations.write(doc, article)
    assert annotations.read(doc) == article
    assert annotations.read(Doc(doc.vocab).from_bytes(doc.to_bytes())) == article
    joined = annotations.read(Doc.from_docs([doc, doc]))
    assert all(joined.text[x.start : x.end] == x.text for x in spans_of(joined))
    assert [q.text for q in joined.quotes] == [q.text for q in article.quotes] * 2
