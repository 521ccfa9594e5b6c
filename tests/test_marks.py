"""Quotation marks paired into stretches: each row is a text and what stands in marks in it."""

import itertools
from functools import partial

import pytest
from growth import lines_run
from hypothesis import given
from hypothesis import strategies as st

from quoteminer.layout import find_blocks
from quoteminer.marks import MarkedSpan, find_marked


def marked(text: str) -> tuple[MarkedSpan, ...]:
    return find_marked(text, find_blocks(text))


def outer(text: str) -> list[str]:
    return [text[span.start : span.end] for span in marked(text) if span.depth == 0]


def inner(text: str) -> list[str]:
    return [text[span.start : span.end] for span in marked(text) if span.depth > 0]


STYLES = [
    pytest.param("“We sail,” said Maro.", "“We sail,”", "double", id="curly double"),
    pytest.param('"We sail," said Maro.', '"We sail,"', "double", id="straight double"),
    pytest.param("‘We sail,’ said Maro.", "‘We sail,’", "single", id="curly single"),
    pytest.param("'We sail,' said Maro.", "'We sail,'", "single", id="straight single"),
    pytest.param("« We sail », said Maro.", "« We sail »", "guillemet", id="guillemets with spaces"),
    pytest.param("«We sail», said Maro.", "«We sail»", "guillemet", id="guillemets"),
    pytest.param("»We sail«, said Maro.", "»We sail«", "guillemet", id="guillemets pointing in"),
    pytest.param("‹We sail›, said Maro.", "‹We sail›", "single_guillemet", id="single guillemets"),
    pytest.param("„We sail“, said Maro.", "„We sail“", "low", id="low opening, high closing"),
    pytest.param("„We sail”, said Maro.", "„We sail”", "low", id="low opening, right closing"),
    pytest.param("‚We sail‘, said Maro.", "‚We sail‘", "low", id="low single"),
    pytest.param("``We sail,'' said Maro.", "``We sail,''", "backtick", id="two backticks, two apostrophes"),
    pytest.param("`We sail,' said Maro.", "`We sail,'", "backtick", id="backtick and apostrophe"),
    pytest.param("''We sail,'' said Maro.", "''We sail,''", "double", id="two apostrophes"),
    pytest.param("‘‘We sail,’’ said Maro.", "‘‘We sail,’’", "double", id="two curly singles"),
    pytest.param("Maro said 「We sail」 then.", "「We sail」", "corner", id="corner brackets"),
    pytest.param("Maro said 『We sail』 then.", "『We sail』", "white_corner", id="white corner brackets"),
    pytest.param("＂We sail,＂ said Maro.", "＂We sail,＂", "double", id="full-width"),
]


@pytest.mark.parametrize(("text", "quotation", "style"), STYLES)
def test_styles(text: str, quotation: str, style: str) -> None:
    (span,) = marked(text)
    assert (text[span.start : span.end], span.style) == (quotation, style)
    assert text[span.content_start : span.content_end].rstrip(",") == "We sail"
    assert span.opened and span.closed


