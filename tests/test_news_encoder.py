"""The pipeline's component with the model of the package: valid Docs of any text, files that are checked, processes."""

import hashlib
import io
import json
import pickletools
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import numpy
import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from quoteminer.errors import ModelError
from quoteminer.pipeline.component import USER_DATA
from quoteminer.pipeline.features import MAX_PIECES_OF_WORD
from quoteminer.pipeline.prediction import CONTEXT_PIECES, LONGEST_PIECES
from quoteminer.pipeline.session import CONFIG, FILES, FORMAT, PACKAGED, Sessions, read_config
from quoteminer.pipeline.tokenizer import NAME

ARTICLE = (
    "Bridge reopens\n\n“We can’t go,” said Dr Bonny Lin, director of the China Power Project in Washington.\n\n"
    "She added that 46-year-olds were fine. The mayor of Lagos, who spoke to Reuters on Monday, had “no comment”."
)
SHORT = "Ann left."


def make_nlp(model: Path | None = None, threads: int = 1) -> spacy.Language:
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": NAME}}})
    nlp.max_length = 10**9
    nlp.add_pipe("news_encoder", config={"model": str(model) if model else None, "threads": threads})
    return nlp


@pytest.fixture(scope="module")
def nlp() -> spacy.Language:
    if not all((PACKAGED / name).is_file() for name in (CONFIG, *FILES)):
        pytest.skip(f"no model in {PACKAGED}: make it with python -m quoteminer.training")
    return make_nlp()


@pytest.fixture
def copy(nlp, tmp_path: Path) -> Path:
    """A copy of the package's model that may be spoilt."""
    return Path(shutil.copytree(PACKAGED, tmp_path / "copy"))


def layers(doc: Doc) -> list[tuple]:
    return [
        (t.text, t.tag_, t.pos_, str(t.morph), t.lemma_, t.dep_, t.head.i, t.ent_iob_, t.ent_type_, t.is_sent_start)
        for t in doc
    ]


def check_valid(doc: Doc, text: str) -> None:
    """Every layer is there, every sentence is a tree, white space hangs on a word, names begin and end with words."""
    assert doc.text == text
    if not len(doc):
        return
    for layer in ("TAG", "POS", "LEMMA", "DEP", "HEAD", "SENT_START", "ENT_IOB"):
        assert doc.has_annotation(layer), layer
    covered = 0
    for sentence in doc.sents:
        assert sentence.start == covered
        covered = sentence.end
        roots = [token for token in sentence if token.head.i == token.i]
        assert [token.dep_ for token in roots] == ["ROOT"]
        assert all(sentence.start <= token.head.i < sentence.end for token in sentence)
        assert len(list(roots[0].subtree)) == len(sentence)
    assert covered == len(doc)
    words = [token for token in doc if not token.is_space]
    for token in doc:
        assert token.lemma_
        if token.is_space and words:
            assert not token.head.is_space
            assert token.dep_ == "dep" and token.tag_ == "_SP"
    for span in doc.ents:
        assert span.label_ in ("PERSON", "ORG", "PLACE")
        assert not span[0].is_space and not span[-1].is_space


def test_article_is_read(nlp):
    doc = nlp(ARTICLE)
    check_valid(doc, ARTICLE)
    texts = [t.text for t in doc]
    title, lin = doc[texts.index("Dr")], doc[texts.index("Lin")]
    assert (lin.ent_type_, lin.tag_, lin.dep_, lin.head.i) == ("PERSON", "NNP", "flat", title.i)
    assert (title.dep_, title.head.lemma_, title.head.tag_) == ("nsubj", "say", "VBD")
    assert next(s.text.strip() for s in doc.sents) == "Bridge reopens"
    assert len(list(doc.sents)) == 4


