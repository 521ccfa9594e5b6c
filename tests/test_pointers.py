"""What the encoder points at, followed to entities."""

import pytest
from trees import make_doc

from quoteminer.analysis import make_view
from quoteminer.candidates import Roster
from quoteminer.entities import group_mentions
from quoteminer.lexicon import load_lexicon
from quoteminer.pointers import NOBODY, Pointers, targets_of
from quoteminer.view import View

LEXICON = load_lexicon()
# 0 Marta 1 Oduya 2 leads 3 a 4 bank 5 . 6 The 7 bank 8 rose 9 , 10 she 11 said 12 .
TREE = (
    "Marta/PROPN/nsubj/3 Oduya/PROPN/flat/1 leads/VERB/ROOT/0 a/DET/det/5 bank/NOUN/obj/3 ./PUNCT/punct/3 "
    "The/DET/det/8 bank/NOUN/nsubj/9 rose/VERB/ccomp/12 ,/PUNCT/punct/9 she/PRON/nsubj/12 said/VERB/parataxis/3 "
    "./PUNCT/punct/3"
)


def read(**pointers: list) -> tuple[View, Roster, Pointers]:
    doc = make_doc(TREE, {"Marta Oduya": "PERSON"})
    if pointers:
        doc.user_data["news_encoder"] = pointers
    view, _, _ = make_view(doc, LEXICON)
    roster = Roster(view, group_mentions(view.page))
    return view, roster, Pointers(view, roster)


def test_other_pipelines_point_at_nothing():
    view, _, pointers = read()
    assert targets_of(view, "speaker") == {}
    shares = pointers.shares("speaker", 6)
    assert (dict(shares.of), shares.at, shares.within((0, 12))) == ({NOBODY: 0}, (), 0)


def test_a_name_is_pointed_at():
    _, _, pointers = read(antecedent=[[10, [[1, 0.7], [-1, 0.2], [4, 0.1]]]])
    shares = pointers.shares("antecedent", 10)
    assert shares.of == {0: 0.7, NOBODY: 0.2}
    assert shares.within((3, 5)) == 0.1


def test_pointers_are_followed_over_pronouns_and_nouns():
    _, _, pointers = read(
        speaker=[[6, [[10, 0.5], [0, 0.25]]]], antecedent=[[10, [[7, 0.8]]], [7, [[1, 0.5], [-1, 0.5]]]]
    )
    assert pointers.shares("speaker", 6).of == pytest.approx({0: 0.25 + 0.5 * 0.8 * 0.5, NOBODY: 0})


def test_a_mention_resolved_before_stands_for_its_entity():
    _, roster, pointers = read(speaker=[[6, [[7, 1.0]]]])
    assert pointers.shares("speaker", 6).of == {NOBODY: 0}
    roster.add_resolved(roster.entities[0], (6, 8))
    assert roster.stands_for(7) == 0
    assert pointers.shares("speaker", 6).of == {0: 1.0, NOBODY: 0}


def test_pointers_in_a_circle_end():
    _, _, pointers = read(antecedent=[[10, [[7, 1.0]]], [7, [[10, 1.0]]]])
    assert pointers.shares("antecedent", 10).of == {NOBODY: 0}
