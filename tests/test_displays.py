"""Displayed quotations in any text: where they lie, and the time that it takes to find them."""

from collections.abc import Callable

import pytest
from growth import grows_evenly
from hypothesis import given
from hypothesis import strategies as st
from pages import LEXICON, NLP, OURS, REPORTS, displayed, rows

from quoteminer.credits import find_credits
from quoteminer.displays import find_displayed
from quoteminer.layout import find_blocks
from quoteminer.lead_ins import find_lead_ins
from quoteminer.marks import find_marked
from quoteminer.page import Page

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
    def prepare(length: int) -> Callable[[], object]:
        text = unit * (length // len(unit))
        blocks = find_blocks(text)
        page = Page.of(NLP(text), blocks, LEXICON)
        marked = find_marked(text, blocks)

        def work() -> None:
            find_displayed(page, marked)
            find_credits(text, blocks, marked, LEXICON)
            find_lead_ins(text, blocks, marked, LEXICON)

        return work

    assert grows_evenly(prepare, 200_000)
