"""From text to Article: any text, many texts, bad arguments, threads and processes."""

import gc
import multiprocessing
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

import quoteminer
from quoteminer import stream as streaming
from quoteminer.errors import ArgumentError, PipelineError
from quoteminer.loading import default_pipeline
from quoteminer.types import Article, Quote

TEXTS = [
    "“We can’t go,” said Dr Bonny Lin.",
    "",
    'The minister, Ann Lee, told reporters in Paris: "Not now." She smiled.',
    "\ud800 ‘Half a pair",
    "  \n\n ",
    "Nothing is quoted here.",
]


@Language.component("test_fails_on_xyzzy")
def fails_on_xyzzy(doc: Doc) -> Doc:
    if "xyzzy" in doc.text:
        raise RuntimeError("cannot do that")
    return doc


@Language.component("test_ends_process")
def ends_process(doc: Doc) -> Doc:
    os._exit(3)


def spans_exact(article: Article, text: str) -> bool:
    quotes: list[Quote] = [*article.quotes]
    for quote in quotes:
        quotes += quote.nested
    spans = [*quotes, *article.other_marked, *(m for e in article.entities for m in e.mentions)]
    spans += [x for quote in quotes for x in (quote.mention, quote.cue) if x]
    return article.text == text and all(text[x.start : x.end] == x.text for x in spans)


def with_component(name: str) -> Language:
    nlp = quoteminer.load(threads=1)
    nlp.add_pipe(name, before="quoteminer")
    return nlp


@pytest.mark.parametrize("text", [*TEXTS, "“" * 2_000, "x" * 100_000, "\x00\x1b[0m\u202e“ا”\u2029", "\ud83d\ude00 “a”"])
def test_any_text_gives_exact_spans(text):
    assert spans_exact(quoteminer.extract(text), text)


@settings(max_examples=60)
@given(st.text(max_size=40) | st.text("“”\"'‘’« »\n.aA\ud800", max_size=40))
def test_any_str_gives_exact_spans(text):
    assert spans_exact(quoteminer.extract(text), text)


def test_surrogates_stay_in_the_callers_text():
    quotes = quoteminer.extract("Ann Lee said: “We \ud800 go.”").quotes
    assert [q.text for q in quotes] == ["“We \ud800 go.”"]
    assert [q.content for q in quotes] == ["We \ud800 go."]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b"x", r"text must be a str, not bytes \(b'x'\); decode it: text\.decode\('utf-8'\)"),
        (None, "text must be a str, not None"),
        (3.5, r"text must be a str, not float \(3\.5\)"),
        (["x"], r"text must be a str, not list \(\['x'\]\)"),
    ],
)
def test_what_is_no_text(value, message):
    with pytest.raises(ArgumentError, match=message):
        quoteminer.extract(value)


