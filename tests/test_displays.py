from __future__ import annotations

import time

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

from quoteminer.displays import Displayed, find_credits, find_displayed, find_lead_ins
from quoteminer.layout import find_blocks
from quoteminer.lexicon import load_lexicon
from quoteminer.marks import find_marked

LEXICON = load_lexicon()
NLP = spacy.blank("en")
NLP.max_length = 5_000_000

COUNCIL = "The council met on Monday. It talked about the ferry for three hours and adjourned without a vote."
HARBOUR = "The harbour was built in 1911. Few ships have called there since the mole collapsed in the gales of 1987."
QUAY = "Work on the quay begins in May. The town pays a third of the cost and the region pays the rest of it."


def displayed(text: str, doc: Doc | None = None) -> tuple[Displayed, ...]:
    blocks = find_blocks(text)
    return find_displayed(NLP(text) if doc is None else doc, blocks, find_marked(text, blocks), LEXICON)


def rows(text: str) -> list[tuple[str, str, str | None]]:
    """Form, first three words, and what announces the words."""
    found = []
    for record in displayed(text):
        evidence = record.lead_in or record.credit or record.label
        words = " ".join(text[record.start : record.end].split()[:3])
        found.append((record.form, words, text[slice(*evidence)] if evidence else None))
    return found


def article(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)


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


# --- pull quotes ----------------------------------------------------------------------------------------------------

REPORTS = "Ferrand met the press after the vote. Speaking to reporters, she described the mood in the hall."
EDITORIAL = (
    "Neighbours want the ferry to go. In an editorial, the island paper recalled the wreck and asked for a bridge."
)
OURS = "The ferry is a part of our life on this island."
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


# --- a credit on the line below -------------------------------------------------------------------------------------

FERRY = "The ferry cannot be replaced, and everybody in the town hall knows it."


@pytest.mark.parametrize(
    ("credit", "name"),
    [
        ("— Anna Ferrand, harbour master", "Anna Ferrand"),
        ("-Commissioner Ferrand", "Commissioner Ferrand"),
        ("Anna Ferrand and Peter Osei\nIsland Bank Analyst", "Anna Ferrand and Peter Osei"),
        ("– Dr. Ferrand (by email)", "Dr. Ferrand"),
    ],
)
def test_credit_below_a_bare_pull_quote(credit: str, name: str) -> None:
    text = f"{COUNCIL}\n{HARBOUR}\n{FERRY}\n{credit}\n{QUAY}"
    assert rows(text) == [("credit", "The ferry cannot", name)]


def test_credit_with_a_name_that_only_the_pipeline_knows() -> None:
    text = f"{COUNCIL}\n{HARBOUR}\n{FERRY}\n— Zzyrk Qwell, harbour master\n{QUAY}"
    assert displayed(text) == ()
    doc = NLP(text)
    span = doc.char_span(text.index("Zzyrk"), text.index(", harbour"), label="PERSON")
    assert isinstance(span, Span)
    doc.ents = (span,)
    assert [record.form for record in displayed(text, doc)] == ["credit"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{COUNCIL}\n{HARBOUR}\n{FERRY}\n— Gazette’s Anna Ferrand contributed to this report", id="staff"),
        pytest.param(f"{COUNCIL}\n{HARBOUR}\n{FERRY}\n— Anna Ferrand", id="the reporter at the end"),
        pytest.param(f"{COUNCIL}\n{HARBOUR}\n{FERRY}\nAnna Ferrand\nStaff Writer", id="byline at the end"),
        pytest.param(f"{COUNCIL}\n{HARBOUR}\n{FERRY}\nIsland View\nThe Views\n{QUAY}", id="headings"),
        pytest.param(
            f"{COUNCIL}\n{HARBOUR}\nThe mayor told the town so.\n— Anna Ferrand, mayor\n{QUAY}", id="narrated"
        ),
    ],
)
def test_no_credit(text: str) -> None:
    assert rows(text) == []


# --- transcripts ----------------------------------------------------------------------------------------------------


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


# --- credits of marked quotations -----------------------------------------------------------------------------------


