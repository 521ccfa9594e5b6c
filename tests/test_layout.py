"""Blocks of a text: paragraphs separated in each of the ways of news texts, and what each block is."""

import random
from functools import partial

import pytest
from growth import lines_run
from hypothesis import given
from hypothesis import strategies as st

from quoteminer.layout import Block, find_blocks

LONG = "The harbour board met on Monday and voted to close the northern pier until the autumn storms had passed."
LONGER = LONG + " Two members stayed away from the vote, and a third left before the count was read out."
WRAPPED = """\
The harbour board met on Monday and voted to close the northern pier
until the autumn storms had passed, a decision that the fishing crews
had asked for since the spring. Two members stayed away.

Ferries will leave from the southern pier instead, the board said, and
the first of them is expected to sail before the end of the month, if
the crane that was ordered in June is delivered in time.
"""


def contents(text: str) -> list[str]:
    return [text[block.start : block.end] for block in find_blocks(text)]


def kinds(*lines: str) -> list[str]:
    return [block.kind for block in find_blocks("\n\n".join(lines))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("One went.\n\nTwo came.", ["One went.", "Two came."], id="blank line"),
        pytest.param("One went.\r\n\r\nTwo came.\r\n", ["One went.", "Two came."], id="carriage returns"),
        pytest.param("One went.\n \t \nTwo came.", ["One went.", "Two came."], id="blank line of spaces"),
        pytest.param(f"{LONGER}\n{LONGER}", [LONGER, LONGER], id="a line a paragraph"),
        pytest.param(f"{LONGER}\u2028{LONGER}", [LONGER, LONGER], id="line separator"),
        pytest.param(f"{LONGER}\u2029{LONGER}", [LONGER, LONGER], id="paragraph separator"),
        pytest.param(f"{LONGER}\x85{LONGER}", [LONGER, LONGER], id="next line character"),
        pytest.param("  One went.  \n\n\u3000Two came.\xa0", ["One went.", "Two came."], id="stripped"),
        pytest.param("Steps:\n- wash\n- dry", ["Steps:", "- wash", "- dry"], id="list on single lines"),
        pytest.param(f"{LONG[:-1]}\nand went home.", [f"{LONG[:-1]}\nand went home."], id="line broken in a sentence"),
        pytest.param(
            "the pier\nthe ferry\nthe crane", ["the pier", "the ferry", "the crane"], id="short lower-case lines"
        ),
        pytest.param(f"{LONG}\nWhat next\n{LONG}", [LONG, "What next", LONG], id="heading on a line between"),
    ],
)
def test_division(text: str, expected: list[str]) -> None:
    assert contents(text) == expected


def test_lines_broken_at_a_fixed_width_make_paragraphs() -> None:
    first, second = WRAPPED.strip().split("\n\n")
    assert contents(WRAPPED) == [first, second]
    assert contents(WRAPPED.replace("\n", "\r\n")) == [part.replace("\n", "\r\n") for part in (first, second)]


def test_wrapped_paragraphs_without_blank_lines_end_at_the_short_line() -> None:
    text = WRAPPED.replace("\n\n", "\n")
    assert [content.split()[0] for content in contents(text)] == ["The", "Ferries"]


