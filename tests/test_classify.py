"""What a stretch in quotation marks is."""

import math

import pytest
from trees import make_doc

from quoteminer.analysis import load_weights, make_view
from quoteminer.classify import KINDS, classify, kind_features, kind_pointers, with_encoder
from quoteminer.lexicon import load_lexicon
from quoteminer.speakers import attribute
from quoteminer.view import View

LEXICON = load_lexicon()


def view_of(tree: str) -> View:
    return make_view(make_doc(tree), LEXICON)[0]


def kind_of(tree: str) -> str:
    view, _, given = make_view(make_doc(tree), LEXICON)
    weights = load_weights()
    ((link, _),) = attribute(view, given, weights)
    found = classify(kind_features(view, view.quotations[0], link), weights["kind without pointers"])
    assert sum(found.values()) == pytest.approx(1.0)
    return max(found, key=lambda kind: found[kind])


ROWS = [
    pytest.param(
        "“/PUNCT/punct/4 The/DET/det/3 dam/NOUN/nsubj/4 holds/VERB:VBZ/ccomp/10 through/ADP/case/7 the/DET/det/7 "
        "winter/NOUN/obl/4 ,/PUNCT/punct/4 ”/PUNCT/punct/4 said/VERB/ROOT/0 Oduya/PROPN/nsubj/10 ./PUNCT/punct/10",
        "direct",
        id="sentence",
    ),
    pytest.param(
        "Oduya/PROPN/nsubj/2 said/VERB/ROOT/0 it/PRON/nsubj/9 was/AUX/cop/9 “/PUNCT/punct/9 a/DET/det/9 sad/ADJ/amod/9 "
        "old/ADJ/amod/9 plan/NOUN/ccomp/2 ”/PUNCT/punct/9 ./PUNCT/punct/2",
        "mixed",
        id="words-in-a-paraphrase",
    ),
    pytest.param(
        "The/DET/det/6 so-called/ADJ/amod/6 “/PUNCT/punct/6 winter/NOUN/compound/6 ”/PUNCT/punct/6 rule/NOUN/nsubj/7 "
        "ended/VERB/ROOT/0 ./PUNCT/punct/7",
        "term",
        id="so-called",
    ),
    pytest.param(
        "He/PRON/nsubj/2 directed/VERB/ROOT/0 the/DET/det/4 film/NOUN/obj/2 “/PUNCT/punct/8 "
        "The/DET/det/8 Long/PROPN/compound/8 "
        "Winter/PROPN/appos/4 ”/PUNCT/punct/8 ./PUNCT/punct/2",
        "title",
        id="film",
    ),
]


@pytest.mark.parametrize(("tree", "kind"), ROWS)
def test_kind(tree: str, kind: str):
    assert kind_of(tree) == kind


def test_features_name_what_is_seen():
    view = view_of(
        "The/DET/det/6 so-called/ADJ/amod/6 ‘/PUNCT/punct/6 winter/NOUN/compound/6 ’/PUNCT/punct/6 "
        "rule/NOUN/nsubj/7 ended/VERB/ROOT/0"
    )
    found = kind_features(view, view.quotations[0], None)
    assert {"always", "no rule", "words 1", "term cue before", "single marks", "after it NOUN", "lower, no verb"} <= {
        *found
    }


def test_encoder_adds_logs():
    found = with_encoder({}, [1.0, 0.5, 0.0, 0.25])
    assert found["encoder direct"] == 0.0
    assert found["encoder term"] == math.log(1e-3)
    assert with_encoder({"always": 1.0}, None) == {"always": 1.0}


def test_classes_are_probabilities():
    assert classify({}, {kind: {} for kind in KINDS}) == dict.fromkeys(KINDS, 0.25)
    huge = classify({"a": 1e4}, {**{kind: {} for kind in KINDS}, "title": {"a": 1.0}})
    assert huge["title"] == pytest.approx(1.0)


def test_no_pointers_without_the_encoder():
    assert kind_pointers(view_of("“/PUNCT/punct/2 Yes/INTJ:UH/ROOT/0 ”/PUNCT/punct/2")) == {}