def test_pointers_name_tokens_of_the_doc(nlp):
    doc = nlp(ARTICLE)
    kept = doc.user_data[USER_DATA]
    assert set(kept) == {"mention", "speaker", "antecedent", "kind", "cue"}
    assert [token for token, _ in kept["speaker"]] == [t.i for t in doc if t.text in "“”’" and t.text]
    assert [doc[token].lower_ for token, _ in kept["antecedent"]] == ["she", "mayor", "who"]
    for name in ("mention", "speaker", "antecedent"):
        for _, targets in kept[name]:
            assert all(-1 <= target < len(doc) and 0 <= share <= 1 for target, share in targets)
            assert [share for _, share in targets] == sorted((share for _, share in targets), reverse=True)
    assert all(abs(sum(shares) - 1) < 0.01 for _, shares in kept["kind"])
    json.dumps(kept)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "   \n\n \t ",
        "\n",
        "x",
        "\n\nAnn left.",
        "Ann left.\n\n   ",
        "a" * 100_000,
        "!" * 300,
        "漢字仮名 " * 300,
        "Москва сообщила. Η Αθήνα. القاهرة قالت. ไทย. 한국",
        "\x00\x01\x02 text \x7f\x9f with \u200b controls\ufeff",
        "👩‍👩‍👧‍👦 said “hi” 🇮🇹",
        "e\u0301" * 400,
        "\u2028\u2029\x85 lines \x0b\x0c",
        "Ann\n \nLee\n\n\n\nsaid",
        "“" * 500,
        "he she they who his " * 200,
    ],
)
def test_any_text_gives_a_valid_doc(nlp, text):
    check_valid(nlp(text), text)


def test_lone_surrogates_are_replaced(nlp):
    check_valid(nlp("An \ud800 odd \udfff text."), "An \N{REPLACEMENT CHARACTER} odd \N{REPLACEMENT CHARACTER} text.")


def test_long_text_without_a_full_stop(nlp):
    text = "and then the ministers of Lagos went on to say that " * 4_000
    assert len(text) > 200_000
    doc = nlp(text)
    assert doc.text == text
    assert sum(1 for t in doc if t.head.i == t.i) == len(list(doc.sents))
    assert max(len(s) for s in doc.sents) <= read_config(PACKAGED).longest


def test_words_of_many_pieces_fill_windows_and_the_text_goes_on(nlp):
    text = "zqxjkvbpyzqxjkvbpyzqxjkvbpy " * 400 + "Ann left. " * 20 + "zqxjkvbpyzqxjkvbpyzqxjkvbpy\n" * 400
    words = nlp.get_pipe("news_encoder").sessions.pieces.encode(["zqxjkvbpyzqxjkvbpyzqxjkvbpy"], [" "])
    assert len(words.pieces) == MAX_PIECES_OF_WORD
    check_valid(nlp(text), text)


def test_context_leaves_room_in_a_window(nlp):
    config = read_config(PACKAGED)
    assert config.context < config.longest / 2
    assert CONTEXT_PIECES < LONGEST_PIECES / 2


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.sampled_from("ab Z.,“”'\n\r\t\u2028’é漢1-—")))
def test_made_up_texts_give_valid_docs(nlp, text):
    check_valid(nlp(text), text)


def test_same_result_alone_and_in_a_batch(nlp):
    texts = [ARTICLE, SHORT, "", ARTICLE * 6, "  ", "x" * 500]
    together = list(nlp.pipe(texts, batch_size=6))
    for text, doc in zip(texts, together, strict=True):
        alone = nlp(text)
        assert layers(alone) == layers(doc)
        assert alone.user_data == doc.user_data


def test_same_result_every_time(nlp):
    first, again, anew = nlp(ARTICLE), nlp(ARTICLE), make_nlp()(ARTICLE)
    assert layers(first) == layers(again) == layers(anew)
    assert first.user_data == again.user_data == anew.user_data


