from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
import spacy
from growth import grows_evenly
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

from quoteminer.entities import Group, group_mentions
from quoteminer.forms import key_of, person_key, plain
from quoteminer.layout import find_blocks
from quoteminer.lexicon import load_lexicon
from quoteminer.names import find_names
from quoteminer.page import Page
from quoteminer.types import LABELS

NLP = spacy.blank("en")
LEXICON = load_lexicon()
MARKED = re.compile(r"\[(PERSON|ORG|PLACE|GPE|LOC|NORP|DATE|OTHER) ([^\]]+)\]")
TAGS = {
    **dict.fromkeys(("the", "a", "an", "The", "A", "An"), "DT"),
    **dict.fromkeys(("his", "her", "its", "their"), "PRP$"),
    **dict.fromkeys(("of", "at", "for", "with", "from", "in", "on", "by", "as", "to", "until", "since"), "IN"),
    **dict.fromkeys(("and", "but", "or", "&"), "CC"),
    **dict.fromkeys(("said", "told", "met", "was", "became", "had", "arrived", "added", "left", "opened"), "VBD"),
    **dict.fromkeys(("is", "leads", "heads", "runs", "works", "says", "has"), "VBZ"),
    **dict.fromkeys(("former", "senior", "associate", "new", "last", "political", "national", "deputy"), "JJ"),
    **dict.fromkeys(("now", "also", "yesterday", "recently", "Then", "In", "It"), "RB"),
    **dict.fromkeys(("will", "would"), "MD"),
    **dict.fromkeys(("served", "been"), "VBN"),
    **dict.fromkeys(("'s", "’s"), "POS"),
    **dict.fromkeys(("who", "whom"), "WP"),
    **dict.fromkeys(("he", "she", "it", "they"), "PRP"),
    **dict.fromkeys(("become",), "VB"),
    **dict.fromkeys(("analysts", "professors", "advisers"), "NNS"),
    "-": "HYPH",
}
COARSE = {"DT": "DET", "PRP$": "PRON", "IN": "ADP", "CC": "CCONJ", "JJ": "ADJ", "RB": "ADV", "MD": "AUX", "POS": "PART",
          "WP": "PRON", "PRP": "PRON", "CD": "NUM", "_SP": "SPACE", "NN": "NOUN", "NNS": "NOUN", "NNP": "PROPN",
          "HYPH": "PUNCT", ".": "PUNCT"}  # fmt: skip
LABELS_OF = {
    "ud": {"nsubj": "nsubj", "of": "nmod", "case": "case", "poss": "nmod:poss", "inner": "flat", "other": "obl"},
    "clear": {"nsubj": "nsubj", "of": "pobj", "case": "prep", "poss": "poss", "inner": "compound", "other": "dobj"},
}


def make_doc(marked: str, scheme: str | None = "ud") -> Doc:
    """A Doc for a text with its entities in brackets; tags by rule, arcs in one of the two label schemes or none."""
    text, ents, position = "", [], 0
    for found in MARKED.finditer(marked):
        text += marked[position : found.start()]
        ents.append((len(text), len(text) + len(found[2]), found[1]))
        text += found[2]
        position = found.end()
    doc = NLP.make_doc(text + marked[position:])
    doc.set_ents([doc.char_span(start, end, label=label, alignment_mode="expand") for start, end, label in ents])
    if scheme is None:
        return doc
    for token in doc:
        token.tag_ = tag_of(token.text)
        token.pos_ = COARSE.get(token.tag_, "VERB")
        token.lemma_ = token.lower_
    starts = [0, *(t.i + 1 for t in doc[:-1] if t.text in ".!?" or "\n" in t.text)]
    deps = LABELS_OF[scheme]
    heads = [max((s for s in starts if s <= t.i), default=0) for t in doc]
    labels = []
    for token, head in zip(doc, heads, strict=True):
        inner = token.i > 0 and token.ent_iob_ == "I"
        kind = "inner" if inner else "case" if token.tag_ == "IN" else "nsubj" if token.tag_ == "NNP" else "other"
        labels.append("ROOT" if token.i == head else deps[kind])
    annotated = Doc(
        NLP.vocab,
        words=[t.text for t in doc],
        spaces=[bool(t.whitespace_) for t in doc],
        tags=[t.tag_ for t in doc],
        pos=[t.pos_ for t in doc],
        lemmas=[t.lemma_ for t in doc],
        heads=heads,
        deps=labels,
    )
    annotated.ents = [Span(annotated, ent.start, ent.end, ent.label_) for ent in doc.ents]
    return annotated


