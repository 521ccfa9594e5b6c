"""From a quotation to the mention that attributes it: the rule, the cue and the head of the mention."""

import pytest
from trees import make_doc

from quoteminer.analysis import load_weights, make_view
from quoteminer.lexicon import load_lexicon
from quoteminer.loglinear import softmax
from quoteminer.speakers import (
    ACCORDING,
    AFTER,
    BEFORE,
    ENCODER,
    GOES_ON,
    NOUN_BEFORE,
    attribute,
    link_features,
    proposals_for,
    propose,
)
from quoteminer.view import Link, View

LEXICON = load_lexicon()
QUOTE = "“/PUNCT/punct/4 The/DET/det/3 dam/NOUN/nsubj/4 holds/VERB:VBZ/{dep}/{verb} ,/PUNCT/punct/4 ”/PUNCT/punct/4"


def quote(verb: int) -> str:
    return QUOTE.format(dep="ccomp", verb=verb)


def view_of(*sentences: str, ents: dict[str, str] | None = None) -> tuple[View, dict[int, Link]]:
    view, _, given = make_view(make_doc(sentences, ents), LEXICON)
    return view, given


def links(*sentences: str, ents: dict[str, str] | None = None) -> list[tuple[str, str, str] | None]:
    """The link of each quotation as (rule, cue, mention)."""
    view, given = view_of(*sentences, ents=ents)
    found = []
    for link, chance in attribute(view, given, load_weights()):
        assert 0 <= chance <= 1
        if link is None:
            found.append(None)
            continue
        cue = view.doc[slice(*link.cue)].text if link.cue else ""
        mention = view.doc[slice(*view.mention_bounds(link.subject))].text if link.subject is not None else ""
        found.append((link.rule, cue, mention))
    return found