def test_a_long_heading_does_not_hide_the_width() -> None:
    heading = "Northern pier to close for a season after a vote that divided the board and angered the town of Oldhaven"
    assert len(contents(f"{heading}\n\n{WRAPPED}\n{WRAPPED}")) == 5


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["- “The pier is closed.”"], "item", id="dash"),
        pytest.param(["• “The pier is closed.”"], "item", id="bullet"),
        pytest.param(["•The pier is closed."], "item", id="bullet without a space"),
        pytest.param(["– The pier is closed."], "item", id="en dash"),
        pytest.param(["* The pier is closed."], "item", id="asterisk"),
        pytest.param(["1. The pier is closed."], "item", id="number"),
        pytest.param(["2.The pier is closed."], "item", id="number without a space"),
        pytest.param(["3) The pier is closed."], "item", id="number and bracket"),
        pytest.param(["(iii) the pier is closed;"], "item", id="roman number"),
        pytest.param(["-“The pier is closed.”"], "item", id="dash before a mark"),
        pytest.param(["1.5 million people crossed the pier."], "paragraph", id="not an item: decimal"),
        pytest.param(["2026. That is when the pier reopens."], "paragraph", id="not an item: year"),
        pytest.param(["-5 degrees were measured on the pier."], "paragraph", id="not an item: minus"),
        pytest.param(["**The pier** is closed."], "paragraph", id="not an item: bold type"),
        pytest.param(["The closed pier"], "heading", id="heading"),
        pytest.param(["Who is Ines Maro?"], "heading", id="heading that asks"),
        pytest.param(["Reopening of ‘the pearl’"], "heading", id="heading that ends in a mark"),
        pytest.param(["The board’s statement read:"], "paragraph", id="not a heading: lead-in"),
        pytest.param(["Maro called it “a mess.”"], "paragraph", id="not a heading: ends in a sentence's mark"),
        pytest.param(["“The pier is closed”"], "paragraph", id="not a heading: quotation"),
        pytest.param(["Ines Maro on the pier on May 2, 2024. PHOTO: AFP"], "caption", id="caption, source at the end"),
        pytest.param(["The pier at dusk. (File photo)"], "caption", id="caption, file photo"),
        pytest.param(["Li Photos | Getty Images News | Getty Images"], "caption", id="caption, bars"),
        pytest.param(["The pier at dusk. Photo by Ana Lutz/AFP"], "caption", id="caption, agency after a slash"),
        pytest.param(["pier__2024__v1.jpg"], "caption", id="caption, file name"),
        pytest.param(["© Ana Lutz/Coast News"], "caption", id="caption, copyright"),
        pytest.param(["Maro told the world about it on Thursday via Twitter."], "paragraph", id="not a caption: via"),
        pytest.param(
            [f'{LONGER} "We will see," Maro told Reuters. - Reuters'], "paragraph", id="not a caption: agency"
        ),
        pytest.param([LONG], "paragraph", id="paragraph"),
    ],
)
def test_kind_of_a_block(lines: list[str], expected: str) -> None:
    assert kinds(*lines) == [expected]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["“It is over.”", "— Ines Maro, harbour master"], "credit", id="dash, name, office"),
        pytest.param(["“It is over.”", "-Commissioner Maro"], "credit", id="hyphen, office, name"),
        pytest.param([f"“{LONG}”", "– Ines Maro, in a letter of 1920."], "credit", id="final year"),
        pytest.param([LONG, LONGER, "“It is over.”", "Ines Maro"], "credit", id="name alone"),
        pytest.param(
            [LONG, LONGER, LONG, "Ines Maro and Per Lind", "Coast Group Analyst"], "credit", id="last of two lines"
        ),
        pytest.param(["- “It is over.”", "- “It begins.”"], "item", id="not a credit: list"),
        pytest.param(["“It is over.”", "- Maro left the board\n- Lind stayed"], "item", id="not a credit: list below"),
        pytest.param(["“It is over.”", "– Maro left the board on Monday."], "item", id="not a credit: sentence"),
        pytest.param([LONG, LONGER, "“It is over.”", "From Port to Pier"], "heading", id="not a credit: heading"),
        pytest.param([LONG, LONGER, LONG, "Concerns in Oldhaven"], "heading", id="not a credit: heading after text"),
        pytest.param(["Pier to close", LONG, "Ana Lutz", "Coast News"], "heading", id="not a credit: byline"),
    ],
)
def test_kind_of_the_last_block(lines: list[str], expected: str) -> None:
    assert kinds(*lines)[-1] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Q: Why?\n\nA: Storms.\n\nQ: When?\n\nA: May.", ["Q", "A", "Q", "A"], id="question and answer"),
        pytest.param("Q. Why?\n\nA. Storms.\n\nQ. When?", ["Q", "A", "Q"], id="full stop after the label"),
        pytest.param("MARO: Why?\n\nPER LIND: Storms.\n\nMARO: When?", ["MARO", "PER LIND", "MARO"], id="names"),
        pytest.param("Ana Lutz: Why?\nMaro: Storms.\nAna Lutz: When?", ["Ana Lutz", "Maro", "Ana Lutz"], id="lines"),
        pytest.param("Background: the pier.\n\nMaro: no.\n\nLind: yes.", [], id="nothing: no label twice"),
        pytest.param("Get smart: a crane.\n\nThere’s more: a ferry.\n\nGet smart: a pier.", [], id="nothing: small"),
        pytest.param("At 10:30 it began.\n\nAt 10:40 it ended.\n\nAt 10:30 it began.", [], id="nothing: time of day"),
    ],
)  # fmt: skip
def test_speaker_labels(text: str, expected: list[str]) -> None:
    assert [text[slice(*block.label)] for block in find_blocks(text) if block.label] == expected