def tag_of(word: str) -> str:
    if not word.strip():
        return "_SP"
    if word in TAGS:
        return TAGS[word]
    if word[0].isdigit():
        return "CD"
    if not any(c.isalnum() for c in word):
        return "."
    return "NNP" if word[0].isupper() else "NN"


def groups_of(marked: str, scheme: str | None = "ud") -> tuple[Group, ...]:
    doc = make_doc(marked, scheme)
    return group_mentions(Page.of(doc, find_blocks(doc.text), LEXICON))


def names_of(marked: str, scheme: str | None = "ud") -> list[tuple[str, str]]:
    doc = make_doc(marked, scheme)
    names = find_names(Page.of(doc, find_blocks(doc.text), LEXICON))
    return [(doc.text[name.start : name.end], name.label) for name in names]


def resolved(marked: str) -> list[str]:
    """The full name of each mention, in order of the text."""
    pairs = [(mention.start, group.name) for group in groups_of(marked) for mention in group.mentions]
    return [name for _, name in sorted(pairs)]


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "key"),
    [
        ("Ann Roe", ("ann", "roe")),
        ("Khalid al-Mansur", ("khalid", "mansur")),
        ("Omar bin Farid", ("omar", "farid")),
        ("José Ibáñez Jr.", ("jose", "ibanez")),
        ("Pak Jung-tai", ("pak", "jungtai")),
        ("bin", ("bin",)),
        ("Ann Delle", ("ann", "delle")),
        ("KB Rao", ("k", "b", "rao")),
        ("K.B. Rao", ("k", "b", "rao")),
        ("ANN ROE", ("ann", "roe")),
    ],
)
def test_words_that_tell_a_person_apart(form, key):
    assert person_key(form, LEXICON) == key


def test_plain_words():
    assert (plain("U.S."), plain("O’Neill"), plain("Müller")) == ("us", "oneill", "muller")
    assert key_of("The  Roe & Sons") == ("the", "roe", "sons")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Mr Roe", "Mr"),
        ("said Dr. Roe", "Dr."),
        ("Prof Dr Roe", "Prof Dr"),
        ("Lt. Col. Roe", "Lt. Col."),
        ("Maj Gen (retd) Roe", "Maj Gen (retd)"),
        ("Brig (Ret.) Roe", "Brig (Ret.)"),
        ("Pol Col Roe", "Pol Col"),
        ("the lecturer –Dr Roe", "Dr"),
        ("the clinic (retd) Roe", ""),
        ("the Secretary General Roe", ""),
        ("Attorney-General Roe", ""),
        ("the analyst Roe", ""),
    ],
)
def test_titles_before_a_name(text, title):
    doc = NLP.make_doc(text)
    last = len(doc) - 1
    assert doc[Page.of(doc, (), LEXICON).title_before(last) : last].text == title


