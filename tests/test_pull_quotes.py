"""Pull quotes that nothing announces."""

import pytest
from pages import COUNCIL, HARBOUR, OURS, QUAY, REPORTS, article, rows

EDITORIAL = (
    "Neighbours want the ferry to go. In an editorial, the island paper recalled the wreck and asked for a bridge."
)
MAXIM = "A bridge and a road share a common duty to carry all people to the other side."


def test_first_person_after_a_report_in_a_text_without_marks() -> None:
    text = article(COUNCIL, REPORTS, OURS, HARBOUR, QUAY)
    assert rows(text) == [("pull quote", "The ferry is", REPORTS)]


def test_lone_sentence_in_a_text_that_displays_others() -> None:
    text = article(COUNCIL, REPORTS, OURS, HARBOUR, EDITORIAL, MAXIM, QUAY)
    assert [(form, lead_in) for form, _, lead_in in rows(text)] == [("pull quote", REPORTS), ("pull quote", EDITORIAL)]


def test_one_who_tells_what_was_said_to_him() -> None:
    text = article(COUNCIL, REPORTS, "The captain told me that he and I can sail whenever we want.", HARBOUR, QUAY)
    assert [form for form, _, _ in rows(text)] == ["pull quote"]


@pytest.mark.parametrize(
    "paragraphs",
    [
        pytest.param((COUNCIL, EDITORIAL, MAXIM, HARBOUR, QUAY), id="a lone sentence, and nothing else displayed"),
        pytest.param(
            (REPORTS, OURS, HARBOUR, "“We have had enough of that,” said Duarte.", QUAY), id="text with marks"
        ),
        pytest.param((COUNCIL, HARBOUR, OURS, QUAY, COUNCIL), id="nobody speaks before"),
        pytest.param((COUNCIL, REPORTS, "Meanwhile we wait for news.", QUAY, HARBOUR), id="the author goes on"),
        pytest.param((COUNCIL, REPORTS, "She warned that we all grow old.", QUAY, HARBOUR), id="reported speech"),
        pytest.param((COUNCIL, REPORTS, OURS, "I have lived here for years.", QUAY, HARBOUR), id="the author says I"),
        pytest.param((COUNCIL, REPORTS, "The US has sent My Love to World War I.", QUAY), id="no pronouns"),
        pytest.param((COUNCIL, "FULL TEXT.", "How well do we do? We look at it.", QUAY, HARBOUR), id="no subject"),
    ],
)
def test_no_pull_quote(paragraphs: tuple[str, ...]) -> None:
    assert rows(article(*paragraphs)) == []
