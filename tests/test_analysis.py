"""The whole way from a Doc to the Article: any Doc, exact offsets, and short articles on the shipped pipeline."""

from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from growth import grows_evenly
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc
from trees import VOCAB, make_doc

import quoteminer
from quoteminer.analysis import analyse
from quoteminer.lexicon import load_lexicon
from quoteminer.types import Article, Quote

LEXICON = load_lexicon()
MODEL = Path(quoteminer.__file__).parent / "pipeline" / "model" / "encoder.onnx"
SAID = (
    "“/PUNCT/punct/4 The/DET/det/3 dam/NOUN/nsubj/4 holds/VERB:VBZ/ccomp/7 ,/PUNCT/punct/4 ”/PUNCT/punct/4 "
    "said/VERB/ROOT/0 Marta/PROPN/nsubj/7 Oduya/PROPN/flat/8 ./PUNCT/punct/7"
)


def check(article: Article, text: str) -> None:
    """What holds for every article."""
    assert article.text == text
    ids = {entity.id for entity in article.entities}
    assert len(ids) == len(article.entities)
    for mention in (m for entity in article.entities for m in entity.mentions):
        assert text[mention.start : mention.end] == mention.text
    for entity in article.entities:
        mentions = entity.mentions
        assert all(a.end <= b.start for a, b in pairwise(mentions))
    for before, after in pairwise(article.quotes):
        assert before.end <= after.start
        assert before.turn <= after.turn <= before.turn + 1
    for quote in article.quotes:
        check_quote(quote, text)
        assert quote.evidence is not None
        assert quote.evidence.rule
        assert quote.evidence.steps
        assert 0 <= quote.confidence <= 1
        assert {speaker.entity_id for speaker in quote.speakers} <= ids
    for marked in article.other_marked:
        assert text[marked.start : marked.end] == marked.text


def check_quote(quote: Quote, text: str) -> None:
    for span in (quote, quote.mention, quote.cue):
        assert span is None or text[span.start : span.end] == span.text
    assert quote.content in quote.text
    for inner in quote.nested:
        assert quote.start <= inner.start < inner.end <= quote.end
        check_quote(inner, text)


@pytest.mark.parametrize(
    "doc",
    [
        pytest.param(Doc(VOCAB), id="empty"),
        pytest.param(Doc(VOCAB, words=[" ", "\n\n"], spaces=[False, False]), id="spaces"),
        pytest.param(Doc(VOCAB, words=["“", "”"]), id="empty-marks"),
        pytest.param(Doc(VOCAB, words=["“", "\n\n", "”"]), id="marks-and-a-blank-line"),
        pytest.param(Doc(VOCAB, words=["「是」「否」", "he", "said"]), id="two-quotations-in-one-token"),
        pytest.param(Doc(VOCAB, words=["Oduya\n\n“Yes.”\n\nshe", "said"]), id="three-blocks-in-one-token"),
        pytest.param(make_doc(SAID, parse=False), id="no-annotation"),
        pytest.param(make_doc(SAID, {"Marta Oduya": "PERSON"}, parse=False), id="entities-only"),
        pytest.param(Doc(VOCAB, words=SAID.split(), pos=["VERB"] * len(SAID.split())), id="tags-only"),
    ],
)
def test_any_doc(doc: Doc):
    check(analyse(doc, LEXICON), doc.text)


def test_name_beside_a_quotation_needs_no_parse():
    words = [
        "“",
        "We",
        "will",
        "check",
        "the",
        "dam",
        "every",
        "day",
        "of",
        "the",
        "year",
        ",",
        "”",
        "said",
        "Marta",
        "Oduya",
        ".",
    ]
    (quote,) = analyse(Doc(VOCAB, words=words, ents=["O"] * 14 + ["B-PERSON", "I-PERSON", "O"]), LEXICON).quotes
    assert [speaker.name for speaker in quote.speakers] == ["Marta Oduya"]