# --- where names begin and end ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        # what recognisers swallow
        ("[PERSON Mr Roe] left.", [("Roe", "PERSON")]),
        ("[PERSON President Ann Roe] left.", [("Ann Roe", "PERSON")]),
        ("[PERSON Prime Minister Ann Roe] left.", [("Ann Roe", "PERSON")]),
        ("[PERSON Ann Roe's] car and [ORG the Acme Corp’s] vans.", [("Ann Roe", "PERSON"), ("Acme Corp", "ORG")]),
        ("[ORG the Acme Corp.] left.", [("Acme Corp.", "ORG")]),
        ("[PERSON Ann Roe, analyst] left.", [("Ann Roe", "PERSON")]),
        ("[PERSON Ann Roe, Jr.] left.", [("Ann Roe, Jr.", "PERSON")]),
        ("[PERSON Ann Roe says] so.", [("Ann Roe", "PERSON")]),
        ("In [PLACE east Loria] it rains.", [("Loria", "PLACE")]),
        ("[ORG Rep. Roe] left.", [("Roe", "PERSON")]),
        ("[PERSON Ann Roe QC] left.", [("Ann Roe", "PERSON")]),
        ("[PERSON Loria H E Ann Roe] left.", [("Ann Roe", "PERSON")]),
        ("[PERSON Speaker Mrs. Ann Roe] left.", [("Ann Roe", "PERSON")]),
        ("[PERSON Ann Roe MP] left.", [("Ann Roe", "PERSON")]),
        ("[PERSON Ann Roe III] left.", [("Ann Roe III", "PERSON")]),
        ("the [PERSON Lakeside MP] left, said the [ORG Premier] and [PERSON Prime Minister].", []),
        ("[PERSON Ann King] left, then [PERSON King] said so.", [("Ann King", "PERSON"), ("King", "PERSON")]),
        ("[PERSON WHO Ann Roe] left.", [("Ann Roe", "PERSON")]),
        ("[PERSON Pope Leo] prayed.", [("Leo", "PERSON")]),
        ("[PERSON Ann Roe]", [("Ann Roe", "PERSON")]),
        ("They met on [ORG Sunday].", []),
        ("The [ORG Ash Congress Monday] said so.", [("Ash Congress", "ORG")]),
        ("Then [ORG Sheffield Wednesday] won.", [("Sheffield Wednesday", "ORG")]),
        ("the [ORG Ash Committee of] left.", [("Ash Committee", "ORG")]),
        # labels
        ("[GPE Loria] and [LOC Mount Ash] on [DATE Friday].", [("Loria", "PLACE"), ("Mount Ash", "PLACE")]),
        ("the [NORP Chinese] and the [PLACE French] fleet", []),
        ("the [PLACE US] fleet", [("US", "PLACE")]),
        # fragments
        ("[PERSON Cho] [PERSON Mun]-[PERSON tai] left.", [("Cho Mun-tai", "PERSON")]),
        ("[PERSON Omar] bin [PERSON Farid] left.", [("Omar bin Farid", "PERSON")]),
        ('[PERSON Ann] "Tiny" [PERSON Roe] left.', [('Ann "Tiny" Roe', "PERSON")]),
        ("[PERSON Ann] “[PERSON Tiny]” [PERSON Roe] left.", [("Ann “Tiny” Roe", "PERSON")]),
        ("[PERSON Ann] “[PERSON Tiny” Roe] left.", [("Ann “Tiny” Roe", "PERSON")]),
        ("[PERSON Ann] ‘tiny’ [PERSON Roe] left.", [("Ann ‘tiny’ Roe", "PERSON")]),
        ("[PERSON Ann “]Tiny” [PERSON Roe] left.", [("Ann “Tiny” Roe", "PERSON")]),
        ("Maj [PERSON Gen] (retd) [PERSON Ann Roe] left.", [("Ann Roe", "PERSON")]),
        ("[PERSON Gen (retd) Ann Roe] left.", [("Ann Roe", "PERSON")]),
        ("[PERSON Oba Professor Roe] left.", [("Roe", "PERSON")]),
        ("the [PERSON Gen (retd)]", []),
        ("[PERSON Ann 'Nan' Roe] left.", [("Ann 'Nan' Roe", "PERSON")]),
        ("[PERSON Ann '][PERSON Nan' Roe] left.", [("Ann 'Nan' Roe", "PERSON")]),
        ("[PERSON Ann Lee] (left) and [PERSON Bob Roe] sat.", [("Ann Lee", "PERSON"), ("Bob Roe", "PERSON")]),
        ("[PLACE Ann Hill]-[PERSON Roe] left.", [("Ann Hill-Roe", "PERSON")]),
        ("The singer [PERSON Seo] In-guk left.", [("Seo In-guk", "PERSON")]),
        ("[PERSON Kang] [ORG Mi-rae] left.", [("Kang Mi-rae", "PERSON")]),
        ("[PERSON Attar], al-[PERSON Attar] left.", [("Attar", "PERSON"), ("al-Attar", "PERSON")]),
        ("Then J. [PERSON Roe] left.", [("J. Roe", "PERSON")]),
        ("Then Mary [PERSON Roe] left.", [("Mary Roe", "PERSON")]),
        ("[PERSON Doe], [PERSON Poe], the [PERSON Doe]-[PERSON Poe] talks", [("Doe", "PERSON"), ("Poe", "PERSON")] * 2),
        ("[PERSON Ann Roe] [PERSON Bob Roe]", [("Ann Roe", "PERSON"), ("Bob Roe", "PERSON")]),
        (f"A line of {'very ' * 12}many words, said [PERSON Ann\nRoe] there.", [("Ann\nRoe", "PERSON")]),
        ("[PERSON Ann Roe\n\nLoria] fell.", [("Ann Roe", "PERSON"), ("Loria", "PERSON")]),
        # found by the document
        ("[PERSON Ann Roe] left. Then Roe said so.", [("Ann Roe", "PERSON"), ("Roe", "PERSON")]),
        ("[PERSON Ann Roe] left. The Roe Group said so.", [("Ann Roe", "PERSON")]),
        ('[PERSON Ann Roe] left. It is over,"Roe said.', [("Ann Roe", "PERSON"), ("Roe", "PERSON")]),
        (
            "[ORG Nautical Centre] (Cenau) opened. [ORG Cenau] said.",
            [("Nautical Centre", "ORG"), ("Cenau", "ORG"), ("Cenau", "ORG")],
        ),
        (
            "[ORG Nautical Centre] ([PERSON Cenau]) opened. [PERSON Cenau] said.",
            [("Nautical Centre", "ORG"), ("Cenau", "ORG"), ("Cenau", "ORG")],
        ),
        ("[ORG Ash College] ([PLACE Loria])", [("Ash College", "ORG"), ("Loria", "PLACE")]),
        ("[ORG Institute of Ash Studies] (IAS) opened.", [("Institute of Ash Studies", "ORG"), ("IAS", "ORG")]),
        # one label for one form
        (
            "[PERSON Ann Roe]. [PERSON Roe] said. [ORG Roe] left.",
            [("Ann Roe", "PERSON"), ("Roe", "PERSON"), ("Roe", "PERSON")],
        ),
        ("Mr [ORG Zed] left.", [("Zed", "PERSON")]),
        ("the [PERSON Ostia Army] left.", [("Ostia Army", "ORG")]),
        ("[PERSON Xavier Luc Dural] and [ORG XLD]", [("Xavier Luc Dural", "PERSON"), ("XLD", "PERSON")]),
        ("[ORG Ash Union] and [PLACE Ash Union]", [("Ash Union", "ORG")] * 2),
        ("[ORG Member of Ash] (MP) left.", [("Member of Ash", "ORG")]),
        # nothing to find
        ("", []),
        ("Nothing here.", []),
        ("[PERSON ...] [ORG 123]", []),
    ],
)  # fmt: skip
def test_names(marked, names):
    assert names_of(marked) == names


