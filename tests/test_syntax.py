"""Subjects, agents and noun phrases in both label schemes, and in trees that are odd, missing or huge."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc
from trees import VOCAB, index_of, make_doc

from quoteminer.syntax import (
    FARTHEST_CHILD,
    MOST_CONJUNCTS,
    agent_of,
    children_of,
    conjuncts_of,
    is_passive,
    phrase_bounds,
    phrase_head_after,
    settle_head,
    subject_of,
)

SUBJECTS = [
    pytest.param("Marta/PROPN/nsubj/3 Oduya/PROPN/flat/1 said/VERB/ROOT/0", "said", "Marta", id="own-ud"),
    pytest.param("Marta/PROPN/compound/2 Oduya/PROPN/nsubj/3 said/VERB/ROOT/0", "said", "Oduya", id="own-clear"),
    pytest.param(
        "Oduya/PROPN/nsubj/2 smiled/VERB/ROOT/0 and/CCONJ/cc/4 said/VERB/conj/2", "said", "Oduya", id="coordinated"
    ),
    pytest.param(
        "Oduya/PROPN/nsubj/2 spoke/VERB/ROOT/0 ,/PUNCT/punct/4 adding/VERB:VBG/advcl/2", "adding", "Oduya", id="advcl"
    ),
    pytest.param(
        "Oduya/PROPN/nsubj/2 met/VERB/ROOT/0 reporters/NOUN:NNS/obj/2 ,/PUNCT/punct/5 adding/VERB:VBG/acl/3",
        "adding",
        "Oduya",
        id="participle-on-the-wrong-noun",
    ),
    pytest.param(
        "officials/NOUN:NNS/nsubj/4 familiar/ADJ/amod/1 who/PRON:WP/nsubj/4 said/VERB/acl:relcl/1",
        "said",
        "officials",
        id="relative-ud",
    ),
    pytest.param(
        "officials/NOUN:NNS/ROOT/0 who/PRON:WP/nsubj/3 said/VERB/relcl/1", "said", "officials", id="relative-clear"
    ),
    pytest.param("a/DET/det/2 letter/NOUN/ROOT/0 saying/VERB:VBG/acl/2", "saying", "letter", id="letter-saying"),
    pytest.param(
        "plan/NOUN/nsubj:pass/3 was/AUX/aux:pass/3 described/VERB:VBN/ROOT/0 by/ADP/case/5 Oduya/PROPN/obl:agent/3",
        "described",
        "Oduya",
        id="passive-ud",
    ),
    pytest.param(
        "plan/NOUN/nsubj:pass/3 was/AUX/aux:pass/3 described/VERB:VBN/ROOT/0 by/ADP/case/5 Oduya/PROPN/obl/3",
        "described",
        "Oduya",
        id="passive-ud-without-subtype",
    ),
    pytest.param(
        "plan/NOUN/nsubjpass/3 was/AUX/auxpass/3 described/VERB:VBN/ROOT/0 by/ADP/agent/3 Oduya/PROPN/pobj/4",
        "described",
        "Oduya",
        id="passive-clear",
    ),
    pytest.param(
        "Oduya/PROPN/nsubjpass/3 was/AUX/auxpass/3 quoted/VERB:VBN/ROOT/0", "quoted", "Oduya", id="passive-no-agent"
    ),
    pytest.param("said/VERB/ROOT/0 nothing/NOUN/obj/1", "said", None, id="none"),
    pytest.param("claims/NOUN:NNS/ROOT/0 said/VERB/ccomp/1", "said", None, id="under-a-noun"),
]


@pytest.mark.parametrize(("tree", "verb", "subject"), SUBJECTS)
def test_subject(tree: str, verb: str, subject: str | None):
    doc = make_doc(tree)
    found = subject_of(doc[index_of(doc, verb)])
    assert (found.text if found is not None else None) == subject


@pytest.mark.parametrize(
    ("tree", "agent"),
    [
        pytest.param("told/VERB:VBN/ROOT/0 by/ADP/case/3 Oduya/PROPN/obl:agent/1", "Oduya", id="ud"),
        pytest.param("told/VERB:VBN/ROOT/0 by/ADP/agent/1 Oduya/PROPN/pobj/2", "Oduya", id="clear"),
        pytest.param("told/VERB:VBN/ROOT/0 by/ADP/agent/1", None, id="nobody"),
        pytest.param("told/VERB:VBN/ROOT/0 in/ADP/case/3 Lisbon/PROPN/obl/1", None, id="place"),
    ],
)
def test_agent(tree: str, agent: str | None):
    found = agent_of(make_doc(tree)[0])
    assert (found.text if found is not None else None) == agent


@pytest.mark.parametrize("label", ["nsubj:pass", "nsubjpass"])
def test_passive(label: str):
    assert is_passive(children_of(make_doc(f"plan/NOUN/{label}/2 described/VERB/ROOT/0")[1]))
    assert not is_passive(children_of(make_doc("Oduya/PROPN/nsubj/2 described/VERB/ROOT/0")[1]))


PHRASES = [
    pytest.param(
        "said/VERB/ROOT/0 the/DET/det/4 new/ADJ/amod/4 minister/NOUN/nsubj/1 ./PUNCT/punct/1",
        "the new minister",
        False,
        id="det-adj",
    ),
    pytest.param("said/VERB/ROOT/0 Marta/PROPN/nsubj/1 Oduya/PROPN/flat/2", "Marta Oduya", False, id="flat"),
    pytest.param("said/VERB/ROOT/0 Marta/PROPN/compound/3 Oduya/PROPN/nsubj/1", "Marta Oduya", False, id="compound"),
    pytest.param(
        "said/VERB/ROOT/0 her/PRON:PRP$/nmod:poss/3 lawyer/NOUN/nsubj/1", "her lawyer", False, id="possessive-ud"
    ),
    pytest.param(
        "said/VERB/ROOT/0 her/PRON:PRP$/poss/3 lawyer/NOUN/nsubj/1", "her lawyer", False, id="possessive-clear"
    ),
    pytest.param(
        "said/VERB/ROOT/0 a/DET/det/3 spokesman/NOUN/nsubj/1 for/ADP/case/6 the/DET/det/6 ministry/NOUN/nmod/3",
        "a spokesman for the ministry",
        True,
        id="full-ud",
    ),
    pytest.param(
        "said/VERB/ROOT/0 a/DET/det/3 spokesman/NOUN/nsubj/1 for/ADP/prep/3 the/DET/det/6 ministry/NOUN/pobj/4",
        "a spokesman for the ministry",
        True,
        id="full-clear",
    ),
    pytest.param(
        "said/VERB/ROOT/0 a/DET/det/3 spokesman/NOUN/nsubj/1 for/ADP/case/6 the/DET/det/6 ministry/NOUN/obl/1",
        "a spokesman for the ministry",
        True,
        id="full-attached-elsewhere",
    ),
    pytest.param(
        "said/VERB/ROOT/0 a/DET/det/3 spokesman/NOUN/nsubj/1 who/PRON:WP/nsubj/5 smiled/VERB/acl:relcl/3",
        "a spokesman",
        True,
        id="no-relative-clause",
    ),
    pytest.param(
        "said/VERB/ROOT/0 one/NUM/nsubj/1 of/ADP/case/5 the/DET/det/5 engineers/NOUN:NNS/nmod/2",
        "one of the engineers",
        False,
        id="one-of",
    ),
]


@pytest.mark.parametrize(("tree", "phrase", "full"), PHRASES)
def test_phrase(tree: str, phrase: str, full: bool):
    doc = make_doc(tree)
    head = next(t.i for t in doc if t.dep_ == "nsubj" and t.text != "who")
    start, end = phrase_bounds(doc, head, full=full)
    assert doc[start:end].text == phrase


@pytest.mark.parametrize(
    ("tree", "head"),
    [
        pytest.param("the/DET/det/2 minister/NOUN/ROOT/0", "minister", id="tree"),
        pytest.param("Marta/PROPN/compound/2 Oduya/PROPN/ROOT/0", "Oduya", id="compound"),
        pytest.param("both/DET/dep/3 the/DET/det/3 ministers/NOUN:NNS/ROOT/0", "ministers", id="both"),
        pytest.param("new/ADJ/dep/3 minister/NOUN/dep/1 said/VERB/ROOT/0", "minister", id="tree-without-nominal"),
        pytest.param(",/PUNCT/punct/2 said/VERB/ROOT/0", None, id="punctuation"),
        pytest.param("said/VERB/ROOT/0", None, id="verb"),
    ],
)
def test_phrase_head_after(tree: str, head: str | None):
    doc = make_doc(tree)
    found = phrase_head_after(doc, 0, len(doc))
    assert (doc[found].text if found is not None else None) == head


@pytest.mark.parametrize(
    ("tree", "ents", "head"),
    [
        pytest.param(
            "immigration/NOUN/nsubj/5 lawyer/NOUN/dep/1 Marta/PROPN/dep/1 Oduya/PROPN/flat/3 said/VERB/ROOT/0",
            {"Marta Oduya": "PERSON"},
            "Marta",
            id="role-and-name",
        ),
        pytest.param(
            "Oduya/PROPN/nsubj/3 ’s/PART:POS/case/1 office/NOUN/nsubj/4 said/VERB/ROOT/0",
            {"Oduya": "PERSON"},
            "office",
            id="possessive",
        ),
        pytest.param(
            "officials/NOUN:NNS/nsubj/4 and/CCONJ/cc/3 analysts/NOUN:NNS/conj/1 said/VERB/ROOT/0",
            {},
            "officials",
            id="and",
        ),
        pytest.param("Oduya/PROPN/nsubj/3 Monday/PROPN/obl/3 said/VERB/ROOT/0", {}, "Oduya", id="day"),
        pytest.param("she/PRON/nsubj/2 said/VERB/ROOT/0", {}, "she", id="pronoun"),
        pytest.param(
            "Authority/PROPN/nsubj/8 (/PUNCT/punct/3 LA/PROPN/appos/1 )/PUNCT/punct/3 Director/PROPN/appos/1 "
            "Marta/PROPN/flat/5 Oduya/PROPN/flat/5 said/VERB/ROOT/0",
            {"Authority": "ORG", "Marta Oduya": "PERSON"},
            "Marta",
            id="acronym-in-brackets",
        ),
        pytest.param(
            "Gas/PROPN/nsubj/7 spokesman/NOUN/nmod/4 ,/PUNCT/punct/4 Marta/PROPN/appos/1 Oduya/PROPN/flat/4 "
            ",/PUNCT/punct/4 said/VERB/ROOT/0",
            {"Gas": "ORG", "Marta Oduya": "PERSON"},
            "Marta",
            id="office-of-a-body-and-name-in-commas",
        ),
        pytest.param(
            "WHO/PRON:WP/nsubj/5 Director/PROPN/flat/1 Marta/PROPN/flat/1 Oduya/PROPN/flat/1 said/VERB/ROOT/0",
            {"WHO": "ORG", "Marta Oduya": "PERSON"},
            "Marta",
            id="name-that-is-tagged-as-a-pronoun",
        ),
    ],
)
def test_settle_head(tree: str, ents: dict[str, str], head: str):
    doc = make_doc(tree, ents)
    assert doc[settle_head(doc, [t.text for t in doc], 0, len(doc))].text == head


@pytest.mark.parametrize(
    "tree",
    [
        (
            "Oduya/PROPN/nsubj/6 ,/PUNCT/punct/3 Verhoeven/PROPN/conj/1 and/CCONJ/cc/5 Adeyemi/PROPN/conj/1 "
            "said/VERB/ROOT/0"
        ),
        (
            "Oduya/PROPN/nsubj/6 ,/PUNCT/punct/1 Verhoeven/PROPN/conj/1 and/CCONJ/cc/3 Adeyemi/PROPN/conj/3 "
            "said/VERB/ROOT/0"
        ),
    ],
    ids=["ud", "clear"],
)
def test_conjuncts(tree: str):
    assert [t.text for t in conjuncts_of(make_doc(tree)[0])] == ["Verhoeven", "Adeyemi"]


def test_conjuncts_of_a_list_of_thousands():
    n = 5_000
    doc = Doc(
        VOCAB,
        words=["Oduya"] * n,
        pos=["PROPN"] * n,
        heads=[max(0, i - 1) for i in range(n)],
        deps=["ROOT", *["conj"] * (n - 1)],
    )
    assert 0 < len([*conjuncts_of(doc[0])]) < MOST_CONJUNCTS


def test_phrase_of_phrases_ends():
    n = 3_000
    doc = Doc(
        VOCAB,
        words=["some", "of"] * n,
        pos=["PRON", "ADP"] * n,
        heads=[max(0, i - 1) for i in range(2 * n)],
        deps=["ROOT", *["dep"] * (2 * n - 1)],
    )
    start, end = phrase_bounds(doc, 0, full=True)
    assert start == 0 < end < 3 * FARTHEST_CHILD


def test_children_of_a_huge_tree_are_those_nearby():
    n = 5 * FARTHEST_CHILD
    doc = Doc(VOCAB, words=["a"] * n, heads=[0] * n, deps=["ROOT", *["dep"] * (n - 1)])
    assert [t.i for t in children_of(doc[0])] == [*range(1, FARTHEST_CHILD)]
    assert [t.i for t in children_of(doc[9])] == []


WORDS = st.sampled_from(
    ["“", "”", ",", "said", "by", "Oduya", "who", "the", "one", "of", "minister", "and", "’s", "\n\n"]
)
POS = st.sampled_from(["NOUN", "PROPN", "VERB", "DET", "PUNCT", "ADP", "PRON", "AUX", "CCONJ", ""])
DEPS = st.sampled_from(
    [
        "nsubj",
        "nsubj:pass",
        "nsubjpass",
        "agent",
        "obl",
        "conj",
        "acl",
        "relcl",
        "flat",
        "compound",
        "prep",
        "pobj",
        "punct",
    ]
)


@st.composite
def docs(draw: st.DrawFn) -> Doc:
    """Docs with any tree that spaCy takes, or none."""
    n = draw(st.integers(1, 24))
    words, pos, deps = (draw(st.lists(x, min_size=n, max_size=n)) for x in (WORDS, POS, DEPS))
    # Each token hangs on one before it in a shuffled order, so that there is no cycle.
    order = draw(st.permutations(range(n)))
    heads = [0] * n
    for place, token in enumerate(order):
        heads[token] = order[draw(st.integers(0, place))] if place else token
    if draw(st.booleans()):
        return Doc(VOCAB, words=words)
    deps = ["ROOT" if heads[i] == i else dep for i, dep in enumerate(deps)]
    return Doc(VOCAB, words=words, pos=pos, heads=heads, deps=deps)


@settings(max_examples=300)
@given(docs())
def test_any_tree(doc: Doc):
    n, words = len(doc), [token.text for token in doc]
    for token in doc:
        for found in (subject_of(token), agent_of(token)):
            assert found is None or 0 <= found.i < n
        for full in (False, True):
            start, end = phrase_bounds(doc, token.i, full=full)
            assert 0 <= start <= token.i < end <= n
        assert token.i <= settle_head(doc, words, token.i, n) < n
        head = phrase_head_after(doc, token.i, n)
        assert head is None or token.i <= head < n
        assert all(0 <= other.i < n for other in conjuncts_of(token))