def test_what_is_no_pipeline():
    message = r"nlp must be a spaCy pipeline.*not str \('en'\); type: nlp = quoteminer\.load\('en'\)"
    with pytest.raises(ArgumentError, match=message):
        quoteminer.extract("x", nlp="en")
    with pytest.raises(ArgumentError, match=r"nlp must be a spaCy pipeline, as quoteminer\.load"):
        quoteminer.extract_many(["x"], nlp=3)
    with pytest.raises(PipelineError, match="quoteminer needs a dependency parser"):
        quoteminer.extract("x", nlp=spacy.blank("en"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"texts": "abc"}, r"texts must be an iterable of str, not str \('abc'\); for a single text use"),
        ({"texts": 3}, "texts must be an iterable of str, not int"),
        ({"texts": [], "n_process": 0}, "n_process must be an int of at least 1, not 0"),
        ({"texts": [], "batch_size": 2.5}, "batch_size must be an int of at least 1, not 2.5"),
    ],
)
def test_wrong_arguments_are_told_at_once(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        quoteminer.extract_many(**arguments)


def test_many_are_as_one_by_one():
    assert [*quoteminer.extract_many(TEXTS, batch_size=1)] == [quoteminer.extract(text) for text in TEXTS]


@pytest.mark.parametrize("batch_size", [2, 64])
def test_many_come_in_order_and_the_same_each_time(batch_size):
    articles = [*quoteminer.extract_many(TEXTS, batch_size=batch_size)]
    assert all(spans_exact(article, text) for article, text in zip(articles, TEXTS, strict=True))
    assert articles == [*quoteminer.extract_many(iter(TEXTS), batch_size=batch_size)]


def test_stream_reads_only_what_it_needs():
    read = []

    def texts():
        for i in range(100):
            read.append(i)
            yield f"“No {i}.”"

    articles = quoteminer.extract_many(texts(), batch_size=4)
    assert not read
    assert [next(articles).text for _ in range(5)] == [f"“No {i}.”" for i in range(5)]
    assert len(read) == 8


def test_bad_item_comes_after_the_articles_before_it():
    articles = quoteminer.extract_many(["a", "b", b"c", "d"])
    assert [next(articles).text, next(articles).text] == ["a", "b"]
    with pytest.raises(ArgumentError, match=r"item 2 of texts must be a str, not bytes \(b'c'\)"):
        next(articles)


def test_error_of_the_source_comes_after_the_articles_before_it():
    def texts():
        yield "a"
        raise KeyError("gone")

    articles = quoteminer.extract_many(texts())
    assert next(articles).text == "a"
    with pytest.raises(KeyError, match="gone"):
        next(articles)


def test_text_on_which_a_component_fails():
    nlp = with_component("test_fails_on_xyzzy")
    found = [*streaming.stream(["a", "xyzzy", "b"], nlp=nlp)]
    assert [found[0].text, found[2].text] == ["a", "b"]
    assert isinstance(found[1], streaming.Failure)
    articles = quoteminer.extract_many(["a", "xyzzy", "b"], nlp=nlp)
    assert next(articles).text == "a"
    with pytest.raises(RuntimeError, match="cannot do that"):
        next(articles)
    with pytest.raises(RuntimeError, match="cannot do that"):
        quoteminer.extract("xyzzy", nlp=nlp)


def test_worker_processes_give_the_same():
    expected = [*quoteminer.extract_many(TEXTS, batch_size=2)]
    assert [*quoteminer.extract_many(TEXTS * 3, n_process=2, batch_size=2)] == expected * 3
    nlp = with_component("test_fails_on_xyzzy")
    articles = quoteminer.extract_many([*TEXTS, "xyzzy", b"x"], nlp=nlp, n_process=2, batch_size=2)
    assert [next(articles) for _ in TEXTS] == expected
    with pytest.raises(RuntimeError, match="cannot do that"):
        next(articles)
    articles = quoteminer.extract_many(["a", b"x"], n_process=2)
    assert next(articles).text == "a"
    with pytest.raises(ArgumentError, match="item 1 of texts must be a str, not bytes"):
        next(articles)


def test_a_run_that_fails_ends_its_workers_at_once():
    articles = quoteminer.extract_many(["a", b"x", "b"], n_process=2, batch_size=1)
    assert next(articles).text == "a"
    with pytest.raises(ArgumentError):
        next(articles)
    assert not multiprocessing.active_children()
    articles = quoteminer.extract_many(["a"] * 20, n_process=2, batch_size=1, progress=True)
    next(articles)
    articles.close()
    assert not multiprocessing.active_children()
    failing = quoteminer.extract_many(["a", "xyzzy"], nlp=with_component("test_fails_on_xyzzy"), n_process=2)
    with pytest.raises(RuntimeError, match="cannot do that"):
        list(failing)
    assert not multiprocessing.active_children()


def test_spawned_process_gives_the_same(monkeypatch):
    context = multiprocessing.get_context("spawn")
    monkeypatch.setattr(multiprocessing, "get_context", lambda: context)
    assert [*quoteminer.extract_many(TEXTS, nlp=quoteminer.load(threads=1), n_process=2)] == [
        *quoteminer.extract_many(TEXTS)
    ]


def test_batches_are_cut_for_workers():
    failed = OSError("gone")
    batches = [(list("abcdefghij"), None), (list("k"), None), ([], failed)]
    assert [*streaming._pieces(batches)] == [
        (list("abcdefgh"), None),
        (list("ij"), None),
        (list("k"), None),
        ([], failed),
    ]


def test_worker_process_that_dies():
    with pytest.raises(PipelineError, match=r"a worker process died.*fewer of them \(n_process\)"):
        [*quoteminer.extract_many(["a"], nlp=with_component("test_ends_process"), n_process=2)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_forked_process_works_while_a_thread_works():
    nlp = quoteminer.load(threads=2)
    quoteminer.extract("a", nlp=nlp)
    with streaming._lock(nlp):
        child = multiprocessing.get_context("fork").Process(target=_extracts_in_child, args=(nlp,))
        child.start()
        child.join(15)
        child.kill()
        child.join()
    assert child.exitcode == 0


def _extracts_in_child(nlp: Language) -> None:
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(quoteminer.extract, TEXTS[0], nlp=nlp).result()
    sys.exit(0 if found.text == TEXTS[0] else 1)


@pytest.mark.parametrize("kept", [0, streaming.STRINGS_KEPT])
def test_several_texts_at_once_give_the_same(monkeypatch, kept):
    expected = [*quoteminer.extract_many(TEXTS * 3, nlp=quoteminer.load(threads=1))]
    monkeypatch.setattr(streaming, "STRINGS_KEPT", kept)
    assert [*quoteminer.extract_many(TEXTS * 3, nlp=quoteminer.load(threads=3), batch_size=5)] == expected


@pytest.mark.parametrize("kept", [0, streaming.STRINGS_KEPT])
def test_threads_give_the_same(monkeypatch, kept):
    expected = [quoteminer.extract(text) for text in TEXTS]
    expected_many = [*quoteminer.extract_many(TEXTS, batch_size=2)]
    monkeypatch.setattr(streaming, "STRINGS_KEPT", kept)
    with ThreadPoolExecutor(4) as pool:
        many = [pool.submit(lambda: [*quoteminer.extract_many(TEXTS, batch_size=2)]) for _ in range(4)]
        single = [pool.submit(quoteminer.extract, text) for text in TEXTS * 4]
        assert [one.result() for one in single] == expected * 4
        assert [one.result() for one in many] == [expected_many] * 4


def test_vocabulary_stops_growing(monkeypatch):
    nlp = quoteminer.load(threads=1)
    quoteminer.extract("A first text.", nlp=nlp)
    monkeypatch.setattr(streaming, "STRINGS_KEPT", len(nlp.vocab.strings))
    before, lexemes = len(nlp.vocab.strings), len(nlp.vocab)
    texts = [f"“Word{i} thing{i},” said Bob Name{i}." for i in range(100)]
    assert [len(a.quotes) for a in quoteminer.extract_many(texts, nlp=nlp)] == [1] * 100
    quoteminer.extract("Unheardofness.", nlp=nlp)
    assert len(nlp.vocab.strings) <= before + 5
    assert nlp("Still works after it.")[0].text == "Still"
    assert lexemes >= 0


def test_no_zone_where_somebody_elses_component_may_keep_docs(monkeypatch):
    monkeypatch.setattr(streaming, "STRINGS_KEPT", 0)
    nlp = with_component("test_fails_on_xyzzy")
    before = len(nlp.vocab.strings)
    quoteminer.extract("Unheardofness.", nlp=nlp)
    assert len(nlp.vocab.strings) > before
    own = quoteminer.load(threads=1)
    with own.memory_zone():
        assert quoteminer.extract(TEXTS[0], nlp=own).text == TEXTS[0]


def test_nothing_keeps_a_doc_alive():
    gc.collect()
    before = sum(type(x) is Doc for x in gc.get_objects())
    articles = quoteminer.extract_many(TEXTS * 3, batch_size=2)
    kept = [next(articles) for _ in range(7)]
    gc.collect()
    assert sum(type(x) is Doc for x in gc.get_objects()) <= before
    assert len(kept) == 7


def test_text_longer_than_the_pipelines_limit():
    nlp = quoteminer.load(threads=1)
    nlp.max_length = 10
    text = TEXTS[0] * 3
    assert quoteminer.extract(text, nlp=nlp) == quoteminer.extract(text)
    assert [a.text for a in quoteminer.extract_many([text, "x"], nlp=nlp)] == [text, "x"]
    assert nlp.max_length == 10


def test_pipeline_without_the_component_and_with_one_after_it():
    nlp = quoteminer.load(threads=1)
    nlp.remove_pipe("quoteminer")
    assert quoteminer.extract(TEXTS[0], nlp=nlp) == quoteminer.extract(TEXTS[0])
    nlp.add_pipe("quoteminer", first=True)
    with pytest.raises(PipelineError, match="put the component 'parser' and 'ner' before 'quoteminer'"):
        quoteminer.extract(TEXTS[0], nlp=nlp)


def test_tokenizer_that_changes_the_text():
    nlp = quoteminer.load(threads=1)
    nlp.tokenizer = lambda text: Doc(nlp.vocab, words=text.split())
    assert quoteminer.extract("Ann left .", nlp=nlp).text == "Ann left ."
    with pytest.raises(PipelineError, match=r"changes the text: the last word, 'left\.', is not at character 4"):
        quoteminer.extract("Ann \n\n left.", nlp=nlp)


def test_progress(capsys):
    assert len([*quoteminer.extract_many(["a", "b"], progress=True)]) == 2
    assert "2/2" in capsys.readouterr().err


def test_each_load_gives_a_pipeline_of_its_own():
    assert quoteminer.load() is not quoteminer.load()
    assert default_pipeline() is default_pipeline()


def test_load_from_a_folder(tmp_path: Path):
    nlp = quoteminer.load(threads=1)
    nlp.remove_pipe("quoteminer")
    nlp.to_disk(tmp_path / "fits")
    loaded = quoteminer.load(tmp_path / "fits")
    assert loaded.pipe_names == ["news_encoder", "quoteminer"]
    assert loaded(TEXTS[0])._.quoteminer == quoteminer.extract(TEXTS[0])
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(PipelineError, match="blank' does not fit: quoteminer needs a dependency parser"):
        quoteminer.load(tmp_path / "blank")
    untrained = spacy.blank("en")
    untrained.add_pipe("parser")
    untrained.to_disk(tmp_path / "untrained")
    with pytest.raises(PipelineError, match=r"untrained' (does not fit|cannot be loaded)"):
        quoteminer.load(tmp_path / "untrained")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("en_core_none", "the pipeline 'en_core_none' is not installed; type: python -m spacy download en_core_none"),
        (Path("no/such"), "there is no pipeline in the folder 'no/such'"),
        ("no/such", "there is no pipeline in the folder 'no/such'"),
        (Path("tests"), "the pipeline 'tests' cannot be loaded"),
        (3, r"name must be the name or folder of a spaCy pipeline.*not int \(3\)"),
    ],
)
def test_load_what_is_not_there(name, message):
    with pytest.raises((PipelineError, ArgumentError), match=message):
        quoteminer.load(name)