def test_callers_own_text_is_what_the_article_carries():
    doc = make_doc(SAID, {"Marta Oduya": "PERSON"})
    text = doc.text.replace("dam", "\ud800am")
    check(analyse(doc, LEXICON, text), text)


WORDS = st.sampled_from(
    ["“", "”", '"', "‘", "’", "「", "」", ",", ".", ":", "—", "said", "according", "to", "by", "Oduya", "Marta",
     "she", "we", "the", "minister", "a", "spokesman", "of", "and", "’s", "statement", "\n\n", "\n",
     "-", "Q", "x“y", "some"]
)  # fmt: skip
POS = st.sampled_from(["NOUN", "PROPN", "VERB", "DET", "PUNCT", "ADP", "PRON", "AUX", "CCONJ", "SPACE", ""])
DEPS = st.sampled_from(
    ["nsubj", "nsubj:pass", "nsubjpass", "agent", "obl", "conj", "acl", "relcl", "flat", "compound", "pobj", "appos"]
)
LABELS = st.sampled_from(["O", "O", "O", "B-PERSON", "B-ORG", "B-GPE", "B-DATE"])


@st.composite
def docs(draw: st.DrawFn) -> Doc:
    """Docs of the words and marks of the news in any order, with any tree or none, in either scheme."""
    n = draw(st.integers(0, 40))
    words, pos, deps, ents, spaces = (
        draw(st.lists(x, min_size=n, max_size=n)) for x in (WORDS, POS, DEPS, LABELS, st.booleans())
    )
    if draw(st.booleans()):
        return Doc(VOCAB, words=words, spaces=spaces, ents=ents)
    order = draw(st.permutations(range(n)))
    heads = [0] * n
    for place, token in enumerate(order):
        heads[token] = order[draw(st.integers(0, place))] if place else token
    deps = ["ROOT" if heads[i] == i else dep for i, dep in enumerate(deps)]
    return Doc(VOCAB, words=words, spaces=spaces, pos=pos, heads=heads, deps=deps, ents=ents)


@settings(max_examples=300)
@given(docs())
def test_any_words_and_tree(doc: Doc):
    article = analyse(doc, LEXICON)
    check(article, doc.text)
    assert analyse(doc, LEXICON) == article


def repeated(sentence: str, times: int) -> Doc:
    """One paragraph that is one sentence: every token hangs on the first verb."""
    one = make_doc(sentence, {"Marta Oduya": "PERSON"})
    n = len(one) * times
    return Doc(
        VOCAB,
        words=[t.text for t in one] * times,
        spaces=[bool(t.whitespace_) for t in one] * times,
        pos=[t.pos_ for t in one] * times,
        tags=[t.tag_ for t in one] * times,
        lemmas=[t.lemma_ for t in one] * times,
        ents=[f"{t.ent_iob_}-{t.ent_type_}".rstrip("-") for t in one] * times,
        heads=[6] * n,
        deps=["ROOT" if i == 6 else "conj" for i in range(n)],
    )


@pytest.mark.parametrize("ending", [".", ","], ids=["sentences", "one-endless-line"])
def test_time_grows_with_the_text(ending: str):
    sentence = SAID.replace("./PUNCT", f"{ending}/PUNCT")
    assert grows_evenly(lambda times: partial(analyse, repeated(sentence, times), LEXICON), 3_000)