PERSON = {"Marta Oduya": "PERSON", "Piet Verhoeven": "PERSON"}
ROWS = [
    pytest.param(
        f"{quote(7)} said/VERB/ROOT/0 Marta/PROPN/nsubj/7 Oduya/PROPN/flat/8 ./PUNCT/punct/7",
        (AFTER, "said", "Marta Oduya"),
        id="q-said-name-ud",
    ),
    pytest.param(
        f"{quote(7)} said/VERB/ROOT/0 Marta/PROPN/compound/9 Oduya/PROPN/nsubj/7 ./PUNCT/punct/7",
        (AFTER, "said", "Marta Oduya"),
        id="q-said-name-clear",
    ),
    pytest.param(
        f"{quote(9)} Marta/PROPN/nsubj/9 Oduya/PROPN/flat/7 said/VERB/ROOT/0 ./PUNCT/punct/9",
        (AFTER, "said", "Marta Oduya"),
        id="q-name-said",
    ),
    pytest.param(
        f"{quote(7)} said/VERB/ROOT/0 Marta/PROPN/dep/7 Oduya/PROPN/dep/8 ./PUNCT/punct/7",
        (AFTER, "said", "Marta"),
        id="q-said-name-in-a-wrong-tree",
    ),
    pytest.param(
        "Marta/PROPN/nsubj/3 Oduya/PROPN/flat/1 said/VERB/ROOT/0 :/PUNCT/punct/3 “/PUNCT/punct/8 The/DET/det/7 "
        "dam/NOUN/nsubj/8 holds/VERB:VBZ/ccomp/3 ./PUNCT/punct/8 ”/PUNCT/punct/8",
        (BEFORE, "said", "Marta Oduya"),
        id="name-said-colon",
    ),
    pytest.param(
        "According/VERB:VBG/case/3 to/ADP/fixed/1 Marta/PROPN/obl/9 Oduya/PROPN/flat/3 ,/PUNCT/punct/9 “/PUNCT/punct/9 "
        "the/DET/det/8 dam/NOUN/nsubj/9 holds/VERB:VBZ/ROOT/0 ”/PUNCT/punct/9 ./PUNCT/punct/9",
        (ACCORDING, "According to", "Marta Oduya"),
        id="according-to-ud",
    ),
    pytest.param(
        "According/VERB:VBG/prep/9 to/ADP/prep/1 Marta/PROPN/compound/4 Oduya/PROPN/pobj/2 "
        ",/PUNCT/punct/9 “/PUNCT/punct/9 "
        "the/DET/det/8 dam/NOUN/nsubj/9 holds/VERB:VBZ/ROOT/0 ”/PUNCT/punct/9 ./PUNCT/punct/9",
        (ACCORDING, "According to", "Marta Oduya"),
        id="according-to-clear",
    ),
    pytest.param(
        "In/ADP/case/3 the/DET/det/3 words/NOUN:NNS/obl/11 of/ADP/case/5 Marta/PROPN/nmod/3 Oduya/PROPN/flat/5 "
        ",/PUNCT/punct/11 “/PUNCT/punct/11 the/DET/det/10 dam/NOUN/nsubj/11 holds/VERB:VBZ/ROOT/0 ”/PUNCT/punct/11",
        (ACCORDING, "In the words of", "Marta Oduya"),
        id="in-the-words-of",
    ),
    pytest.param(
        f"{quote(10)} Marta/PROPN/nsubj:pass/10 Oduya/PROPN/flat/7 was/AUX/aux:pass/10 quoted/VERB:VBN/ROOT/0 "
        "as/SCONJ/mark/12 saying/VERB:VBG/advcl/10 ./PUNCT/punct/10",
        (AFTER, "was quoted as saying", "Marta Oduya"),
        id="quoted-as-saying-ud",
    ),
    pytest.param(
        f"{quote(10)} Marta/PROPN/compound/8 Oduya/PROPN/nsubjpass/10 was/AUX/auxpass/10 quoted/VERB:VBN/ROOT/0 "
        "as/ADP/prep/10 saying/VERB:VBG/pcomp/11 ./PUNCT/punct/10",
        (AFTER, "was quoted as saying", "Marta Oduya"),
        id="quoted-as-saying-clear",
    ),
    pytest.param(
        "The/DET/det/2 plan/NOUN/nsubj:pass/4 was/AUX/aux:pass/4 described/VERB:VBN/ROOT/0 by/ADP/case/6 "
        "Marta/PROPN/obl:agent/4 Oduya/PROPN/flat/6 as/ADP/case/11 “/PUNCT/punct/11 a/DET/det/11 gift/NOUN/obl/4 "
        "”/PUNCT/punct/11 ./PUNCT/punct/4",
        (BEFORE, "was described", "Marta Oduya"),
        id="by-agent-ud",
    ),
    pytest.param(
        "The/DET/det/2 plan/NOUN/nsubjpass/4 was/AUX/auxpass/4 described/VERB:VBN/ROOT/0 by/ADP/agent/4 "
        "Marta/PROPN/compound/7 Oduya/PROPN/pobj/5 as/ADP/prep/4 “/PUNCT/punct/11 a/DET/det/11 gift/NOUN/pobj/8 "
        "”/PUNCT/punct/11 ./PUNCT/punct/4",
        (BEFORE, "was described", "Marta Oduya"),
        id="by-agent-clear",
    ),
    pytest.param(
        "Oduya/PROPN/nmod:poss/3 ’s/PART:POS/case/1 claim/NOUN/ROOT/0 that/SCONJ/mark/8 “/PUNCT/punct/8 the/DET/det/7 "
        "dam/NOUN/nsubj/8 holds/VERB:VBZ/acl/3 ”/PUNCT/punct/8",
        (NOUN_BEFORE, "claim", "Oduya"),
        id="noun-of-speech-ud",
    ),
    pytest.param(
        "Oduya/PROPN/poss/3 ’s/PART:POS/case/1 claim/NOUN/ROOT/0 that/SCONJ/mark/8 “/PUNCT/punct/8 the/DET/det/7 "
        "dam/NOUN/nsubj/8 holds/VERB:VBZ/acl/3 ”/PUNCT/punct/8",
        (NOUN_BEFORE, "claim", "Oduya"),
        id="noun-of-speech-clear",
    ),
    pytest.param(
        f"{quote(7)} said/VERB/ROOT/0 immigration/NOUN/nsubj/7 lawyer/NOUN/dep/8 Marta/PROPN/dep/8 Oduya/PROPN/flat/10 "
        "./PUNCT/punct/7",
        (AFTER, "said", "Marta Oduya"),
        id="role-and-name",
    ),
    pytest.param(
        f"{quote(13)} Marta/PROPN/nsubj/13 Oduya/PROPN/flat/7 ,/PUNCT/punct/11 a/DET/det/11 doctor/NOUN/appos/7 "
        ",/PUNCT/punct/7 said/VERB/ROOT/0 ./PUNCT/punct/13",
        (AFTER, "said", "Marta Oduya"),
        id="apposition",
    ),
    pytest.param(
        f"{quote(10)} a/DET/det/9 police/NOUN/compound/9 spokesman/NOUN/nsubj/10 said/VERB/ROOT/0 ./PUNCT/punct/10",
        (AFTER, "said", "a police spokesman"),
        id="noun-phrase",
    ),
    pytest.param(
        "“/PUNCT/punct/3 Nothing/PRON/nsubj/3 holds/VERB:VBZ/ROOT/0 ./PUNCT/punct/3 ”/PUNCT/punct/3", None, id="alone"
    ),
]


