"""Displayed quotations, which typography sets off instead of quotation marks.

One is believed only where the text says that words follow (a lead-in, a transcript's label, a credit below) and the
paragraph does not itself report in the third person.
"""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Doc

from quoteminer.credits import above_credits
from quoteminer.layout import Block
from quoteminer.lead_ins import under_lead_ins
from quoteminer.lexicon import Lexicon
from quoteminer.marks import MarkedSpan
from quoteminer.paragraphs import Displayed, read_paragraphs
from quoteminer.pull_quotes import pull_quotes
from quoteminer.syntax import PERSONS
from quoteminer.transcripts import in_transcripts


def find_displayed(
    doc: Doc, blocks: Sequence[Block], marked: Sequence[MarkedSpan], lexicon: Lexicon, text: str | None = None
) -> tuple[Displayed, ...]:
    """Find the displayed quotations that have no quotation marks.

    Args:
        doc: the parsed text; of its annotation only entities are used, and only if there are any.
        blocks: the blocks of its text, from `layout.find_blocks`.
        marked: its stretches in quotation marks, from `marks.find_marked`.
        lexicon: the word lists.
        text: the Doc's text, where that is known already: a Doc makes it anew each time.

    Returns:
        One record a paragraph, in order of the text; they do not overlap each other.
    """
    text = doc.text if text is None else text
    entities = doc.ents if any(block.kind == "credit" for block in blocks) else ()  # a Doc makes them anew each time
    people = {(entity.start_char, entity.end_char) for entity in entities if entity.label_ in PERSONS}
    paragraphs = read_paragraphs(text, blocks, marked, lexicon)
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
