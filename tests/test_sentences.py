"""Where sentences start: scores, roots on both sides of a doubtful start, marks that belong to a neighbour."""

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quoteminer.pipeline.features import NO_SPACE, PARAGRAPH, SPACE
from quoteminer.pipeline.sentences import Glued, find_starts


def starts_of(text: str) -> str:
    """The text with a bar before each start.

    `text` has words apart by a space; "_" before a word says that it is glued to the one before, "|" that the network
    is for a start, "?" that it is in doubt, "#" that a paragraph begins, and "*" behind a word that it is a root.
    """
    words = text.split()
    bare = [word.lstrip("_|?#").rstrip("*") for word in words]
    heads = [word[: len(word) - len(word.lstrip("_|?#"))] for word in words]
    spacings = numpy.array([NO_SPACE if "_" in h else PARAGRAPH if "#" in h else SPACE for h in heads])
    scores = numpy.array([2.0 if "|" in h else -1.0 if "?" in h else -9.0 for h in heads])
    arcs = numpy.zeros((len(words), len(words) + 1))
    arcs[:, 0] = [5.0 if word.endswith("*") else -5.0 for word in words]
    sure = spacings == PARAGRAPH
    found = find_starts({"start": scores, "arc": arcs}, sure, Glued.of(bare, spacings))
    return " ".join(f"|{word}" if start else word for word, start in zip(bare, found, strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#We left* _. |He stayed* _.", "|We left . |He stayed ."),
        # A doubtful start counts if there is a root on both sides.
        ("#We left* ?he stayed* _.", "|We left |he stayed ."),
        ("#We left* ?he stayed _.", "|We left he stayed ."),
        ("#We ?left he stayed* _.", "|We left he stayed ."),
        ("#Go* ?come* ?stay* _.", "|Go |come |stay ."),
        ("#Go* come* _.", "|Go come ."),
        # A closing mark is no start, an opening one is if what it opens is.
        ('#We left* _. _|" He stayed* _.', '|We left . " |He stayed .'),
        ("#We left* _. _|” _|) He stayed* _.", "|We left . ” ) |He stayed ."),
        ('#Go* _, " _We |left* _. _" |He', '|Go , " We |left . " |He'),
        ('#We left* _. " _|He stayed* _.', '|We left . |" He stayed .'),
        ("#We left* _. ( _“ _|He stayed* _.", "|We left . |( “ He stayed ."),
        ('#We left* _. _" " _|He stayed* _.', '|We left . " |" He stayed .'),
        ('#We left* _. _|"', '|We left . "'),
        ('#" _We left* _. _|" #" _He', '|" We left . " |" He'),
        # An apostrophe alone between spaces, a mark glued on both sides: nothing to go by.
        ("#We left* _. |' He stayed* _.", "|We left . |' He stayed ."),
        ('#We left* _. _|" _He stayed* _.', '|We left . |" He stayed .'),
    ],
)
def test_starts(text, expected):
    assert starts_of(text) == expected


WORDS = st.tuples(
    st.sampled_from(("Go", ".", '"', "“", "”", ")", "(")),
    st.sampled_from((NO_SPACE, SPACE, PARAGRAPH)),
    st.floats(-5, 5),
    st.floats(-9, 9),
)


@settings(max_examples=200)
@given(st.lists(WORDS, min_size=1, max_size=9))
def test_sure_starts_stay(rows):
    words, spacings, scores, roots = (list(column) for column in zip(*rows, strict=True))
    arcs = numpy.zeros((len(words), len(words) + 1))
    arcs[:, 0] = roots
    spaces = numpy.array(spacings)
    sure = spaces == PARAGRAPH
    glued = Glued.of(words, spaces)
    found = find_starts({"start": numpy.array(scores), "arc": arcs}, sure, glued)
    assert found[sure].all()
    assert not (found & glued.after & ~sure).any()
