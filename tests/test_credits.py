"""Credits below displayed quotations, and below or after marked ones."""

import pytest
from pages import COUNCIL, HARBOUR, LEXICON, NLP, QUAY, displayed, rows
from spacy.tokens import Span

from quoteminer.credits import find_credits
from quoteminer.layout import find_blocks
from quoteminer.marks import find_marked

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