@pytest.mark.parametrize(("tree", "expected"), ROWS)
def test_link(tree: str, expected: tuple[str, str, str] | None):
    assert links(tree, ents=PERSON) == [expected]


def test_later_paragraph_of_one_utterance_goes_on():
    first = (
        "Marta/PROPN/nsubj/3 Oduya/PROPN/flat/1 said/VERB/ROOT/0 :/PUNCT/punct/3 “/PUNCT/punct/8 The/DET/det/7 "
        "dam/NOUN/nsubj/8 holds/VERB:VBZ/ccomp/3 ./PUNCT/punct/8 ¶/SPACE/dep/8"
    )
    second = "“/PUNCT/punct/3 It/PRON/nsubj/3 holds/VERB:VBZ/ROOT/0 ./PUNCT/punct/3 ”/PUNCT/punct/3"
    assert links(first, second, ents=PERSON) == [(BEFORE, "said", "Marta Oduya"), (GOES_ON, "", "")]


def test_reporting_clause_of_the_next_sentence_is_not_beside():
    first = (
        "“/PUNCT/punct/3 It/PRON/nsubj/3 holds/VERB:VBZ/ROOT/0 ./PUNCT/punct/3 ”/PUNCT/punct/3 "
        "He/PRON/nsubj/7 slept/VERB/dep/3 ./PUNCT/punct/3"
    )
    view, _ = view_of(first, "Oduya/PROPN/nsubj/2 said/VERB/ROOT/0 so/ADV/advmod/2 ./PUNCT/punct/2")
    assert [*propose(view, view.quotations[0])] == []


def test_encoder_proposes_what_no_rule_does():
    view, _ = view_of("“/PUNCT/punct/2 Yes/NOUN/dep/4 ”/PUNCT/punct/2 slept/VERB/ROOT/0 Oduya/PROPN/dep/4")
    (quotation,) = view.quotations
    assert [link for link, _ in proposals_for(view, quotation, [(4, 0.9)])] == [Link(ENCODER, 4)]
    for pointed in ([(-1, 0.9)], [(4, 0.1)], [(1, 0.9)], []):
        assert all(link.rule != ENCODER for link, _ in proposals_for(view, quotation, pointed))


def test_silence_has_the_last_row():
    view, _ = view_of(f"{quote(7)} said/VERB/ROOT/0 Oduya/PROPN/nsubj/7 ./PUNCT/punct/7")
    (quotation,) = view.quotations
    proposals = proposals_for(view, quotation, [])
    rows = link_features(view, quotation, proposals, [])
    assert len(rows) == len(proposals) + 1
    assert rows[-1]["silence"] == 1.0
    assert rows[0][f"rule {AFTER}"] == 1.0


def test_softmax():
    assert softmax([0.0, 0.0]) == [0.5, 0.5]
    assert sum(softmax([1e3, -1e3, 5.0])) == pytest.approx(1.0)
