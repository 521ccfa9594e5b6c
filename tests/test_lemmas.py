"""Lemmas as edit rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quoteminer.pipeline.lemmas import IDENTITY, Lemmatizer, apply_rule, rule_of


@pytest.mark.parametrize(
    ("form", "lemma", "rule"),
    [
        ("said", "say", "2|y"),
        ("Said", "say", "2|y"),
        ("houses", "house", "1|"),
        ("house", "house", IDENTITY),
        ("The", "the", IDENTITY),
        ("London", "London", "0||="),
        ("Americans", "American", "1||="),
        ("were", "be", "4|be"),
        ("n't", "not", "2|ot"),
        ("’s", "be", "2|be"),
        ("US", "US", "0||="),
    ],
)
def test_rules(form, lemma, rule):
    assert rule_of(form, lemma) == rule
    assert apply_rule(form, rule) == lemma


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_rule_gives_back_the_lemma_it_was_made_from(form, lemma):
    assert apply_rule(form, rule_of(form, lemma)) == lemma


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1))
def test_a_rule_gives_some_lemma_of_any_other_form(form, lemma, other):
    assert apply_rule(other, rule_of(form, lemma))


@pytest.mark.parametrize("form", ["a", "no"])
def test_a_rule_that_cuts_too_much_changes_nothing(form):
    assert apply_rule(form, "9|x") == form


def test_lemmatizer_applies_rules_by_number():
    lemmatizer = Lemmatizer(["0|", "2|y", "0||="])
    assert lemmatizer(["Said", "Said", "London", "go"], [1, 0, 2, 0]) == ["say", "said", "London", "go"]


def test_lemmatizer_forgets_when_it_knows_too_much(monkeypatch):
    monkeypatch.setattr("quoteminer.pipeline.lemmas.MAX_CACHED", 2)
    lemmatizer = Lemmatizer(["0|"])
    for word in ("a", "b", "c", "d"):
        assert lemmatizer([word], [0]) == [word]
    assert len(lemmatizer._known) <= 3
