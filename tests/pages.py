"""Pages of made-up news for the tests of displayed quotations, and what is found on them."""

from __future__ import annotations

import spacy
from spacy.tokens import Doc

from quoteminer.displays import find_displayed
from quoteminer.layout import find_blocks
from quoteminer.lexicon import load_lexicon
from quoteminer.marks import find_marked
from quoteminer.page import Page
from quoteminer.paragraphs import Displayed

LEXICON = load_lexicon()
NLP = spacy.blank("en")
NLP.max_length = 5_000_000

COUNCIL = "The council met on Monday. It talked about the ferry for three hours and adjourned without a vote."
HARBOUR = "The harbour was built in 1911. Few ships have called there since the mole collapsed in the gales of 1987."
QUAY = "Work on the quay begins in May. The town pays a third of the cost and the region pays the rest of it."
REPORTS = "Ferrand met the press after the vote. Speaking to reporters, she described the mood in the hall."
OURS = "The ferry is a part of our life on this island."


def displayed(text: str, doc: Doc | None = None) -> tuple[Displayed, ...]:
    blocks = find_blocks(text)
    page = Page.of(NLP(text) if doc is None else doc, blocks, LEXICON)
    return find_displayed(page, find_marked(text, blocks))


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