# --- who is who ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        # also later than the short form
        ("[PERSON Roe] left. [PERSON Ann Roe] is back.", ["Ann Roe"] * 2),
        ("[PERSON Ann B. Roe] met [PERSON Ann Roe].", ["Ann B. Roe"] * 2),
        ("[PERSON Keshu Balu Rao] left. [PERSON KB Rao] said.", ["Keshu Balu Rao"] * 2),
        ("[PERSON KB Rao] left. [PERSON Keshu Balu Rao] said. [PERSON Rao] left.", ["Keshu Balu Rao"] * 3),
        ("[PERSON PV Rao] left. [PERSON Keshu Balu Rao] said.", ["PV Rao", "Keshu Balu Rao"]),
        ("[PERSON William Roe] left. [PERSON Bill Roe] said.", ["William Roe"] * 2),
        ("[PERSON Liang Minwei] left. Mr [PERSON Liang] said.", ["Liang Minwei"] * 2),
        ("[PERSON Minwei Liang] and [PERSON Liang Minwei].", ["Minwei Liang"] * 2),
        ("[PERSON Andrés Luis Pérez Obrera] left. [PERSON Pérez Obrera] said.", ["Andrés Luis Pérez Obrera"] * 2),
        ("[PERSON Marino Prat Queda] left. [PERSON Marino Prat] said. [PERSON Prat] left.", ["Marino Prat Queda"] * 3),
        ("[PERSON Abdel Fattah al-Zizi] left. [PERSON Zizi] said.", ["Abdel Fattah al-Zizi"] * 2),
        ("[PERSON Omar bin Farid] left. [PERSON bin Farid] said.", ["Omar bin Farid"] * 2),
        ("[PERSON Francois Wu Chih-ming] left. [PERSON Wu] said.", ["Francois Wu Chih-ming"] * 2),
        ("[PERSON JOSE IBANEZ] left. [PERSON José Ibáñez] said.", ["José Ibáñez"] * 2),
        ("[PERSON Xavier Luc Dural] left. [PERSON XLD] said.", ["Xavier Luc Dural"] * 2),
        ("[PERSON Zed Qin-Dural] left. [ORG ZQD] said.", ["Zed Qin-Dural"] * 2),
        ("[PERSON Prabo] left. [PERSON Prabo] said.", ["Prabo"] * 2),
        ("[PERSON Dwayne Roe, Jr.] left. [PERSON Roe] said.", ["Dwayne Roe, Jr."] * 2),
        # one surname, two people
        ("[PERSON Ann Roe] and [PERSON Bob Roe]. Mr [PERSON Roe] left. Mrs [PERSON Roe] left.",
         ["Ann Roe", "Bob Roe", "Bob Roe", "Ann Roe"]),
        ("[PERSON Zed Roe] and [PERSON Quin Roe]. Ms [PERSON Quin Roe] said. Mr [PERSON Roe] left.",
         ["Zed Roe", "Quin Roe", "Quin Roe", "Zed Roe"]),
        ("[PERSON Ann Roe] said. [PERSON Roe] left with [PERSON Bob Roe]. [PERSON Roe] added.",
         ["Ann Roe", "Ann Roe", "Bob Roe", "Ann Roe"]),
        ("[PERSON Kim Min-ah] said. [PERSON Kim] left. [PERSON Kim Bo-ra] said. [PERSON Kim] added.",
         ["Kim Min-ah", "Kim Min-ah", "Kim Bo-ra", "Kim Bo-ra"]),
        ("Governor [PERSON Ann Roe] met Senator [PERSON Bob Roe]. Senator [PERSON Roe] left.",
         ["Ann Roe", "Bob Roe", "Bob Roe"]),
        ("Dean [PERSON Dean Roe] left.", ["Dean Roe"]),
        ("[PERSON Rita Roe] left. [PERSON Dean Roe] said.", ["Rita Roe"] * 2),
        ("[PERSON Ann] and [PERSON Bob Roe] left. [PERSON Ann] said.", ["Ann Roe", "Bob Roe", "Ann Roe"]),
        ("[PERSON Ann Roe] met [PERSON Ann Doe].", ["Ann Roe", "Ann Doe"]),
        # a given name in the list is a weak signal: Ms Leslie may be a Mr
        ("[PERSON Mary Roe] left. Mr [PERSON Roe] said.", ["Mary Roe"] * 2),
        # organisations
        ("[ORG Ash Policy Institute] (API) opened. [ORG API] said.", ["Ash Policy Institute"] * 3),
        ("[ORG Ash Nautical Centre] (Cenau) opened. [ORG Cenau] said.", ["Ash Nautical Centre"] * 3),
        ("[ORG API] ([ORG Ash Policy Institute]) opened.", ["Ash Policy Institute"] * 2),
        ("[ORG Loria Energy Agency] opened. [ORG LEA] said.", ["Loria Energy Agency"] * 2),
        ("[ORG US Ash Bureau] opened. The [ORG AB] said.", ["US Ash Bureau"] * 2),
        ("[ORG Oxbridge Kenneth School] opened. The [ORG Kenneth School] said.", ["Oxbridge Kenneth School"] * 2),
        ("[ORG Eurasca Group] opened. [ORG Eurasca] said.", ["Eurasca Group"] * 2),
        ("[ORG Acme Ltd] opened. [ORG Acme] said.", ["Acme Ltd"] * 2),
        ("[ORG Ministry of Ash] opened. The [ORG Ministry] said.", ["Ministry of Ash"] * 2),
        ("[ORG Fjord Motor Company] opened. [ORG Fjord] said.", ["Fjord Motor Company"] * 2),
        ("[ORG Congress] and [ORG Congress] and [ORG Ash Congress]", ["Congress", "Congress", "Ash Congress"]),
        ("[ORG Union party] met. The [ORG Union] said.", ["Union"] * 2),
        ("[ORG Ash Bank] met [ORG Elm Bank].", ["Ash Bank", "Elm Bank"]),
        # places
        ("the [PLACE US] and the [GPE United States] and the [GPE U.S.]", ["United States"] * 3),
        ("[PLACE Loria] and [PLACE New Loria]", ["Loria", "New Loria"]),
    ],
)  # fmt: skip
def test_each_mention_has_the_full_name(marked, names):
    assert resolved(marked) == names