def test_threads_change_nothing(nlp):
    two = make_nlp(threads=2)
    assert layers(two(ARTICLE)) == layers(nlp(ARTICLE))
    texts = [ARTICLE, "", " \n", SHORT] * 5
    expected = [(layers(doc), doc.user_data) for doc in nlp.pipe(texts)]
    assert [(layers(doc), doc.user_data) for doc in two.pipe(texts)] == expected


def test_a_stream_that_is_left_ends_its_threads():
    before = set(threading.enumerate())
    docs = make_nlp(threads=2).pipe([ARTICLE] * 8)
    next(docs)
    started = set(threading.enumerate()) - before
    assert started
    docs.close()
    for thread in started:
        thread.join(60)
    assert not any(thread.is_alive() for thread in started)


def test_a_stream_that_fails_loses_nothing_before_it(nlp):
    def stream():
        yield from map(nlp.make_doc, [SHORT, ARTICLE, SHORT])
        raise OSError("the disk is gone")

    several = make_nlp(threads=4).get_pipe("news_encoder")
    found = []
    with pytest.raises(OSError, match="the disk is gone"):
        found.extend(several.pipe(stream()))
    assert [layers(doc) for doc in found] == [layers(nlp(text)) for text in (SHORT, ARTICLE, SHORT)]


def test_predict_leaves_the_doc_alone(nlp):
    encoder = nlp.get_pipe("news_encoder")
    doc = nlp.make_doc(ARTICLE)
    predicted = encoder.predict([doc])
    assert not doc.has_annotation("DEP") and USER_DATA not in doc.user_data
    encoder.set_annotations([doc], predicted)
    assert layers(doc) == layers(nlp(ARTICLE))