def credits(text: str) -> list[tuple[str, str]]:
    blocks = find_blocks(text)
    marked = find_marked(text, blocks)
    found = find_credits(text, blocks, marked, LEXICON)
    return [(text[marked[i].start + 1 : marked[i].end].split()[0], text[slice(*found[i])]) for i in sorted(found)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{COUNCIL}\n\n“Ours is the last ferry.”\n\n— Anna Ferrand, harbour master\n\n{QUAY}", "Anna Ferrand"),
        (f'{COUNCIL}\n\n"Ours is the last ferry." -Commissioner Ferrand\n\n{QUAY}', "Commissioner Ferrand"),
        (f"{COUNCIL}\n\n“Ours is the last ferry.” – Dr. Ferrand, in a letter\n\n{QUAY}", "Dr. Ferrand"),
        (f"{COUNCIL}\n\n“Ours is the last ferry.” — Harbour Authority\n\n{QUAY}", "Harbour Authority"),
        (f"{COUNCIL}\n{HARBOUR}\n“Ours is the last ferry.”\nAnna Ferrand\nHarbour Gazette\n{QUAY}", "Anna Ferrand"),
    ],
)
def test_credit_of_a_marked_quotation(text: str, expected: str) -> None:
    assert credits(text) == [("Ours", expected)]


def test_every_paragraph_of_the_utterance_has_the_credit() -> None:
    text = f"{COUNCIL}\n\n“Ours is the last ferry in the north.\n\n“After it comes nothing.” — Anna Ferrand\n\n{QUAY}"
    assert credits(text) == [("Ours", "Anna Ferrand"), ("After", "Anna Ferrand")]


@pytest.mark.parametrize(
    "text",
    [
        f"{COUNCIL}\n\n“Ours is the last ferry,” she said. “It has to stay.” - GAZETTE",
        f"{COUNCIL}\n\n“Ours is the last ferry.” - GAZETTE",
        f"{COUNCIL}\n\n“Ours is the last ferry” — a claim that nobody believed.\n\n{QUAY}",
        f"{COUNCIL}\n\n“Ours is the last ferry.” — President Osei said on Tuesday.\n\n{QUAY}",
        f"{COUNCIL}\n\n“Ours is the last ferry,” said Duarte.\n\n— Gazette’s Anna Ferrand contributed\n\n{QUAY}",
    ],
)
def test_what_is_no_credit(text: str) -> None:
    assert credits(text) == []


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


# --- any text -------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ("He said:", "\n", "\n\n", " ", "I am here.", "Q: Who?", "A: We are.", "— Anna Ferrand", "“", "”", '"', "- ", ":",
     "[", "]", ".", "In a statement, she said it.", "The statement read:", "We know. ", "\u2028", "é", "(", "…")
)  # fmt: skip


@given(st.lists(PIECES | st.text(st.characters(codec="utf-8"), max_size=5), max_size=40))
def test_spans_lie_in_the_text_and_do_not_overlap(pieces: list[str]) -> None:
    text = "".join(pieces)
    blocks = find_blocks(text)
    marked = find_marked(text, blocks)
    found = displayed(text)
    bounds = [bound for record in found for bound in (record.start, record.end)]
    assert bounds == sorted(bounds)
    assert all(text[record.start : record.end].strip() for record in found)
    for spans in (find_credits(text, blocks, marked, LEXICON), find_lead_ins(text, blocks, marked, LEXICON)):
        assert all(text[start:end].strip() and 0 <= index < len(marked) for index, (start, end) in spans.items())


@pytest.mark.parametrize("text", ["", " ", ":", "“”", "\n\n\n", ".:", "—", "Q:", "[", "I", "He said:\n\n"])
def test_next_to_nothing(text: str) -> None:
    assert rows(text) == []


@pytest.mark.parametrize(
    "unit", ["He said:\n", "Q: who?\nA: I do.\n", "— Ann Low\n", "word said ", '"a b c d" - ', f"{REPORTS}\n{OURS}\n"]
)
def test_time_grows_with_the_text(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        doc = NLP(text)
        blocks = find_blocks(text)
        marked = find_marked(text, blocks)
        start = time.process_time()
        find_displayed(doc, blocks, marked, LEXICON)
        find_credits(text, blocks, marked, LEXICON)
        find_lead_ins(text, blocks, marked, LEXICON)
        return time.process_time() - start

    assert seconds(200_000) < 40 * max(seconds(20_000), 0.005)