@pytest.mark.parametrize("scheme", ["ud", "clear", None])
def test_groups_do_not_depend_on_the_label_scheme(scheme):
    groups = groups_of(
        "[PERSON Roe] left [PLACE Loria]. Dr [PERSON Ann Roe] said. [ORG Ash Party]’s [PERSON Poe] left.", scheme
    )
    assert [(group.name, group.label, len(group.mentions)) for group in groups] == [
        ("Ann Roe", "PERSON", 2), ("Loria", "PLACE", 1), ("Ash Party", "ORG", 1), ("Poe", "PERSON", 1),
    ]  # fmt: skip
    assert groups[0].aliases == ("Roe",)
    assert groups[0].titles == ("Dr",)


@pytest.mark.parametrize(
    ("marked", "gender"),
    [
        ("Mr [PERSON Roe] left.", "male"),
        ("[PERSON Zed Roe] left. Ms [PERSON Roe] said.", "female"),
        ("[PERSON Mary Roe] left.", "female"),
        ("the actress [PERSON Zed Roe] left.", "female"),
        ("his wife, [PERSON Zed Roe], left.", "female"),
        ("[PERSON Zed Roe] left.", None),
        ("[ORG Mary Roe] opened.", None),
    ],
)
def test_gender_is_a_soft_signal(marked, gender):
    assert groups_of(marked)[0].gender == gender