PROCESSES = """
import multiprocessing, sys, warnings
import spacy
if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)
    multiprocessing.set_start_method(sys.argv[1])
    nlp = spacy.blank("en")
    nlp.add_pipe("news_encoder", config={"threads": 0})
    texts = [sys.argv[2], "", "Ann left."] * 3
    one = [(doc.to_json(), doc.user_data) for doc in nlp.pipe(texts)]
    two = [(doc.to_json(), doc.user_data) for doc in nlp.pipe(texts, n_process=2, batch_size=2)]
    assert one == two
    print("same")
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_worker_processes(nlp, tmp_path: Path, method):
    if method == "fork" and sys.platform in ("win32", "darwin"):
        pytest.skip("no safe fork here")
    script = tmp_path / "script.py"
    script.write_text(PROCESSES, encoding="utf8")
    done = subprocess.run([sys.executable, script, method, ARTICLE], capture_output=True, text=True, timeout=300)
    assert done.stdout.strip() == "same", done.stderr


def test_to_disk_and_back(nlp, tmp_path: Path):
    nlp.to_disk(tmp_path / "saved")
    loaded = spacy.load(tmp_path / "saved")
    assert loaded.get_pipe("news_encoder").sessions.folder == tmp_path / "saved" / "news_encoder"
    assert layers(loaded(ARTICLE)) == layers(nlp(ARTICLE))


def test_to_bytes_and_back(nlp):
    again = make_nlp().from_bytes(nlp.to_bytes())
    assert layers(again(ARTICLE)) == layers(nlp(ARTICLE))


def test_doc_survives_bytes(nlp):
    doc = nlp(ARTICLE)
    again = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert layers(again) == layers(doc)
    assert json.dumps(again.user_data[USER_DATA]) == json.dumps(doc.user_data[USER_DATA])


def test_no_file_is_a_pickle(nlp):
    for path in PACKAGED.iterdir():
        data = path.read_bytes()
        assert not zipfile.is_zipfile(path), f"{path.name} is an archive, as torch.save writes them"
        assert path.suffix not in (".pt", ".pth", ".bin", ".pkl", ".pickle", ".joblib", ".npy")
        with pytest.raises(Exception):  # noqa: B017 - whatever it is that a file that is no pickle brings up
            pickletools.dis(data, out=io.StringIO())


def test_files_are_small_enough_for_the_wheel(nlp):
    assert sum(path.stat().st_size for path in PACKAGED.iterdir()) <= 30_000_000


def test_model_that_is_not_there(tmp_path: Path):
    with pytest.raises(ModelError, match=rf"No model in {tmp_path}/none: config\.json is missing; install quoteminer"):
        make_nlp(tmp_path / "none")


def test_folder_that_is_a_file(tmp_path: Path):
    (tmp_path / "file").write_text("", encoding="utf8")
    with pytest.raises(ModelError, match=r"config\.json cannot be read: Not a directory"):
        Sessions(tmp_path / "file")


@pytest.mark.parametrize("name", FILES)
def test_file_that_is_missing(copy: Path, name):
    (copy / name).unlink()
    with pytest.raises(ModelError, match=rf"{name} is missing; install quoteminer again \(`pip install"):
        make_nlp(copy)


@pytest.mark.parametrize("name", FILES)
def test_file_that_was_cut_short(copy: Path, name):
    data = (copy / name).read_bytes()
    (copy / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelError, match=rf"{name} has {len(data) // 2:,} bytes, needed are {len(data):,}; install"):
        make_nlp(copy)


@pytest.mark.parametrize("name", FILES)
def test_file_that_was_changed(copy: Path, name):
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    with pytest.raises(ModelError, match=rf"{name} was changed: its SHA-256 is [0-9a-f]+, needed is [0-9a-f]+"):
        make_nlp(copy)(SHORT)


def test_files_that_no_runtime_reads(copy: Path):
    data = json.loads((copy / CONFIG).read_text(encoding="utf8"))
    path = copy / FILES[0]
    path.write_bytes(b"\x00" * path.stat().st_size)
    data["sha256"][FILES[0]] = hashlib.sha256(path.read_bytes()).hexdigest()
    (copy / CONFIG).write_text(json.dumps(data), encoding="utf8")
    with pytest.raises(ModelError, match=r"The model in .* cannot be read: .*install quoteminer again"):
        make_nlp(copy)(SHORT)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"config\.json is damaged: Expecting value"),
        ("[1]", rf"has format \[1\], this version of quoteminer reads format {FORMAT}"),
        ('{"format": 99}', rf"has format 99, this version of quoteminer reads format {FORMAT}"),
        (json.dumps({"format": FORMAT}), r"config\.json is damaged: KeyError 'classes'"),
        (json.dumps({"format": FORMAT, **dict.fromkeys(
            ("classes", "lemmas", "longest", "context", "meta", "sha256", "sizes"), 1)}),
         r"config\.json is damaged: TypeError"),
    ],
)  # fmt: skip
def test_configuration_of_something_else(tmp_path: Path, content, message):
    (tmp_path / CONFIG).write_text(content, encoding="utf8")
    with pytest.raises(ModelError, match=message):
        Sessions(tmp_path)


def test_configuration_that_is_no_text(tmp_path: Path):
    (tmp_path / CONFIG).write_bytes(b"\xff\xfe")
    with pytest.raises(ModelError, match=r"config\.json is damaged"):
        Sessions(tmp_path)


def test_model_card_and_licence_are_there(nlp):
    licence = (PACKAGED / "LICENSE").read_text(encoding="utf8")
    assert "Creative Commons Attribution-ShareAlike 4.0 International" in licence
    card = (PACKAGED / "README.md").read_text(encoding="utf8")
    for corpus in ("EWT", "UNER", "GUM", "AMALGUM", "Wikinews", "wikigold", "Broad Twitter", "WNUT", "re3d"):
        assert corpus in card and corpus in licence, corpus


def test_labels_are_numbers_of_classes(nlp):
    sessions = nlp.get_pipe("news_encoder").sessions
    labels = sessions.label(numpy.zeros((3, 384), dtype=numpy.float32), numpy.zeros((3, 384), dtype=numpy.float32))
    assert labels.shape == (3,)
    assert (labels < len(sessions.config.classes["label"])).all()