PLACES = [
    pytest.param('He said: "We sail."', ['"We sail."'], id="after a colon"),
    pytest.param('He said:"We sail."', ['"We sail."'], id="after a colon without space"),
    pytest.param('He agreed ("We sail") and left.', ['"We sail"'], id="in brackets"),
    pytest.param('One word—"sail"—was heard.', ['"sail"'], id="between dashes"),
    pytest.param('The pier-"pearl" link.', ['"pearl"'], id="after a hyphen"),
    pytest.param('"We sail—" he began.', ['"We sail—"'], id="broken off"),
    pytest.param('"...and then we sail," he said.', ['"...and then we sail,"'], id="begins with points"),
    pytest.param('"We sail...", he said.', ['"We sail..."'], id="ends with points, comma outside"),
    pytest.param('"Yes"/"no" was asked.', ['"Yes"', '"no"'], id="around a slash"),
    pytest.param('"We sail.""We stay."', ['"We sail."', '"We stay."'], id="no space between"),
    pytest.param("“We sail.”“We stay.”", ["“We sail.”", "“We stay.”"], id="no space between, curly"),
    pytest.param('" We sail ," he said.', ['" We sail ,"'], id="spaces inside"),
    pytest.param('They hold " the best berths ".', ['" the best berths "'], id="spaces on both sides"),
    pytest.param("They hold “ the best berths ” there.", ["“ the best berths ”"], id="spaces inside, curly"),
    pytest.param('A cut of ".5 percent" came.', ['".5 percent"'], id="begins with a decimal point"),
    pytest.param('The so-called"pearl"pier.', ['"pearl"'], id="no space outside"),
    pytest.param("- “We sail.”\n- “We stay.”", ["“We sail.”", "“We stay.”"], id="list items"),
    pytest.param('Maro said "we sail", then "we stay".', ['"we sail"', '"we stay"'], id="points outside the marks"),
    pytest.param("“We sail,” she said, “at dawn.”", ["“We sail,”", "“at dawn.”"], id="split quotation"),
]
MISTYPED = [
    pytest.param('“We sail," he said.', ['“We sail,"'], id="curly then straight"),
    pytest.param('"We sail,” he said.', ['"We sail,”'], id="straight then curly"),
    pytest.param("‘We sail,' he said.", ["‘We sail,'"], id="single: curly then straight"),
    pytest.param("”We sail,“ he said. ”We stay.“", ["”We sail,“", "”We stay.“"], id="both the wrong way round"),
    pytest.param("“We sail,“ he said. “We stay.“", ["“We sail,“", "“We stay.“"], id="closed by opening marks"),
    pytest.param("”We sail,” he said. ”We stay.”", ["”We sail,”", "”We stay.”"], id="opened by closing marks"),
    pytest.param("“We sail, ”he said.“ We stay.”", ["“We sail, ”", "“ We stay.”"], id="spaces misplaced, curly"),
    pytest.param('"We sail, "he said. "We stay."', ['"We sail, "', '"We stay."'], id="space misplaced, straight"),
    pytest.param("“We sail,’ he said.", ["“We sail,’"], id="double closed by a single mark"),
    pytest.param("“We sail,’’ he said. ", ["“We sail,’’"], id="double closed by two single marks"),
    pytest.param('They stay "as long as it takes ".', ['"as long as it takes "'], id="space before the closing mark"),
    pytest.param("\"It went, 'we sail' \", he said.", ["\"It went, 'we sail' \""], id="space before, comma after"),
    pytest.param("In court “ the innocence “ Lind said.", ["“ the innocence “"], id="both opening, spaces around"),
    pytest.param("The film ” Black Pier “, out now.", ["” Black Pier “"], id="wrong way round, spaces inside"),
    pytest.param("Known as ‘the pearl‘.", ["‘the pearl‘"], id="single closed by an opening mark"),
]
UNCLOSED = [
    pytest.param("He said: “We sail.\n\nThe pier closed.", ["“We sail."], id="ends with its paragraph"),
    pytest.param('He said: "We sail.\n\n"No," she said.', ['"We sail.', '"No,"'], id="the next paragraph is sound"),
    pytest.param('We sail," he said. "We stay."', ['"We stay."'], id="closing mark alone"),
    pytest.param(
        "“We sail. It is late. “We stay,” he said.", ["“We sail. It is late.", "“We stay,”"], id="opened twice"
    ),
    pytest.param("“We sail, she says. “We stay.”", ["“We sail,", "“We stay.”"], id="opened twice, clause between"),
    pytest.param("“We go.” “We sail, she says. “We stay.", ["“We go.”", "“We sail,", "“We stay."], id="opened thrice"),
    pytest.param("She told us. “\n\nThe pier closed.", [], id="mark alone at the end"),
    pytest.param(
        '"Lind: It is “Pier News.” Go on.', ['"Lind: It is “Pier News.” Go on.'], id="around marks of another sort"
    ),
]
NO_MARKS = [
    pytest.param("He is 6'2\" tall.", [], id="feet and inches"),
    pytest.param("He is 6’2” tall and she 5’11”.", [], id="feet and inches, curly"),
    pytest.param('"He is 6\'2" tall," she said.', ['"He is 6\'2" tall,"'], id="feet and inches in a quotation"),
    pytest.param('"A 15" pipe burst," she said.', ['"A 15" pipe burst,"'], id="inches in a quotation"),
    pytest.param('A 2" by 4" board and a 15" pipe.', [], id="inches"),
    pytest.param('"It was 1999" and "2000".', ['"It was 1999"', '"2000"'], id="but: number before a closing mark"),
    pytest.param("The ’90s and the '80s were rock ’n’ roll.", [], id="elisions"),
    pytest.param("Tell 'em 'twas goin' well o' late.", [], id="elisions, straight"),
    pytest.param("The workers’ union met the owners’ union.", [], id="plural possessives"),
    pytest.param("The workers' union met the owners' union.", [], id="plural possessives, straight"),
    pytest.param(
        "‘The workers’ union sails,’ he said.", ["‘The workers’ union sails,’"], id="possessive in single marks"
    ),
    pytest.param("'It's rock 'n' roll,' he said.", ["'It's rock 'n' roll,'"], id="elision in single marks"),
    pytest.param("The ‘mad dogs’ were seen.", ["‘mad dogs’"], id="but: plural in single marks"),
    pytest.param("‘Onakor came, and ‘Udo, and Ge’ez was read.", [], id="letters of other scripts"),
    pytest.param("It´s a rock`s edge.", [], id="accents for apostrophes"),
    pytest.param("A plain text.", [], id="nothing"),
    pytest.param("", [], id="empty"),
    pytest.param("\"\" “” '' “ ”", [], id="nothing between marks"),
    pytest.param('"', [], id="only a mark"),
    pytest.param('’I"’ 0', ['’I"’'], id="but: a stray double mark between single ones"),
]


