"""Displayed quotations, which typography sets off instead of quotation marks.

One is believed only where the text says that words follow (a lead-in, a transcript's label, a credit below) and the
paragraph does not itself report in the third person.
"""

from __future__ import annotations

from collections.abc import Sequence

from quoteminer.credits import above_credits
from quoteminer.lead_ins import under_lead_ins
from quoteminer.marks import MarkedSpan
from quoteminer.page import Page
from quoteminer.paragraphs import Displayed, read_paragraphs
from quoteminer.pull_quotes import pull_quotes
from quoteminer.syntax import PERSONS
from quoteminer.transcripts import in_transcripts


def find_displayed(page: Page, marked: Sequence[MarkedSpan]) -> tuple[Displayed, ...]:
    """Find the displayed quotations that have no quotation marks.

    Args:
        page: the document; of its annotation only entities are used, and only if there are any.
        marked: its stretches in quotation marks, from `marks.find_marked`.

    Returns:
        One record a paragraph, in order of the text; they do not overlap each other.
    """
    text, lexicon = page.text, page.lexicon
    credited = any(block.kind == "credit" for block in page.blocks)
    entities = page.doc.ents if credited else ()  # a Doc makes them anew each time
    people = {(entity.start_char, entity.end_char) for entity in entities if entity.label_ in PERSONS}
    paragraphs = read_paragraphs(text, page.blocks, marked, lexicon)
    found: dict[int, Displayed] = {}
    for source in (
        in_transcripts(text, paragraphs, lexicon),
        under_lead_ins(paragraphs, lexicon),
        above_credits(text, paragraphs, people, lexicon),
        pull_quotes(paragraphs, lexicon, found),
    ):
        for index, displayed in source:
            found.setdefault(index, displayed)
    ordered = [found[index] for index in sorted(found)]
    turns = {first: turn for turn, first in enumerate(dict.fromkeys(displayed.turn for displayed in ordered))}
    return tuple(displayed._replace(turn=turns[displayed.turn]) for displayed in ordered)
