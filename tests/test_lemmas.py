"""Lemmas by exceptions and spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quoteminer.pipeline.lemmas import ENDINGS, Lemmas, Lemmatizer, lemma_of, stems
from quoteminer.pipeline.session import PACKAGED, read_config

LEMMAS = Lemmas(
    {"VBD": {"said": "say", "was": "be"}, "NNS": {"children": "child"}},
    {"VB": {"use", "hope", "hop", "call", "refer", "tie"}, "NN": {"bus", "house"}, "JJ": {"late"}},
)


@pytest.mark.parametrize(
    ("form", "tag", "lemma"),
    [
        ("Said", "VBD", "say"),
        ("children", "NNS", "child"),
        ("readout", "NN", "readout"),
        ("London", "NNP", "London"),
        ("Americans", "NNPS", "American"),
        ("countries", "NNS", "country"),
        ("houses", "NNS", "house"),
        ("buses", "NNS", "bus"),
        ("clashes", "NNS", "clash"),
        ("crisis", "NNS", "crisis"),
        ("used", "VBD", "use"),
        ("announced", "VBN", "announce"),
        ("called", "VBN", "call"),
        ("hopping", "VBG", "hop"),
        ("hoping", "VBG", "hope"),
        ("referred", "VBD", "refer"),
        ("tied", "VBD", "tie"),
        ("tried", "VBD", "try"),
        ("later", "RBR", "late"),
        ("happiest", "JJS", "happy"),
        ("The", "DT", "the"),
        ("I", "PRP", "I"),
    ],
)
def test_lemma(form, tag, lemma):
    known = LEMMAS if tag != "RBR" else Lemmas({}, {"RB": {"late"}})
    assert lemma_of(form, tag, known) == lemma


@given(st.text(min_size=1), st.sampled_from([*ENDINGS, "NN", "NNP", ""]))
def test_any_form_has_a_lemma(form, tag):
    assert lemma_of(form, tag, LEMMAS)


@given(st.text(min_size=1), st.sampled_from(sorted(set(ENDINGS.values()))))
def test_stems_are_words(form, ending):
    assert all(stems(form, ending))


def test_lists_survive_json():
    assert Lemmas.from_json(LEMMAS.to_json()) == Lemmas(
        LEMMAS.exceptions, {sort: frozenset(words) for sort, words in LEMMAS.known.items()}
    )


def test_the_shipped_lists_know_the_irregular_verbs():
    lemmas = Lemmas.from_json(read_config(PACKAGED).lemmas)
    forms = [("said", "VBD"), ("told", "VBD"), ("spoken", "VBN"), ("is", "VBZ"), ("went", "VBD")]
    assert [lemma_of(*form, lemmas) for form in forms] == ["say", "tell", "speak", "be", "go"]
    assert lemma_of("parties", "NNS", lemmas) == "party"


def test_lemmatizer_takes_tags_by_number():
    lemmatizer = Lemmatizer(LEMMAS, ["NN", "VBD", "NNP"])
    assert lemmatizer(["Said", "Said", "London", "go"], [1, 0, 2, 0]) == ["say", "said", "London", "go"]


def test_lemmatizer_forgets_when_it_knows_too_much(monkeypatch):
    monkeypatch.setattr("quoteminer.pipeline.lemmas.MAX_CACHED", 2)
    lemmatizer = Lemmatizer(LEMMAS, ["NN"])
    for word in ("a", "b", "c", "d"):
        assert lemmatizer([word], [0]) == [word]
    assert len(lemmatizer._known) <= 3