@pytest.mark.parametrize(("text", "expected"), [*PLACES, *MISTYPED, *UNCLOSED, *NO_MARKS])
def test_outer_stretches(text: str, expected: list[str]) -> None:
    assert outer(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("“He said ‘no’ to it,” said Maro.", ["‘no’"], id="single in double"),
        pytest.param("\"He said 'no' to it,\" said Maro.", ["'no'"], id="single in double, straight"),
        pytest.param("‘He said “no” to it,’ said Maro.", ["“no”"], id="double in single"),
        pytest.param("“The “Pier News” said so,” said Maro.", ["“Pier News”"], id="double in double"),
        pytest.param('"The "Pier News" said so," said Maro.', ['"Pier News"'], id="double in double, straight"),
        pytest.param("“We left. ‘No.’”", ["‘No.’"], id="closed together"),
        pytest.param("\"We left. 'No.'\"", ["'No.'"], id="closed together, straight"),
        pytest.param("“‘No,’ he said, and left.”", ["‘No,’"], id="opened together"),
        pytest.param("“It’s the boys’ ‘den’.”", ["‘den’"], id="apostrophes around"),
        pytest.param("« He said “no” then », he said.", ["“no”"], id="double in guillemets"),
        pytest.param("“A ‘b “c” d’ e.”", ["‘b “c” d’", "“c”"], id="three deep"),
        pytest.param("“It’s ours, the sailors’ own,” he said.", [], id="nothing: apostrophes"),
        pytest.param("The ‘pearl” of the coast.", [], id="nothing: single closed by double"),
    ],
)
def test_nested_stretches(text: str, expected: list[str]) -> None:
    assert inner(text) == expected


def test_depth_and_parent() -> None:
    spans = marked("Hm. “A ‘b “c” d’ e.” And ‘f’.")
    assert [(span.depth, span.parent) for span in spans] == [(0, None), (1, 0), (2, 1), (0, None)]


@pytest.mark.xfail(reason="one mark cannot be told from the plural possessive that it looks like")
def test_plural_possessive_before_a_plural_in_single_marks() -> None:
    assert outer("The ‘mad dogs’ chased the boys’ cat, he said’.") == ["‘mad dogs’"]


@pytest.mark.xfail(
    reason="an inner opening mark makes the outer one a stray: single marks do not nest in single marks here"
)
def test_single_marks_nested_in_single_marks() -> None:
    assert inner("‘He called it ‘no’ then,’ said Maro.") == ["‘no’"]


UTTERANCES = [
    pytest.param("“We sail.\n\n“We stay.\n\n“We rest,” he said.", [0, 0, 0], id="mark repeated at each paragraph"),
    pytest.param('"We sail.\n\n"We stay," he said.', [0, 0], id="straight"),
    pytest.param('“We sail.\n\n"We stay," he said.', [0, 0], id="curly then straight"),
    pytest.param("‘We sail.\n\n‘We stay,’ he said.", [0, 0], id="single"),
    pytest.param("« We sail.\n\n« We stay », he said.", [0, 0], id="guillemets"),
    pytest.param("1. “We sail.\n\n2. “We stay.”", [0, 0], id="numbered"),
    pytest.param("“We sail.\n\nMaro at sea. PHOTO: AFP\n\n“We stay,” he said.", [0, 0], id="a caption between"),
    pytest.param("“We sail.”\n\n“We stay,” he said.", [0, 1], id="but: closed"),
    pytest.param("“We sail.\n\nLind said “no.”", [0, 1], id="but: the mark is not at the start"),
    pytest.param("“We sail.\n\nThe pier closed then.\n\n“We stay,” he said.", [0, 1], id="but: a paragraph between"),
    pytest.param("“We sail,” he said, “at dawn.\n\n“We stay.”", [0, 1, 1], id="after a split quotation"),
    pytest.param("“The “Pier News” sails.\n\n“We stay.”", [0, 0, 0], id="with a nested stretch"),
]


