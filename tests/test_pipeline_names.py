"""The names of a text agree: forms decided together, overlooked mentions, titles, short forms."""

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quoteminer.pipeline.names import agree, scheme_of

TAGS = ("O", "B-PERSON", "I-PERSON", "B-ORG", "I-ORG", "B-PLACE", "I-PLACE")
TITLES = frozenset(("mr", "dr", "gen", "prince"))
LABELS = {"p": "PERSON", "o": "ORG", "l": "PLACE", ".": "O"}


def harmonised(text: str, sure: dict[int, float] | None = None, starts: tuple[int, ...] = (0,)) -> list[str]:
    """The names after agreement, as "form LABEL".

    `text` has words with what the network says of them: "Ann/P Lee/p left/." where a capital begins a name; a word
    without a letter is none. `sure` says of a word how much more probable its tag is than any other, by default 2.
    """
    words, marks = zip(
        *(word.rpartition("/")[::2] if "/" in word else (word, ".") for word in text.split()), strict=True
    )
    tags = ["O" if m == "." else ("B-" if m.isupper() else "I-") + LABELS[m.lower()] for m in marks]
    tagged = numpy.array([TAGS.index(tag) for tag in tags])
    scores = numpy.zeros((len(words), len(TAGS)), dtype=numpy.float32)
    for i, tag in enumerate(tagged.tolist()):
        scores[i, tag] = (sure or {}).get(i, 2.0)
    scores -= numpy.log(numpy.exp(scores).sum(axis=1, keepdims=True))
    found = agree(words, tagged, scores, numpy.array(starts), scheme_of(TAGS), TITLES)
    names: list[str] = []
    for word, tag in zip(words, (TAGS[i] for i in found), strict=True):
        if tag[0] == "B":
            names.append(f"{word} {tag[2:]}")
        elif tag[0] == "I":
            form, _, label = names[-1].rpartition(" ")
            assert label == tag[2:]
            names[-1] = f"{form} {word} {label}"
    return names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("nobody came", []),
        ("Ann/P Lee/p left", ["Ann Lee PERSON"]),
        # One label for a form: that of most mentions.
        ("Alba/L and Alba/L beat Alba/P", ["Alba PLACE"] * 3),
        ("Alba/O and Alba/L and Alba/O", ["Alba ORG"] * 3),
        # Overlooked mentions are found, chance finds dropped, forms in small letters left alone.
        ("Alba/L won ; Alba/L lost ; Alba drew", ["Alba PLACE"] * 3),
        ("Spring/P came , Spring , Spring , Spring", []),
        ("the river/L and river", ["river PLACE"]),
        ("North/L Alba/l , North/L Alba/l , North Alba , North", ["North Alba PLACE"] * 3),
        ("Alba/L Bank/l of Alba/L", ["Alba Bank PLACE", "Alba PLACE"]),
        # Titles are no part of a person's name, and no name alone, except for a surname.
        ("Mr/P Roe/p met Dr./P Lin/p", ["Roe PERSON", "Lin PERSON"]),
        ("Gen/P Dr/p Roe/p", ["Roe PERSON"]),
        ("the Prince/P said", []),
        ("Ann/P Prince/p left . Prince/P said", ["Ann Prince PERSON", "Prince PERSON"]),
        ("Dr/O Pepper/o and Prince/L", ["Dr Pepper ORG", "Prince PLACE"]),
    ],
)
def test_names_agree(text, expected):
    if not text:
        nothing = numpy.zeros((0, len(TAGS)))
        assert (
            agree([], numpy.zeros(0, dtype=int), nothing, numpy.zeros(0, dtype=int), scheme_of(TAGS), TITLES).size == 0
        )
        return
    assert harmonised(text) == expected


@pytest.mark.parametrize(
    ("text", "sure", "expected"),
    [
        # A surname is a person's, an acronym in brackets is what its long form is, if the network is in doubt.
        ("Ann/P Alba/p came . Alba/L left", {}, ["Ann Alba PERSON", "Alba PERSON"]),
        ("Ann/P Alba/p , Alba/L , Alba/L", {3: 9.0, 5: 9.0}, ["Ann Alba PERSON", "Alba PLACE", "Alba PLACE"]),
        ("Alba/O Aid/o Agency/o ( AAA/P ) said AAA/P", {}, ["Alba Aid Agency ORG", "AAA ORG", "AAA ORG"]),
        ("Alba/O Aid/o Agency/o ( AAA ) said AAA", {}, ["Alba Aid Agency ORG", "AAA ORG", "AAA ORG"]),
        ("Alba/O Aid/o ( AAA said AAA", {}, ["Alba Aid ORG"]),
        ("Alba/O Aid/o ( left ) and left", {}, ["Alba Aid ORG"]),
        ("Alba/O Aid/o ( A ) and A", {}, ["Alba Aid ORG"]),
        ("Ann/P Lee/p ( AAA ) said AAA", {}, ["Ann Lee PERSON"]),
        # A mention of which the network is sure counts for more than one that it doubts.
        ("Alba/L and Alba/O", {0: 3.0, 2: 1.0}, ["Alba PLACE", "Alba PLACE"]),
        ("Alba/L and Alba/O", {0: 1.0, 2: 3.0}, ["Alba ORG", "Alba ORG"]),
    ],
)
def test_doubts(text, sure, expected):
    assert harmonised(text, sure) == expected


def test_no_name_goes_over_the_end_of_a_sentence():
    text = "North/L Alba/l , North/L Alba/l . In the North Alba won"
    assert harmonised(text) == ["North Alba PLACE"] * 3
    assert harmonised(text, starts=(0, 6, 9)) == ["North Alba PLACE"] * 2


@settings(max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(("Ann", "Lee", "Mr", "(", ")", "AB")), st.integers(0, 6)), max_size=12))
def test_tags_are_a_valid_sequence_that_stays(rows):
    scheme = scheme_of(TAGS)
    words = [word for word, _ in rows]
    tagged = numpy.array([tag for _, tag in rows], dtype=numpy.int64)
    for i, tag in enumerate(tagged.tolist()):
        if tag in scheme.insides and (i == 0 or tagged[i - 1] not in (tag, tag - 1)):
            tagged[i] = tag - 1
    scores = numpy.full((len(words), len(TAGS)), -3.0)
    scores[numpy.arange(len(words)), tagged] = -0.3
    starts = numpy.zeros(min(1, len(words)), dtype=numpy.int64)
    found = agree(words, tagged, scores, starts, scheme, TITLES)
    for i, tag in enumerate(found.tolist()):
        assert tag not in scheme.insides or (i and found[i - 1] in (tag, tag - 1))
