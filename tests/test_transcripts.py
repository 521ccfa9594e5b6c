"""Answers after the labels of transcripts and interviews."""

import pytest
from pages import COUNCIL, HARBOUR, article, displayed, rows


def test_answers_of_an_interview() -> None:
    text = article(
        COUNCIL,
        "Q: Why did you sell the boats?",
        "A: I had no choice.",
        "My sons did not want them.",
        "Q: And the house?",
        "A: We keep it.",
        "Q: For how long?",
        "A: As long as we can.",
        HARBOUR,
    )
    found = displayed(text)
    assert [text[record.start : record.end] for record in found] == [
        "I had no choice.",
        "My sons did not want them.",
        "We keep it.",
        "As long as we can.",
    ]
    assert [record.turn for record in found] == [0, 0, 1, 2]
    assert {text[slice(*record.label)] for record in found if record.label} == {"A"}


def test_names_as_labels() -> None:
    text = article(
        "Anna Ferrand: Good evening to all of you.",
        "Peter Osei: Good evening. I am glad to be here.",
        "Anna Ferrand: I will begin with the ferry.",
        "Peter Osei: We will come to the bridge later, I suppose.",
    )
    assert [(form, label) for form, _, label in rows(text)] == [
        ("transcript", "Anna Ferrand"),
        ("transcript", "Peter Osei"),
        ("transcript", "Anna Ferrand"),
        ("transcript", "Peter Osei"),
    ]


def test_interviewer_by_initials_asks() -> None:
    text = article(
        "Anna Ferrand builds boats.",
        "HG: When did you begin?",
        "AF: I was nine.",
        "HG: And who taught you?",
        "AF: My aunt did, and we never looked back.",
    )
    assert [text[slice(*record.label)] for record in displayed(text) if record.label] == ["AF", "AF"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            article(
                "Q: What is the ferry?",
                "A: The ferry is a ship that takes cars to the island.",
                "Q: When does it run?",
                "A: It runs twice a day.",
                "Q: What does it cost?",
                "A: It costs nine euros.",
            ),
            id="explainer",
        ),
        pytest.param(
            "Date: Monday.\nPlace: The Quay.\nDate: Tuesday.\nPlace: The Hall.\nDate: Friday.", id="programme"
        ),
        pytest.param(
            "Ingredients: Two eggs.\nNote: Keep it cold.\nNote: Serve it warm.\nTip: Use a bowl.", id="recipe"
        ),
    ],
)
def test_no_transcript(text: str) -> None:
    assert rows(text) == []
