"""What the encoder reads: cases, spacings, pieces, padded batches."""

import pickle

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from quoteminer.pipeline import features
from quoteminer.pipeline.features import (
    ALPHANUMERIC,
    DIGITS,
    FIRST,
    INITIAL,
    LAST,
    LINE,
    LOWER,
    MAX_PIECES_OF_WORD,
    MIXED,
    NO_SPACE,
    OTHER_CASE,
    PADDING,
    PARAGRAPH,
    SPACE,
    TITLE,
    UNKNOWN,
    UPPER,
    WordPieces,
    case_of,
    make_batch,
    spacing_of,
)


@pytest.fixture(scope="module")
def pieces(tmp_path_factory) -> WordPieces:
    """Pieces over a vocabulary of a few words, numbered as in the real one."""
    vocabulary = {"[PAD]": PADDING, "[UNK]": UNKNOWN, "[CLS]": FIRST, "[SEP]": LAST}
    for word in ("ann", "said", "un", "##believ", "##able", "a", "##a", ".", "“"):
        vocabulary[word] = 200 + len(vocabulary)
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = BertNormalizer(), BertPreTokenizer()
    path = tmp_path_factory.mktemp("pieces") / "tokenizer.json"
    tokenizer.save(str(path))
    return WordPieces(path)


@pytest.mark.parametrize(
    ("word", "case"),
    [
        ("said", LOWER),
        ("Anna", TITLE),
        ("NATO", UPPER),
        ("A", INITIAL),
        ("McCain", MIXED),
        ("iPhone", MIXED),
        ("Al-Sisi", MIXED),
        ("co-op", LOWER),
        ("2024", DIGITS),
        ("3.5", DIGITS),
        ("G20", ALPHANUMERIC),
        ("46-year-old", ALPHANUMERIC),
        ("“", OTHER_CASE),
        ("—", OTHER_CASE),
        ("", OTHER_CASE),
    ],
)
def test_cases(word, case):
    assert case_of(word) == case


@pytest.mark.parametrize(
    ("gap", "spacing"),
    [
        ("", NO_SPACE),
        (" ", SPACE),
        ("\t  ", SPACE),
        ("\n", LINE),
        (" \n ", LINE),
        ("\r\n", LINE),
        ("\r", LINE),
        ("\u2028", LINE),
        ("\n\n", PARAGRAPH),
        ("\r\n\r\n", PARAGRAPH),
        ("\n \n", PARAGRAPH),
        ("\u2029", PARAGRAPH),
    ],
)
def test_spacings(gap, spacing):
    assert spacing_of(gap) == spacing


@given(st.text(), st.text())
def test_every_word_and_gap_has_a_class(word, gap):
    assert 0 <= case_of(word) < 8
    assert 0 <= spacing_of(gap) < 4


def test_pieces_of_words(pieces):
    words = pieces.encode(["Ann", "said", "unbelievable", "."], ["\n\n", " ", " ", ""])
    assert len(words) == 4
    assert words.offsets.tolist() == [0, 1, 2, 5, 6]
    assert words.pieces[2:5].tolist() == [pieces.tokenizer.token_to_id(x) for x in ("un", "##believ", "##able")]
    assert words.cases.tolist() == [TITLE, LOWER, LOWER, OTHER_CASE]
    assert words.spacings.tolist() == [PARAGRAPH, SPACE, SPACE, NO_SPACE]


@pytest.mark.parametrize("word", ["漢字", "\x00", "\ud800", "\u200b", "a" * 100_000, " "])
def test_every_word_has_some_pieces_but_not_many(pieces, word):
    words = pieces.encode([word], ["\n\n"])
    assert 1 <= len(words.pieces) <= MAX_PIECES_OF_WORD


def test_no_words(pieces):
    words = pieces.encode([], [])
    assert len(words) == 0
    assert words.offsets.tolist() == [0]


def test_known_words_are_forgotten_when_they_are_many(pieces, monkeypatch):
    monkeypatch.setattr(features, "MAX_CACHED", 3)
    for i in range(20):
        pieces.encode([f"word{i}"], [""])
    assert len(pieces._known) <= 4
    assert len(pieces._known) == len(pieces._cases)


@given(
    st.lists(
        st.lists(st.sampled_from(["Ann", "said", "unbelievable", ".", "aaa", "zzz"]), min_size=1, max_size=6),
        min_size=1,
        max_size=4,
    )
)
def test_batches_hold_each_window_and_padding(pieces, sentences):
    encoded = [pieces.encode(words, [" "] * len(words)) for words in sentences]
    batch = make_batch([(words, 0, len(words)) for words in encoded])
    assert batch.pieces.shape == batch.cases.shape == batch.spacings.shape
    assert batch.lengths.tolist() == [len(words) for words in sentences]
    for row, words in enumerate(encoded):
        width = len(words.pieces) + 2
        assert batch.pieces[row, :width].tolist() == [FIRST, *words.pieces.tolist(), LAST]
        assert (batch.pieces[row, width:] == PADDING).all()
        firsts = batch.firsts[row, : len(words)]
        assert batch.pieces[row, firsts].tolist() == words.pieces[words.offsets[:-1]].tolist()
        assert batch.cases[row, firsts].tolist() == words.cases.tolist()
        assert batch.spacings[row, firsts].tolist() == words.spacings.tolist()


def test_batch_of_a_part(pieces):
    words = pieces.encode(["Ann", "unbelievable", "said", "."], [" "] * 4)
    batch = make_batch([(words, 1, 3)])
    assert batch.pieces[0].tolist() == [FIRST, *words.pieces[1:5].tolist(), LAST]
    assert batch.firsts.tolist() == [[1, 4]]


def test_words_are_plain_arrays(pieces):
    words = pieces.encode(["Ann"], [""])
    again = pickle.loads(pickle.dumps(words))
    assert all(numpy.array_equal(getattr(words, name), getattr(again, name)) for name in ("pieces", "offsets", "cases"))
