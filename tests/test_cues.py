"""Reporting words and who reports, in both label schemes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trees import make_doc

from quoteminer.cues import find_reports, strength_of
from quoteminer.inflection import IRREGULAR_PASTS, verb_forms, verb_lemmas
from quoteminer.lexicon import load_lexicon

LEXICON = load_lexicon()


def reports(tree: str, quoted: range = range(0)) -> list[tuple[str, str | None, str, str]]:
    """Each report as (cue, subject, form, strength)."""
    doc = make_doc(tree, {"Oduya": "PERSON"})
    inside = [0 if i in quoted else -1 for i in range(len(doc))]
    return [
        (doc[r.start : r.end].text, doc[r.subject].text if r.subject is not None else None, r.form, r.strength)
        for r in find_reports(doc, inside, LEXICON)
    ]


ROWS = [
    pytest.param("Oduya/PROPN/nsubj/2 said/VERB/ROOT/0", ("said", "Oduya", "verb", "strong"), id="said"),
    pytest.param(
        "Oduya/PROPN/nsubj/4 has/AUX:VBZ/aux/4 repeatedly/ADV/advmod/4 warned/VERB:VBN/ROOT/0",
        ("has repeatedly warned", "Oduya", "verb", "strong"),
        id="auxiliaries",
    ),
    pytest.param(
        "Oduya/PROPN/nsubj:pass/3 was/AUX/aux:pass/3 quoted/VERB:VBN/ROOT/0 as/SCONJ/mark/5 saying/VERB:VBG/advcl/3",
        ("was quoted as saying", "Oduya", "verb", "strong"),
        id="quoted-as-saying-ud",
    ),
    pytest.param(
        "Herald/PROPN/nsubj/2 quoted/VERB/ROOT/0 Oduya/PROPN/obj/2 ,/PUNCT/punct/3 a/DET/det/6 doctor/NOUN/appos/3 "
        ",/PUNCT/punct/3 as/SCONJ/mark/9 saying/VERB:VBG/advcl/2",
        ("quoted", "Oduya", "verb", "strong"),
        id="paper-quoted-somebody-as-saying",
    ),
    pytest.param(
        "minister/NOUN/obl/4 ,/PUNCT/punct/3 Oduya/PROPN/appos/1 told/VERB/ROOT/0 lawmakers/NOUN:NNS/nsubj/4",
        ("told", "Oduya", "verb", "strong"),
        id="who-is-told-is-not-who-tells",
    ),
    pytest.param(
        "It/PRON/nsubj/2 rained/VERB/ROOT/0 ,/PUNCT/punct/4 noted/VERB:VBN/advcl/2 Dr/PROPN/obj/4 Oduya/PROPN/flat/5",
        ("noted", "Dr", "verb", "strong"),
        id="name-behind-the-verb-as-its-object",
    ),
    pytest.param(
        "Herald/PROPN/nsubj/2 quoted/VERB/ROOT/0 Oduya/PROPN/obj/2 at/ADP/case/5 length/NOUN/obl/2",
        ("quoted", "Herald", "verb", "strong"),
        id="paper-quoted-somebody",
    ),
    pytest.param(
        "They/PRON/nsubj/2 left/VERB/ROOT/0 with/ADP/case/5 the/DET/det/5 court/NOUN/obl/2 saying/VERB:VBG/advcl/2 "
        "no/ADV/advmod/6",
        ("saying", "court", "verb", "strong"),
        id="participle-with-a-subject-of-its-own",
    ),
    pytest.param(
        "Oduya/PROPN/nsubjpass/3 was/AUX/auxpass/3 quoted/VERB:VBN/ROOT/0 as/ADP/prep/3 saying/VERB:VBG/pcomp/4",
        ("was quoted as saying", "Oduya", "verb", "strong"),
        id="quoted-as-saying-clear",
    ),
    pytest.param(
        "it/PRON/nsubj:pass/3 was/AUX/aux:pass/3 described/VERB:VBN/ROOT/0 by/ADP/case/5 Oduya/PROPN/obl:agent/3",
        ("was described", "Oduya", "verb", "weak"),
        id="agent-ud",
    ),
    pytest.param(
        "it/PRON/nsubjpass/3 was/AUX/auxpass/3 described/VERB:VBN/ROOT/0 by/ADP/agent/3 Oduya/PROPN/pobj/4",
        ("was described", "Oduya", "verb", "weak"),
        id="agent-clear",
    ),
    pytest.param(
        "According/VERB:VBG/case/3 to/ADP/fixed/1 Oduya/PROPN/obl/5 ,/PUNCT/punct/3 rained/VERB/ROOT/0",
        ("According to", "Oduya", "preposition", "strong"),
        id="according-ud",
    ),
    pytest.param(
        (
            "According/VERB:VBG/prep/6 to/ADP/prep/1 Marta/PROPN/compound/4 Oduya/PROPN/pobj/2 "
            ",/PUNCT/punct/6 rained/VERB/ROOT/0"
        ),
        ("According to", "Oduya", "preposition", "strong"),
        id="according-clear",
    ),
    pytest.param(
        "In/ADP/case/3 the/DET/det/3 words/NOUN:NNS/obl/6 of/ADP/case/5 Oduya/PROPN/nmod/3 rained/VERB/ROOT/0",
        ("In the words of", "Oduya", "preposition", "strong"),
        id="in-the-words-of",
    ),
    pytest.param(
        "Oduya/PROPN/nmod:poss/3 ’s/PART:POS/case/1 claim/NOUN/ROOT/0",
        ("claim", "Oduya", "noun", "weak"),
        id="claim-ud",
    ),
    pytest.param(
        "Oduya/PROPN/poss/3 ’s/PART:POS/case/1 claim/NOUN/ROOT/0", ("claim", "Oduya", "noun", "weak"), id="claim-clear"
    ),
    pytest.param(
        "Oduya/PROPN/nsubj/4 ’s/PART:POS/case/1 claim/NOUN/nsubj/4 failed/VERB/ROOT/0",
        ("claim", "Oduya", "noun", "weak"),
        id="claim-hung-elsewhere",
    ),
    pytest.param(
        "statement/NOUN/ROOT/0 by/ADP/case/3 Oduya/PROPN/nmod/1", ("statement", "Oduya", "noun", "weak"), id="by-ud"
    ),
    pytest.param(
        "statement/NOUN/ROOT/0 by/ADP/prep/1 Oduya/PROPN/pobj/2", ("statement", "Oduya", "noun", "weak"), id="by-clear"
    ),
    pytest.param(
        "Oduya/PROPN/nsubj/2 issued/VERB/ROOT/0 statement/NOUN/obj/2",
        ("issued", "Oduya", "verb", "weak"),
        id="light-ud",
    ),
    pytest.param(
        "Oduya/PROPN/nsubj/2 issued/VERB/ROOT/0 statement/NOUN/dobj/2",
        ("issued", "Oduya", "verb", "weak"),
        id="light-clear",
    ),
]


@pytest.mark.parametrize(("tree", "expected"), ROWS)
def test_report(tree: str, expected: tuple[str, str, str, str]):
    assert reports(tree)[0] == expected


@pytest.mark.parametrize(
    "tree",
    [
        pytest.param("Oduya/PROPN/nsubj/2 slept/VERB/ROOT/0", id="no-reporting-verb"),
        pytest.param("Oduya/PROPN/nsubj:pass/3 was/AUX/aux:pass/3 told/VERB:VBN/ROOT/0", id="passive-listener-ud"),
        pytest.param("Oduya/PROPN/nsubjpass/3 was/AUX/auxpass/3 told/VERB:VBN/ROOT/0", id="passive-listener-clear"),
        pytest.param(
            "Oduya/PROPN/nsubj/6 ,/PUNCT/punct/1 being/AUX/aux:pass/4 told/VERB:VBN/advcl/6 that/PRON/obj/4 "
            "slept/VERB/ROOT/0",
            id="passive-by-its-auxiliary",
        ),
        pytest.param("statement/NOUN/ROOT/0", id="noun-without-owner"),
        pytest.param("According/VERB:VBG/ROOT/0 to/ADP/fixed/1 ,/PUNCT/punct/1", id="according-to-nobody"),
        pytest.param("¶/SPACE/ROOT/0", id="blank"),
    ],
)
def test_no_report(tree: str):
    assert reports(tree) == []


def test_words_inside_a_quotation_report_nothing():
    tree = "Oduya/PROPN/nsubj/2 said/VERB/ROOT/0 nothing/NOUN/obj/2"
    assert reports(tree, range(3)) == []
    assert reports(tree, range(1)) == [("said", None, "verb", "strong")]


def test_untagged_doc_still_shows_its_verbs():
    doc = make_doc("Oduya/PROPN/nsubj/2 said/VERB/ROOT/0", parse=False)
    (report,) = find_reports(doc, [-1, -1], LEXICON)
    assert (report.anchor, report.subject, report.strength) == (1, None, "strong")


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("replied", "reply"),
        ("planned", "plan"),
        ("noting", "note"),
        ("says", "say"),
        ("wrote", "write"),
        ("adds", "add"),
    ],
)
def test_verb_lemmas_and_forms(form: str, lemma: str):
    assert lemma in verb_lemmas(form)
    assert form in verb_forms(lemma)


@given(st.from_regex(r"[a-z]{2,7}(ed|ied|ies|ing|es|s|d)?", fullmatch=True) | st.sampled_from(sorted(IRREGULAR_PASTS)))
def test_forms_are_the_inverse_of_lemmas(form: str):
    assert all(form in verb_forms(lemma) for lemma in verb_lemmas(form))


@pytest.mark.parametrize(("word", "strength"), [("said/VERB", "strong"), ("said/NOUN", None), ("slept/VERB", None)])
def test_strength(word: str, strength: str | None):
    assert strength_of(make_doc(f"{word}/ROOT/0")[0], LEXICON) == strength
