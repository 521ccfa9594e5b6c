"""The words of a text: spaCy's rules with those of the treebanks."""

import pytest
import spacy

from quoteminer.pipeline.tokenizer import NAME


@pytest.fixture(scope="module")
def nlp() -> spacy.Language:
    return spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": NAME}}})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # Runs of marks are one word.
        ("What?! No!!! ***", "What ?! No !!! ***"),
        ("“Go!!” ==== <<a>>", "“ Go !! ” ==== << a >>"),
        ("____ Name ____", "____ Name ____"),
        # Numbers.
        ("Call 555-0100 or 212-555-0100.", "Call 555-0100 or 212-555-0100 ."),
        ("(1-800-555-0100)", "( 1-800-555-0100 )"),
        ("2019–2021, 7–10", "2019 – 2021 , 7 – 10"),
        ("at 7:30PM or 8:15a.m.", "at 7:30 PM or 8:15 a.m."),
        ("65k people, 10km", "65 k people , 10 km"),
        # A hyphen for a dash.
        ("-Ann Roe", "- Ann Roe"),
        ("-5 degrees", "-5 degrees"),
        # Words that spaCy takes for others.
        ("They wed in Lagos, with id", "They wed in Lagos , with id"),
        ("and/or (see 4):", "and / or ( see 4 ) :"),
        ("I wanna go", "I wan na go"),
        ("Lt. Roe et al. at Ft. Alba", "Lt. Roe et al. at Ft. Alba"),
        # As in spaCy.
        ("We can’t go to Alba-Lee.", "We ca n’t go to Alba - Lee ."),
        ("It's 5pm :-) https://example.org/a-b", "It 's 5 pm :-) https://example.org/a-b"),
    ],
)
def test_words(nlp, text, words):
    doc = nlp(text)
    assert [token.text for token in doc] == words.split()
    assert doc.text == text


def test_rules_are_saved(nlp, tmp_path):
    nlp.to_disk(tmp_path)
    text = "They wed 555-0100!!! 7–10"
    assert [token.text for token in spacy.load(tmp_path)(text)] == [token.text for token in nlp(text)]