def test_label_alone_in_its_block() -> None:
    text = "MARO:\n\nWhy did it close?\n\nLIND:\n\nStorms.\n\nMARO:\n\nWhen?"
    assert [b.kind for b in find_blocks(text)[::2]] == ["speaker_label"] * 3


def test_a_sentence_broken_by_a_blank_line_is_no_heading() -> None:
    assert kinds("The quarrel began at the May meeting", "that closed the northern pier.") == ["paragraph"] * 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" \r\n\u2028\x85\t", id="white space"),
        pytest.param("\x1c\x1d\x1e\x0b\x0c", id="separators"),
    ],
)
def test_nothing_to_find(text: str) -> None:
    assert find_blocks(text) == ()


NEWS_CHARACTERS = st.text(st.sampled_from("ab A.Q:-–1)(“”\"'’\n\r\u2028\x85 \x1c\ud800\x00:,?|/©"))


@given(st.text(st.characters()) | NEWS_CHARACTERS)
def test_every_character_lies_in_one_block(text: str) -> None:
    blocks = find_blocks(text)
    covered = [0] * len(text)
    for block in blocks:
        assert text[block.start : block.end].strip() == text[block.start : block.end] != ""
        assert block.label is None or block.start == block.label[0] < block.label[1] <= block.end
        for position in range(block.start, block.end):
            covered[position] += 1
    assert all(count == 1 or (count == 0 and text[i].isspace()) for i, count in enumerate(covered))
    assert list(blocks) == sorted(blocks, key=lambda block: block.start)
    assert blocks == find_blocks(text)


@given(
    st.lists(st.sampled_from([LONG, "“It is over.”", "- an item", "A heading", "Ines Maro. PHOTO: AFP"]), max_size=6)
)
def test_blank_lines_always_divide(lines: list[str]) -> None:
    assert contents("\n\n".join(lines)) == lines


def test_block_is_a_plain_value() -> None:
    assert find_blocks("Go.") == (Block(0, 3, "paragraph", None),)


@pytest.mark.parametrize(
    "unit", ["a\n", "— Ines Maro\n\n", "Q: Why?\n", WRAPPED, "x" * 100], ids=lambda unit: unit[:8].strip()
)
def test_time_grows_linearly(unit: str) -> None:
    """Ten times the text takes at most fifteen times the operations, counted as lines of Python run."""
    small, large = (lines_run(partial(find_blocks, unit * count)) for count in (60, 600))
    assert large <= 15 * small + 200


def test_bad_input_of_size() -> None:
    noise = random.Random(3)
    text = "".join(noise.choice("a.\n\ud800\x00“-") for _ in range(100_000))
    assert find_blocks(text)
    assert find_blocks("a" * 1_000_000) == (Block(0, 1_000_000),)
