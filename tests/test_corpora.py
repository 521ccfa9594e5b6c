"""The corpus readers: made-up snippets in every format, and a light look at the real archives."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from quoteminer.training.corpora import check, held_out_texts, read_ewt, read_wikinews
from quoteminer.training.corpora_formats import (
    build_words,
    iob_spans,
    opening_marks,
    parse_conllu,
    read_columns,
    spaces_after,
    webanno_clusters,
)
from quoteminer.training.corpora_gum import find_name, read_mentions
from quoteminer.training.corpora_names import re3d_name
from quoteminer.training.corpora_records import Document, Overlap, TextBuilder, Word, longest_only, trim_name
from quoteminer.training.corpora_trees import lay_out

SHARED = Path(os.environ.get("QUOTEMINER_SHARED", Path(__file__).parents[2] / "shared"))
needs_corpora = pytest.mark.skipif(
    not (SHARED / "corpora").is_dir(), reason="the corpora are not part of the repository; set QUOTEMINER_SHARED"
)


def conllu(*rows: str, comments: str = "") -> str:
    """A sentence of CoNLL-U from "id form pos tag head relation [misc]" rows."""
    lines = [f"# {line}" for line in comments.split("; ") if line]
    for row in rows:
        number, form, pos, tag, head, relation, *misc = row.split(" ")
        lines.append("\t".join((number, form, form.lower(), pos, tag, "_", head, relation, "_", *(misc or ["_"]))))
    return "\n".join(lines) + "\n\n"


ORLA = conllu(
    "1 Orla PROPN NNP 2 nsubj",
    "2-3 didn't _ _ _ _",
    "2 did AUX VBD 4 aux",
    "3 n't PART RB 4 advmod",
    "4 go VERB VB 0 root SpaceAfter=No",
    "4.1 gone VERB VB 0 root",
    "5 . PUNCT . 4 punct",
    comments="newpar",
)


def test_offsets_space_after_and_paragraphs() -> None:
    text, words, starts, _ = lay_out([*parse_conllu(ORLA), *parse_conllu(ORLA)])
    assert text == "Orla didn't go.\n\nOrla didn't go."
    assert starts == (0, 17)
    assert [text[word.start : word.end] for word in words] == ["Orla", "did", "n't", "go", "."] * 2
    assert [word.head for word in words] == [1, 3, 3, 3, 3, 6, 8, 8, 8, 8]
    assert (words[3].tag, words[3].pos, words[3].morph, words[3].lemma, words[3].dep) == (
        "VB",
        "VERB",
        "",
        "go",
        "root",
    )


def test_forms_that_do_not_add_up_leave_their_head() -> None:
    sentence = conllu(
        "1-3 dunno _ _ _ _",
        "1 do AUX VBP 3 aux",
        "2 not PART RB 3 advmod",
        "3 know VERB VB 0 root",
        "4 Tam PROPN NNP 2 dep",
    )
    text, words, _, places = lay_out(list(parse_conllu(sentence)))
    assert text == "dunno Tam"
    assert [(word.start, word.end, word.head, word.lemma) for word in words] == [(0, 5, 0, "know"), (6, 9, 0, "tam")]
    assert places[0] == {1: (0, 5), 2: (0, 5), 3: (0, 5), 4: (6, 9)}


def test_build_words_goes_on_from_an_offset() -> None:
    builder = TextBuilder()
    builder.add("Well,")
    (sentence,) = parse_conllu(ORLA)
    words, where = build_words(sentence, builder, 1)
    assert [word.head for word in words] == [2, 4, 4, 4, 4]
    assert where[1] == (6, 10)


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("B-PER I-PER O", [(0, 2, "PERSON")]),
        ("B-PER B-PER O", [(0, 1, "PERSON"), (1, 2, "PERSON")]),
        ("I-PER I-PER I-LOC", [(0, 2, "PERSON"), (2, 3, "PLACE")]),
        ("B-OTH I-OTH I-PER", [(2, 3, "PERSON")]),
        ("B-O O I-LOC", [(2, 3, "PLACE")]),
        ("O O O", []),
    ],
)
def test_iob(tags: str, spans: list[tuple[int, int, str]]) -> None:
    assert iob_spans(tags.split(), {"PER": "PERSON", "LOC": "PLACE"}.get) == spans


def test_columns() -> None:
    assert list(read_columns("Tam\tB-PER\n\n\t\nran O\n")) == [(["Tam"], ["B-PER"]), (["ran"], ["O"])]


def gum_names(*rows: str) -> list[tuple[str, str]]:
    sentences = list(parse_conllu(conllu(*rows)))
    text, _, _, places = lay_out(sentences)
    found = [find_name(mention, sentences[mention.sentence]) for mention in read_mentions(sentences)]
    return [(text[places[0][name[0]][0] : places[0][name[1]][1]], name[2]) for name in found if name]


def test_entity_brackets_nest() -> None:
    (sentence,) = parse_conllu(
        conllu(
            "1 Tam PROPN NNP 0 root Entity=(1-person-new-s-cf1-1-coref(2-place-new-s-cf2-1-sgl-Tam_(town%29)",
            "2 fell VERB VBD 1 acl Entity=1)",
        )
    )
    assert [(m.entity, m.kind, m.linked, m.first, m.last) for m in read_mentions([sentence])][-1] == (
        "1",
        "person",
        False,
        1,
        2,
    )


def test_names_of_brackets() -> None:
    assert gum_names(
        "1 President PROPN NNP 2 nmod:desc Entity=(1-person-new-s-cf1-2-coref",
        "2 Orla PROPN NNP 0 root",
        "3 Venn PROPN NNP 2 flat",
        "4 of ADP IN 7 case",
        "5 the DET DT 7 det Entity=(2-organization-new-s-cf2-1-coref-Bank_of_Tarn",
        "6 old ADJ JJ 7 amod",
        "7 Bank PROPN NNP 2 nmod",
        "8 of ADP IN 9 case",
        "9 Tarn PROPN NNP 7 nmod Entity=(3-place-new-s-cf3-1-sgl)2)1)",
    ) == [("Tarn", "PLACE"), ("Bank of Tarn", "ORG"), ("Orla Venn", "PERSON")]


@pytest.mark.parametrize(
    "rows",
    [
        ("1 the DET DT 2 det Entity=(1-person-new-s-cf1-1-coref", "2 guard NOUN NN 0 root Entity=1)"),
        ("1 she PRON PRP 0 root Entity=(1-person-new-s-cf1-1-coref-Orla_Venn)",),
        ("1 Tarnians PROPN NNPS 0 root Entity=(1-person-new-s-cf1-1-coref)",),
        ("1 Tarn PROPN NNP 0 root Entity=(1-event-new-s-cf1-1-coref)",),
        ("1 President PROPN NNP 0 root Entity=(1-person-new-s-cf1-1-coref)",),
    ],
)
def test_brackets_that_hold_no_name(rows: tuple[str, ...]) -> None:
    assert gum_names(*rows) == []


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("She left , he said .", "She left, he said."),
        ("It is n't Orla 's .", "It isn't Orla's."),
        ("the guards ' hut", "the guards' hut"),
        ("You should ' ve gone", "You should've gone"),
        ('" Go , " said Tam , " now . "', '"Go," said Tam, "now."'),
        ("a ( small ) [ grey ] hut", "a (small) [grey] hut"),
        ("$ 5 , 20 % , 2 – 1 and / or", "$5, 20%, 2–1 and/or"),
        ("he can not ; I am gon na", "he cannot; I am gonna"),
        ("“ Go , ” said Tam", "“Go,” said Tam"),
        ("a hut - or two - there", "a hut - or two - there"),
    ],
)
def test_spaces_come_back(tokens: str, text: str) -> None:
    forms = tokens.split()
    spaces = spaces_after(forms)
    assert "".join(form + " " * space for form, space in zip(forms, spaces, strict=True)).rstrip() == text


def test_hyphens_by_their_tag() -> None:
    assert spaces_after(["46", "-", "year"], ["CD", "HYPH", "NN"]) == [False, False, True]


def test_marks_go_on_over_sentences() -> None:
    assert opening_marks(["Go", '"', "he"], open_quote=True) == ({1: False}, False)
    assert opening_marks(['"', "Go", "."]) == ({0: True}, True)


@pytest.mark.parametrize(
    ("forms", "label", "kept"),
    [
        ("the Bank of Tarn", "ORG", "Bank of Tarn"),
        ("Dr. Orla Venn 's", "PERSON", "Orla Venn"),
        ("Prime Minister", "PERSON", ""),
        ("President", "ORG", "President"),
        ("the", "ORG", ""),
    ],
)
def test_trim_name(forms: str, label: str, kept: str) -> None:
    first, last = trim_name(forms.split(), label)
    assert forms.split()[first:last] == kept.split()


@pytest.mark.parametrize(
    ("value", "label", "kept"),
    [
        ("the Bank of Tarn", "ORG", "Bank of Tarn"),
        ("the city of Tarn", "PLACE", "Tarn"),
        ("Foreign Minister Orla Venn", "PERSON", "Orla Venn"),
        ("Foreign Minister", "PERSON", None),
        ("Tarn's", "PLACE", "Tarn"),
        ("the guards", "ORG", None),
        ("We", "ORG", None),
        ("Iraqi forces", "ORG", None),
    ],
)
def test_re3d_name(value: str, label: str, kept: str | None) -> None:
    found = re3d_name(value, label)
    assert (value[found[0] : found[1]] if found else None) == kept


def test_longest_only() -> None:
    names = [(0, 4, "PLACE"), (0, 9, "ORG"), (12, 14, "PLACE"), (5, 9, "PERSON")]
    assert longest_only(names) == ((0, 9, "ORG"), (12, 14, "PLACE"))


def test_webanno_chains() -> None:
    rows = [
        "1-1\t0-4\tOrla\tperson|person[2]\tnew|new[2]\tcoref\t2-1",
        "1-2\t5-9\tVenn\tperson[2]\tnew[2]\t_\t_",
        "1-3\t10-13\thut\tobject\tnew\tbridge\t2-2",
        "",
        "2-1\t14-17\tshe\tperson\tgiv\tcoref|ana\t2-2[3_0]|2-2[9_0]",
        "2-2\t18-21\told\tperson[3]|object\tgiv[3]|giv\t_\t_",
        "2-3\t22-25\tone\tperson[3]\tgiv[3]\t_\t_",
    ]
    assert webanno_clusters("#FORMAT=WebAnno TSV 3.2\n" + "\n".join(rows) + "\n") == [[(0, 0), (3, 3), (4, 5)]]


def test_overlap() -> None:
    text = "one two three four five six seven eight nine ten eleven twelve"
    overlap = Overlap([("kept", text)])
    assert overlap.find("Before it, " + text.upper()) == "kept"
    assert overlap.find("one two three four five six seven and so on to the very end of it") is None
    assert overlap.find("") is None


def word(start: int, end: int, head: int = 0) -> Word:
    return Word(start, end, "", "X", "", "", head, "dep")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (Document("d", "c", "train", "Orla", (word(0, 3), word(2, 4))), "words overlap in 'd'"),
        (Document("d", "c", "train", "Orla", (word(0, 4, 1),)), "a head is missing in 'd'"),
        (Document("d", "c", "train", "Orla", names=((0, 5, "PERSON"),)), "not a stretch of its text: 0-5"),
        (Document("d", "c", "train", "Orla", clusters=(((2, 2), (0, 4)),)), "not a stretch of its text: 2-2"),
        (Document("d", "c", "train", "Orla", names=((0, 3, "ORG"), (2, 4, "ORG"))), "names overlap in 'd'"),
    ],
)
def test_check(document: Document, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(document)


@needs_corpora
def test_real_archives() -> None:
    documents = [document for document in read_ewt(SHARED / "corpora") if document.split == "dev"]
    for document in documents:
        check(document)
    assert len(documents) == 318
    assert sum(len(document.words or ()) for document in documents) > 25_000
    assert sum(len(document.names or ()) for document in documents) > 900


@needs_corpora
def test_held_out_articles_never_train() -> None:
    documents = list(read_wikinews(SHARED / "eval" / "wikinews_dev"))
    overlap = held_out_texts(SHARED / "eval")
    assert {document.split for document in documents} == {"dev"}
    for document in documents:
        check(document)
        assert overlap.find(document.text) == document.name
        assert document.quotations is not None
