"""The component in spaCy pipelines: what it needs, what it says when that is missing, and how it travels."""

import pickle
from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc, DocBin

import quoteminer
from quoteminer import annotations
from quoteminer.component import Quoteminer, check_annotated, register_extension
from quoteminer.errors import ModelError, PipelineError

TEXT = "“We can’t go,” said Dr Bonny Lin, director of the China Power Project.\n\nShe added: “Not now.”"


@pytest.fixture(scope="module")
def nlp() -> spacy.Language:
    return quoteminer.load()


def test_doc_answers_with_the_article(nlp):
    article = nlp(TEXT)._.quoteminer
    assert article == quoteminer.extract(TEXT)
    assert [q.content.rstrip(",.") for q in article.quotes] == ["We can’t go", "Not now"]
    assert any("Lin" in e.name for e in article.people)


def test_entry_point_and_declared_needs():
    made = spacy.blank("en")
    made.add_pipe("quoteminer")
    problems = made.analyze_pipes()["problems"]["quoteminer"]
    assert set(problems) == {"token.dep", "token.head", "doc.sents", "doc.ents"}


def test_own_pipeline_has_what_it_needs(nlp):
    assert nlp.analyze_pipes()["problems"] == {"news_encoder": [], "quoteminer": []}


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ({}, "needs a dependency parser and sentence boundaries and named entities.*'parser' and 'ner' before"),
        (
            {"heads": [1, 1, 1], "deps": ["nsubj", "ROOT", "dobj"]},
            "needs named entities, .* the component 'ner' before",
        ),
        (
            {"ents": ["B-PERSON", "O", "O"], "sent_starts": [True, False, False]},
            "needs a dependency parser, .*'parser'",
        ),
        ({"ents": ["O", "O", "O"]}, r"take the pipeline that comes with the library: nlp = quoteminer\.load\(\)"),
    ],
)
def test_what_is_missing_is_named(layers, message):
    doc = Doc(spacy.blank("en").vocab, words=["Ann", "said", "no"], **layers)
    with pytest.raises(PipelineError, match=message):
        Quoteminer()(doc)


@pytest.mark.parametrize("words", [[], ["\n\n"], [" ", "\t"]])
def test_nothing_is_missing_where_there_is_no_word(words):
    check_annotated(Doc(spacy.blank("en").vocab, words=words))


def test_docs_without_words_go_through(nlp):
    for text in ("", " ", "\n\n \t", "\u2028"):
        assert nlp(text)._.quoteminer == quoteminer.Article(text)


def test_foreign_extension_is_respected():
    mine = Doc.get_extension("quoteminer") if Doc.has_extension("quoteminer") else None
    Doc.set_extension("quoteminer", default="theirs", force=True)
    try:
        with pytest.raises(PipelineError, match=r"has registered the Doc extension 'quoteminer' .*remove_extension\("):
            spacy.blank("en").add_pipe("quoteminer")
        assert Doc.get_extension("quoteminer")[0] == "theirs"
    finally:
        Doc.remove_extension("quoteminer")
        register_extension()
    assert mine is None or Doc.get_extension("quoteminer") == mine


def test_reloaded_module_takes_its_own_place():
    def read(doc: Doc) -> str:
        return "old"

    read.__module__, read.__qualname__ = annotations.read.__module__, annotations.read.__qualname__
    Doc.set_extension("quoteminer", getter=read, force=True)
    register_extension()
    assert Doc.get_extension("quoteminer")[2] is annotations.read


def test_two_components_in_one_process(tmp_path: Path):
    first, second = spacy.blank("en"), spacy.blank("en")
    one = first.add_pipe("quoteminer", config={"reporting_verbs": ["vaguebook"]})
    two = second.add_pipe("quoteminer")
    assert one.lexicon.reporting_verbs["vaguebook"] == "strong"
    assert "vaguebook" not in two.lexicon.reporting_verbs
    assert {**two.lexicon.reporting_verbs, "vaguebook": "strong"} == one.lexicon.reporting_verbs
    first.to_disk(tmp_path)
    assert "vaguebook" in spacy.load(tmp_path).get_pipe("quoteminer").lexicon.reporting_verbs


def test_folder_of_word_lists_that_is_not_there():
    component = spacy.blank("en").add_pipe("quoteminer", config={"lexicon": "no/such/folder"})
    with pytest.raises(ModelError, match="no/such/folder"):
        component.lexicon  # noqa: B018


def test_settings_are_checked_by_spacy():
    with pytest.raises(Exception, match="reporting_verbs"):
        spacy.blank("en").add_pipe("quoteminer", config={"reporting_verbs": 3})


def test_component_pickles_without_its_word_lists():
    component = Quoteminer(reporting_verbs=("vaguebook",))
    size = len(pickle.dumps(component))
    assert "vaguebook" in component.lexicon.reporting_verbs
    assert len(pickle.dumps(component)) == size
    assert "vaguebook" in pickle.loads(pickle.dumps(component)).lexicon.reporting_verbs


def test_worker_processes_docbin_and_joined_docs(nlp):
    texts = [TEXT, "", "No quotation."]
    docs = [*quoteminer.load().pipe(texts, n_process=2, batch_size=2)]
    expected = [*quoteminer.extract_many(texts, batch_size=2)]
    assert [doc._.quoteminer for doc in docs] == expected
    box = DocBin(docs=docs, store_user_data=True).to_bytes()
    assert [doc._.quoteminer for doc in DocBin().from_bytes(box).get_docs(nlp.vocab)] == expected
    joined = Doc.from_docs([docs[0], docs[0]], exclude=["user_data"])._.quoteminer
    assert [q.text for q in joined.quotes] == ["“We can’t go,”", "“Not now.”"] * 2
    assert all(joined.text[q.start : q.end] == q.text for q in joined.quotes)
    assert docs[0][2:9].as_doc()._.quoteminer.quotes == ()


def test_pipeline_goes_to_disk_and_back(nlp, tmp_path: Path):
    nlp.to_disk(tmp_path)
    text = "\ud800 " + TEXT
    assert spacy.load(tmp_path)(text)._.quoteminer == nlp(text)._.quoteminer


def test_tokenizer_is_spacys_for_all_but_surrogates(nlp):
    plain = spacy.blank("en")
    for text in (TEXT, "", " a  b\n", "U.S.-led (e.g. http://x.com/?a=1) can't", "3/4in. «x»"):
        assert [t.text_with_ws for t in nlp.make_doc(text)] == [t.text_with_ws for t in plain.make_doc(text)]
    long = "Long: “" + "“" * 300 + "x" * 333 + " end.\n\n " + "漢" * 201
    assert nlp.make_doc(long).text == long
    assert [t.text for t in nlp.make_doc(long)][:2] == ["Long", ":"]
    assert nlp.make_doc("\ud800 hi\udfff.").text == "\ufffd hi\ufffd."
    assert [doc.text for doc in nlp.tokenizer.pipe(["\udc80", "x"])] == ["\ufffd", "x"]
    copy = pickle.loads(pickle.dumps(nlp.tokenizer))
    assert copy("\ud800").text == "\ufffd"
    nlp.tokenizer.from_bytes(nlp.tokenizer.to_bytes())
    assert nlp.make_doc("can't \ud800")[1].text == "n't"
