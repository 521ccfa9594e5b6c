"""Lead-ins above displayed quotations and above marked ones."""

import pytest
from pages import COUNCIL, HARBOUR, LEXICON, QUAY, article, displayed, rows

from quoteminer.layout import find_blocks
from quoteminer.lead_ins import find_lead_ins
from quoteminer.marks import find_marked

# --- a lead-in that ends in a colon ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lead_in",
    [
        "The statement read:",
        "The letter, which was sent on Tuesday, reads:",
        "Ferrand wrote in a post on her own page:",
        "The mayor told reporters in Lisbon that:",
        "Marlow told the Harbour Gazette:",
        "The company released the following statement:",
        "The ministry said in a statement on Friday:",
        "Below is the full text of the letter:",
        "Mr. Osei continued:",
        "The spokesman had this to say:",
        "She replied by email:",
        "Here is the full statement from the port:",
        "The note ran as follows:-",
    ],
)
def test_colon_lead_in(lead_in: str) -> None:
    words = "The ferry is the lifeline of this town, and a town without a lifeline is not a town at all."
    text = article(COUNCIL, lead_in, words, HARBOUR)
    assert rows(text) == [("lead-in", "The ferry is", lead_in)]


def test_lead_in_is_the_last_sentence_of_its_paragraph() -> None:
    text = article(
        "The port has a new owner. Its letter to Mrs. Vance reads:", "The old crane will go in spring.", QUAY
    )
    assert rows(text) == [("lead-in", "The old crane", "Its letter to Mrs. Vance reads:")]


def test_paragraphs_in_the_first_person_continue_the_utterance() -> None:
    text = article(
        COUNCIL,
        "Duarte wrote on her page:",
        "I have sold my boats. It was not easy for me.",
        "We will miss the sea, and our children will miss it more.",
        HARBOUR,
        "The board replied in a letter:",
        "We regret the loss of a good captain.",
    )
    found = displayed(text)
    assert [record.turn for record in found] == [0, 0, 1]
    assert found[0].lead_in == found[1].lead_in != found[2].lead_in


@pytest.mark.parametrize(
    ("lead_in", "words"),
    [
        (
            "Inspectors visited the camp in May, describing poor conditions:",
            "The barracks [are] cold and damp all year.",
        ),
        ("Ferrand was in no doubt after the ruling:", "I knew that we would win this one in the end."),
    ],
)
def test_any_report_announces_words_that_are_plainly_quoted(lead_in: str, words: str) -> None:
    assert [form for form, _, _ in rows(article(COUNCIL, lead_in, words, QUAY))] == ["lead-in"]


@pytest.mark.parametrize(
    ("lead_in", "words"),
    [
        ("The winners are:", "Anna Ferrand of the harbour school won the first prize for her model of a ship."),
        ("He announced a five-step plan:", "Improving the old quay is the first of the steps that the plan has."),
        ("The mayor said that the town has two problems:", "The first of the problems is the state of the old quay."),
        ("The report made many recommendations including:", "The emergency exits of the ferry should be kept clear."),
        ("Also read:", "Ferry service between the islands starts again after a pause of two years."),
        ("Read more:", "Ferry service between the islands starts again after a pause of two years."),
        ("Here is what you need to know about the ferry:", "The ferry runs twice a day and it takes forty cars."),
        ("Sources:", "The figures are taken from the yearly report of the harbour authority."),
        ("The town has agreed to the following measures:", "The speed limit in the harbour is lowered to five knots."),
        ("You can sum up the advice in a few words:", "Save a quarter of the cost while the child is small."),
        ("The statement read:", "Asked about the statement, the mayor told reporters that she knew nothing of it."),
        ("The statement read:", "According to the harbour office, the ferry has been out of service for a week."),
        ("Marlow said:", "The Portuguese minister said that nobody had asked him about the ferry."),
        ("Marlow gave his first speech and said:", "Then Marlow left the hall by a side door without a coat."),
        ("Marlow said:", "“The ferry is the lifeline of this town and it has to stay.”"),
        ("Marlow said:", "LISBON (Agency) — The ferry is out of service and it will be for some weeks."),
        ("Marlow said:", "The Ferry And The Harbour Of Old Town."),
        ("Marlow said:", "The ferry and the harbour"),
        ("Marlow said:", "The ferry leaves the harbour of the old town. Photo: Anna Ferrand/AFP"),
    ],
)
def test_colon_before_other_things(lead_in: str, words: str) -> None:
    assert rows(article(COUNCIL, lead_in, words, HARBOUR)) == []


def test_unmarked_list_items_are_facts() -> None:
    assert (
        rows(f"{COUNCIL}\nThe mayor said:\n- The quay is closed on Mondays.\n- The crane is not in use.\n{QUAY}") == []
    )


# --- a sentence that announces the words without a colon ------------------------------------------------------------


@pytest.mark.parametrize(
    "lead_in",
    [
        "Speaking on the quay, Ferrand described the talks this way.",
        "The minister put it like this.",
        "The owner answered as follows.",
        "The mayor framed the choice in these words.",
    ],
)
def test_pointing_sentence(lead_in: str) -> None:
    words = "The ferry is the lifeline of this town, and it has to stay."
    text = article(COUNCIL, f"It was a long day. {lead_in}", words, HARBOUR)
    assert rows(text) == [("lead-in", "The ferry is", lead_in)]


@pytest.mark.parametrize(
    "lead_in",
    [
        "The town has always lived this way.",
        "It was the last summer that looked like this.",
        "We will be back with more after these words.",
    ],
)
def test_sentence_that_points_to_no_words(lead_in: str) -> None:
    assert rows(article(COUNCIL, lead_in, "The ferry is the lifeline of this town, and it has to stay.", QUAY)) == []


# --- lead-ins of marked quotations ----------------------------------------------------------------------------------


def lead_ins(text: str) -> list[tuple[str, str]]:
    blocks = find_blocks(text)
    marked = find_marked(text, blocks)
    found = find_lead_ins(text, blocks, marked, LEXICON)
    return [(text[marked[i].content_start : marked[i].content_end], text[slice(*found[i])]) for i in sorted(found)]


def test_items_share_their_lead_in() -> None:
    text = (
        "Nothing came of it. Ferrand had a clear focus on the ferry:\n- “It is ours.”\n- “It stays.” (Gazette)\n"
        "- The mayor was silent.\n1. “It is old.”\nThe owner saw it in another light:\n- “Sell it.”\n"
        "Duarte heard of it.\n- “Too late.”"
    )
    ferrand, owner = "Ferrand had a clear focus on the ferry:", "The owner saw it in another light:"
    assert lead_ins(text) == [
        ("It is ours.", ferrand),
        ("It stays.", ferrand),
        ("It is old.", ferrand),
        ("Sell it.", owner),
    ]


def test_paragraph_below_a_lead_in_and_its_continuation() -> None:
    text = article("The owner wrote:", "“The ferry is sold.", "“The crew is free to go.”", "“Good,” said Duarte.", QUAY)
    assert [content for content, _ in lead_ins(text)] == ["The ferry is sold.", "The crew is free to go."]


@pytest.mark.parametrize(
    "text",
    [
        article("The owner wrote:", HARBOUR, "“The ferry is sold.”"),
        article("The owner wrote a letter.", "“The ferry is sold.”"),
        "The owner wrote:\n- According to Duarte, “the ferry is sold”.",
        article("The owner wrote:", "“The ferry is sold,” he said.", "“It was old.”"),
    ],
)
def test_what_has_no_lead_in(text: str) -> None:
    assert lead_ins(text) == []