# --- properties ------------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["Ann", "Roe", "Roe’s", "Kim", "Min-ah", "al-Zizi", "bin", "the", "of", "(", ")", ",", ".", "and", "\n\n", "\n",
     "Mr", "Bank", "President", "US", "API", "director", "said", "“", "”", "’s", "J.", "-", "é", "\u202e", "A", "who",
     "leads", "-tai", "🙂"]
)  # fmt: skip
LABEL = st.sampled_from(["PERSON", "ORG", "GPE", "PLACE", "NORP", "DATE"])


@settings(max_examples=150)
@given(
    st.lists(st.tuples(WORDS, st.booleans()), max_size=40),
    st.lists(st.tuples(st.integers(0, 39), LABEL), max_size=12),
    st.data(),
)
def test_every_name_is_in_exactly_one_group(tokens, starts, data):
    doc = Doc(NLP.vocab, words=[word for word, _ in tokens], spaces=[space for _, space in tokens])
    ents, last = [], 0
    for start, label in sorted(starts):
        if last <= start < len(doc):
            last = min(len(doc), start + data.draw(st.integers(1, 4)))
            ents.append(Span(doc, start, last, label))
    doc.set_ents(ents)
    blocks = find_blocks(doc.text)
    names = find_names(Page.of(doc, blocks, LEXICON))
    groups = group_mentions(Page.of(doc, blocks, LEXICON))
    assert sorted((m for group in groups for m in group.mentions), key=lambda m: m.start) == list(names)
    assert all(a.end <= b.start for a, b in pairwise(names))
    for name in names:
        form = doc.text[name.start : name.end]
        assert form == form.strip() and any(c.isalpha() for c in form)
        assert (
            doc[name.start_token].idx
            <= name.start
            < name.end
            <= doc[name.end_token - 1].idx + len(doc[name.end_token - 1])
        )
        assert name.label in LABELS
    assert [group.id for group in groups] == list(range(len(groups)))
    assert all(group.name and group.name == " ".join(group.name.split()) for group in groups)
    assert all(group.role is None and group.affiliation is None for group in groups if group.label != "PERSON")


def test_the_last_word_begins_a_longer_name_and_is_one_itself():
    doc = make_doc("The [ORG Roe Bank] sued [PERSON Lind Roe], and the bank was heard before Roe")
    assert [doc[name.start_token : name.end_token].text for name in find_names(Page.of(doc, (), LEXICON))] == [
        "Roe Bank",
        "Lind Roe",
        "Roe",
    ]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "“", "Roe"])
def test_docs_without_annotation(text):
    doc = NLP.make_doc(text)
    assert group_mentions(Page.of(doc, find_blocks(text), LEXICON)) == ()
    assert group_mentions(Page.of(doc, (), LEXICON)) == ()


def test_time_grows_with_the_text():
    def prepare(count: int) -> Callable[[], object]:
        words = [
            w
            for i in range(count)
            for w in (f"Given{i}", "Smith", ",", "director", "of", "Ash", "Bank", ",", "said", ".")
        ]
        doc = Doc(NLP.vocab, words=words)
        doc.ents = [Span(doc, 10 * i, 10 * i + 2, "PERSON") for i in range(count)]
        return lambda: group_mentions(Page.of(doc, find_blocks(doc.text), LEXICON))

    assert grows_evenly(prepare, 4000)
