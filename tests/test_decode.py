"""Trees and names from scores, against every tree and every sequence there is."""

import itertools

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quoteminer.pipeline import decode
from quoteminer.pipeline.decode import decode_names, decode_tree

TAGS = ("O", "B-PERSON", "I-PERSON", "B-ORG", "I-ORG")


@st.composite
def score_tables(draw, most: int = 5):
    size = draw(st.integers(1, most))
    # Whole numbers, so that ties are common and sums are exact.
    cells = draw(st.lists(st.integers(-4, 4), min_size=size * (size + 1), max_size=size * (size + 1)))
    return numpy.array(cells, dtype=numpy.float32).reshape(size, size + 1)


def is_tree(heads) -> bool:
    """One root, and every word reaches it."""
    if list(heads).count(0) != 1:
        return False
    for word in range(1, len(heads) + 1):
        seen = set()
        while word:
            if word in seen:
                return False
            seen.add(word)
            word = heads[word - 1]
    return True


def total(scores, heads) -> float:
    return float(sum(scores[word, head] for word, head in enumerate(heads)))


def best_total(scores) -> float:
    size = len(scores)
    choices = [[head for head in range(size + 1) if head != word + 1] for word in range(size)]
    return max(total(scores, heads) for heads in itertools.product(*choices) if is_tree(heads))


@settings(max_examples=200)
@given(score_tables())
def test_tree_is_the_best_of_all(scores):
    heads = decode_tree(scores)
    assert is_tree(heads.tolist())
    assert total(scores, heads) == best_total(scores)


@settings(max_examples=100)
@given(score_tables(most=12))
def test_both_ways_to_one_root_agree(scores):
    tried = decode_tree(scores)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decode, "ROOTS_TRIED", 0)
        penalised = decode_tree(scores)
    assert is_tree(tried.tolist()) and is_tree(penalised.tolist())
    assert total(scores, tried) == total(scores, penalised)


def test_tree_of_a_window_of_noise():
    scores = numpy.random.default_rng(0).normal(size=(200, 201)).astype(numpy.float32)
    assert is_tree(decode_tree(scores).tolist())


def test_a_word_alone_is_the_root():
    assert decode_tree(numpy.array([[-9.0, 3.0]])).tolist() == [0]


def test_scores_stay_as_they_are():
    scores = numpy.zeros((3, 4))
    decode_tree(scores)
    assert not scores.any()


def test_two_good_roots_leave_the_better_one():
    scores = numpy.array([[5.0, 0, 1, 0], [7.0, 2, 0, 0], [0.0, 0, 4, 0]])
    assert decode_tree(scores).tolist() == [2, 0, 2]


def is_valid(tags, starts) -> bool:
    for i, tag in enumerate(tags):
        if tag.startswith("I-") and (i in starts or tags[i - 1][1:] != tag[1:] or tags[i - 1] == "O"):
            return False
    return True


@st.composite
def name_scores(draw):
    size = draw(st.integers(1, 4))
    cells = draw(st.lists(st.integers(-4, 4), min_size=size * len(TAGS), max_size=size * len(TAGS)))
    starts = {0, *draw(st.lists(st.integers(0, size - 1), max_size=2))}
    return numpy.array(cells, dtype=numpy.float32).reshape(size, len(TAGS)), sorted(starts)


@settings(max_examples=200)
@given(name_scores())
def test_names_are_the_best_valid_sequence(given_scores):
    scores, starts = given_scores
    size = len(scores)
    found = decode_names(scores, TAGS, starts)
    assert is_valid([TAGS[i] for i in found], starts)
    best = max(
        sum(scores[i, tag] for i, tag in enumerate(tags))
        for tags in itertools.product(range(len(TAGS)), repeat=size)
        if is_valid([TAGS[i] for i in tags], starts)
    )
    assert sum(scores[i, tag] for i, tag in enumerate(found)) == best


def test_names_of_nothing():
    assert decode_names(numpy.zeros((0, len(TAGS))), TAGS, ()).tolist() == []