AFTER, BEFORE = "quotation, then reporting clause", "reporting clause, then quotation"
DAM, WINTER = "The dam will hold through the winter", "the dam will hold through the winter"
ODUYA = ("Marta Oduya",)
BOTH = ("Marta Oduya", "Pieter Verhoeven")
ARTICLES = {
    "said-name": (f"“{DAM},” said Marta Oduya.", [(DAM, AFTER, "Marta Oduya", ODUYA)]),
    "name-said": (f"“{DAM},” Marta Oduya said.", [(DAM, AFTER, "Marta Oduya", ODUYA)]),
    "name-said-colon": (f"Marta Oduya said: “{DAM}.”", [(f"{DAM}.", BEFORE, "Marta Oduya", ODUYA)]),
    "straight-marks": (f'"{DAM}," said Marta Oduya.', [(DAM, AFTER, "Marta Oduya", ODUYA)]),
    "single-marks": (f"‘{DAM},’ said Marta Oduya.", [(DAM, AFTER, "Marta Oduya", ODUYA)]),
    "according-to": (f"According to Marta Oduya, “{WINTER}”.", [(WINTER, "according to", "Marta Oduya", ODUYA)]),
    "in-the-words-of": (
        f"In the words of Marta Oduya, “{WINTER}.”",
        [(f"{WINTER}.", "according to", "Marta Oduya", ODUYA)],
    ),
    "quoted-as-saying": (
        f"“{DAM},” Marta Oduya was quoted as saying by local radio.",
        [(DAM, AFTER, "Marta Oduya", ODUYA)],
    ),
    "by-agent": (
        "The plan was described by Marta Oduya as “a gift to the rich”.",
        [("a gift to the rich", BEFORE, "Marta Oduya", ODUYA)],
    ),
    "inside-a-sentence": (
        f"Marta Oduya told Pieter Verhoeven that “{WINTER}”.",
        [(WINTER, BEFORE, "Marta Oduya", ODUYA)],
    ),
    "noun-of-speech": (
        f"Marta Oduya's claim that “{WINTER}” was disputed.",
        [(WINTER, "noun of speech, then quotation", "Marta Oduya", ODUYA)],
    ),
    "apposition": (f"Marta Oduya, an engineer, said: “{DAM}.”", [(f"{DAM}.", BEFORE, "Marta Oduya", ODUYA)]),
    "apposition-after": (
        f"“{DAM},” said Marta Oduya, an engineer at the lake.",
        [(DAM, AFTER, "Marta Oduya", ODUYA)],
    ),
    "role-before-name": (f"“{DAM},” said immigration lawyer Marta Oduya.", [(DAM, AFTER, "Marta Oduya", ODUYA)]),
    "honorific-and-later-name": (
        f"“{DAM},” said Dr Oduya. Marta Oduya has led the project since May.",
        [(DAM, AFTER, "Oduya", ODUYA)],
    ),
    "pronoun": (
        f"Marta Oduya opened the meeting on Monday.\n\n“{DAM},” she said.",
        [(DAM, AFTER, "she", ODUYA)],
    ),
    "the-minister": (
        f"Energy Minister Marta Oduya opened the meeting on Monday.\n\n“{DAM},” the minister said.",
        [(DAM, AFTER, "the minister", ODUYA)],
    ),
    "the-scholar": (
        f"“{DAM},” said a Lisbon-based scholar.\n\n“Nobody expected a deal,” the scholar said.",
        [
            (DAM, AFTER, "a Lisbon-based scholar", ("a Lisbon-based scholar",)),
            ("Nobody expected a deal", AFTER, "the scholar", ("a Lisbon-based scholar",)),
        ],
    ),
    "unnamed-source": (
        f"“{DAM},” a police spokesman said.",
        [(DAM, AFTER, "a police spokesman", ("a police spokesman",))],
    ),
    "document": (f"The report said “{WINTER}”.", [(WINTER, BEFORE, "The report", ("The report",))]),
    "organisation": (
        f"The Lake Authority said in a statement: “{DAM}.”",
        [(f"{DAM}.", BEFORE, "Lake Authority", ("Lake Authority",))],
    ),
    "two-speakers": (
        f"Marta Oduya and Pieter Verhoeven said in a joint statement: “{DAM}.”",
        [(f"{DAM}.", BEFORE, "Marta Oduya and Pieter Verhoeven", BOTH)],
    ),
    "we": ("“We will not leave our homes,” we said.", [("We will not leave our homes", AFTER, "we", ())]),
    "nobody": (f"“{DAM}.”", [(f"{DAM}.", "context", None, ())]),
    "alone-in-the-next-paragraph": (
        f"“{DAM},” Marta Oduya said.\n\n“It was built to last, and we check it every day.”",
        [
            (DAM, AFTER, "Marta Oduya", ODUYA),
            ("It was built to last, and we check it every day.", "context", "Marta Oduya", ODUYA),
        ],
    ),
    "utterance-of-two-paragraphs": (
        f"Marta Oduya said: “{DAM}.\n\n“It was built to last, and we check it every day.”",
        [
            (f"{DAM}.", BEFORE, "Marta Oduya", ODUYA),
            ("It was built to last, and we check it every day.", "same utterance", "Marta Oduya", ODUYA),
        ],
    ),
    "credit-line": (
        f"“{DAM}.”\n\n— Marta Oduya, chief engineer",
        [(f"{DAM}.", "credit line", "Marta Oduya", ODUYA)],
    ),
    "bullets-under-a-lead-in": (
        f"Marta Oduya said in a statement:\n\n- “{DAM}.”\n- “We check it every single day of the year.”",
        [
            (f"{DAM}.", "lead-in", "Marta Oduya", ODUYA),
            ("We check it every single day of the year.", "lead-in", "Marta Oduya", ODUYA),
        ],
    ),
    "question-and-answer": (
        '"Will it hold?" asked Pieter Verhoeven.\n\n"It will hold," Marta Oduya replied.',
        [
            ("Will it hold?", AFTER, "Pieter Verhoeven", ("Pieter Verhoeven",)),
            ("It will hold", AFTER, "Marta Oduya", ODUYA),
        ],
    ),
    "scare-quotes": ("The so-called “winter rule” was dropped.", []),
    "title": ("He read “The Long Winter” twice.", []),
}
ONE_TURN = ("alone-in-the-next-paragraph", "utterance-of-two-paragraphs")