@pytest.mark.parametrize(("text", "turns"), UTTERANCES)
def test_utterances(text: str, turns: list[int]) -> None:
    assert [span.turn for span in marked(text)] == turns


def test_quotation_over_a_paragraph_break_without_a_new_mark() -> None:
    text = "Maro said: “We sail at dawn.\n\nWe rest at noon.\n\nWe stay,” she added. “No more.”"
    spans = marked(text)
    assert [text[span.content_start : span.content_end] for span in spans] == [
        "We sail at dawn.",
        "We rest at noon.",
        "We stay,",
        "No more.",
    ]
    assert [(span.opened, span.closed, span.turn) for span in spans] == [
        (True, False, 0),
        (False, False, 0),
        (False, True, 0),
        (True, True, 1),
    ]


def test_one_stray_mark_spoils_its_paragraph_at_most() -> None:
    sound = '"We sail," said Maro. "We stay," said Lind.'
    for stray in ('A stray " mark.', 'A stray" mark.', 'A "stray mark.', "A ”stray mark.", 'Of 5" size.'):
        assert outer(f"{sound}\n\n{stray}\n\n{sound}\n\n{sound}")[-4:] == outer(sound) * 2


def test_unclosed_stretch_ends_where_the_text_of_its_block_ends() -> None:
    (span,) = marked("Maro: “ We sail. \t\n")
    assert span == MarkedSpan(6, 16, 8, 16, closed=False)


TEXTS = st.text(st.characters()) | st.text(st.sampled_from("ab 6.,“”\"‘’'`«»„「」()—\n\r\ud800\x00s-1"), max_size=80)


@given(TEXTS)
def test_spans_nest_or_do_not_overlap(text: str) -> None:
    blocks = find_blocks(text)
    spans = find_marked(text, blocks)
    assert spans == find_marked(text, blocks)
    for span in spans:
        assert 0 <= span.start <= span.content_start < span.content_end <= span.end <= len(text)
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        content = text[span.content_start : span.content_end]
        assert content.strip() == content != ""
        assert any(block.start <= span.start and span.end <= block.end for block in blocks)
        assert (span.start < span.content_start) == span.opened
        assert span.closed or span.end == span.content_end
        if span.parent is None:
            assert span.depth == 0
        else:
            parent = spans[span.parent]
            assert span.depth == parent.depth + 1 and span.turn == parent.turn
            assert parent.start <= span.start and span.end <= parent.end
    for first, second in itertools.pairwise(spans):
        assert first.start <= second.start and first.turn <= second.turn
        assert second.start >= first.end or second.end <= first.end


SOUND = st.sampled_from(
    ['"We sail," he said.', "“No,” “yes.”", "A ‘b’ c.", "- “Go.”", "The pier closed.", "6'2\" tall."]
)


@given(st.lists(SOUND, max_size=6))
def test_sound_paragraphs_are_read_one_by_one(paragraphs: list[str]) -> None:
    assert outer("\n\n".join(paragraphs)) == [span for paragraph in paragraphs for span in outer(paragraph)]


@pytest.mark.parametrize(
    "unit",
    ["“ a ", "“a ", '"a ', "'a ", "“a\n\n", "“a” ", '"', "‘“«", "''", "“a\n\nb\n\n", "’n’ ", '5" '],
    ids=lambda unit: repr(unit),
)
def test_time_grows_linearly(unit: str) -> None:
    """Ten times the text takes at most fifteen times the operations, counted as lines of Python run."""
    texts = [unit * count for count in (60, 600)]
    small, large = (lines_run(partial(find_marked, text, find_blocks(text))) for text in texts)
    assert large <= 15 * small


def test_bad_input_of_size() -> None:
    assert len(marked("“a " * 10_000)) == 10_000
    assert marked("a" * 1_000_000) == ()
    assert marked("“" * 100_000) == ()