@pytest.mark.skipif(
    not MODEL.exists(), reason="the shipped encoder is not here: quoteminer/pipeline/model/encoder.onnx"
)
class TestShippedPipeline:
    @pytest.mark.parametrize("name", ARTICLES)
    def test_article(self, name: str):
        text, expected = ARTICLES[name]
        article = quoteminer.extract(text)
        check(article, text)
        found = [
            (
                quote.content,
                quote.evidence.rule if quote.evidence else None,
                quote.mention.text if quote.mention else None,
                tuple(speaker.name for speaker in quote.speakers),
            )
            for quote in article.quotes
        ]
        assert found == expected
        if name in ONE_TURN:
            assert {quote.turn for quote in article.quotes} == {0}
        elif len(expected) > 1 and name == "question-and-answer":
            assert [quote.turn for quote in article.quotes] == [0, 1]

    def test_split_quotation_is_one_turn(self):
        text = "“The dam,” Marta Oduya said, “will hold through the winter.”"
        article = quoteminer.extract(text)
        check(article, text)
        assert [(quote.turn, quote.speaker) for quote in article.quotes] == [(0, "Marta Oduya")] * 2

    def test_transcript(self):
        text = (
            "Q: Will the dam hold?\n\nMarta Oduya: It will hold through the winter, and I check it every day.\n\n"
            "Q: Are you sure?\n\nMarta Oduya: I am as sure as anyone can be."
        )
        article = quoteminer.extract(text)
        check(article, text)
        found = [(q.evidence.rule, q.speaker, q.marked, q.turn) for q in article.quotes if q.evidence]
        assert found == [("speaker label", "Marta Oduya", False, 0), ("speaker label", "Marta Oduya", False, 1)]

    def test_reason_of_an_unattributed_quotation(self):
        (quote,) = quoteminer.extract(f"“{DAM}.”").quotes
        assert quote.evidence
        assert quote.evidence.steps[-1] == "the text around it names nobody who fits"
