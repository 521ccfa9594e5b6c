"""Who speaks where the layout says it: lead-ins, credit lines and speaker labels."""

import pytest
from trees import make_doc

from quoteminer.analysis import make_view
from quoteminer.announcements import CREDIT, DISPLAYED, LABEL, LEAD_IN, with_displayed
from quoteminer.layout import find_blocks
from quoteminer.lexicon import load_lexicon
from quoteminer.marks import find_marked
from quoteminer.page import Page

LEXICON = load_lexicon()
PERSON = {"Marta Oduya": "PERSON"}
ITEM = (
    "-/PUNCT/punct/5 “/PUNCT/punct/5 The/DET/det/4 dam/NOUN/nsubj/5 holds/VERB:VBZ/ROOT/0 "
    "well/ADV/advmod/5 ./PUNCT/punct/5 ”/PUNCT/punct/5"
)
PARAGRAPH = (
    "The/DET/det/2 dam/NOUN/nsubj/3 holds/VERB:VBZ/ROOT/0 through/ADP/case/6 the/DET/det/6 "
    "winter/NOUN/obl/3 ,/PUNCT/punct/3 "
    "and/CCONJ/cc/10 we/PRON/nsubj/10 check/VERB:VBP/conj/3 it/PRON/obj/10 every/DET/det/13 "
    "day/NOUN/obl/10 ./PUNCT/punct/3"
)
MARKED = (
    "“/PUNCT/punct/4 The/DET/det/3 dam/NOUN/nsubj/4 holds/VERB:VBZ/ROOT/0 well/ADV/advmod/4 "
    "./PUNCT/punct/4 ”/PUNCT/punct/4"
)
BLANK = " ¶/SPACE/dep/1"


def links(*sentences: str) -> list[tuple[str, str, str, str]]:
    """What the layout says of each quotation, as (rule, cue, subject, line)."""
    view, _, given = make_view(make_doc(sentences, PERSON), LEXICON)
    return [
        (
            link.rule,
            view.doc[slice(*link.cue)].text if link.cue else "",
            view.doc[link.subject].text if link.subject is not None else "",
            view.doc[slice(*link.within)].text.strip() if link.within else "",
        )
        for _, link in sorted(given.items())
    ]


LEADS = {
    "ud": (
        "Marta/PROPN/nsubj/3 Oduya/PROPN/flat/1 said/VERB/ROOT/0 in/ADP/case/6 a/DET/det/6 "
        "statement/NOUN/obl/3 :/PUNCT/punct/3"
    ),
    "clear": "Marta/PROPN/compound/2 Oduya/PROPN/nsubj/3 said/VERB/ROOT/0 in/ADP/prep/3 a/DET/det/6 "
    "statement/NOUN/pobj/4 "
    ":/PUNCT/punct/3",
}


def test_what_cannot_speak_announces_nothing():
    lead_in = (
        "Marta/PROPN/nsubj/4 Oduya/PROPN/flat/1 was/AUX/cop/4 pleased/ADJ/ROOT/0 with/ADP/case/7 the/DET/det/7 "
        "way/NOUN/obl/4 things/NOUN:NNS/nsubj/10 have/AUX/aux/10 gone/VERB:VBN/acl:relcl/7 :/PUNCT/punct/4"
    )
    assert links(lead_in + BLANK, ITEM) == [(LEAD_IN, "", "Marta", "")]


@pytest.mark.parametrize("scheme", LEADS)
def test_lead_in_over_bullets(scheme: str):
    subject = {"ud": "Marta", "clear": "Oduya"}[scheme]
    assert links(LEADS[scheme] + BLANK, ITEM + BLANK, ITEM) == [(LEAD_IN, "said", subject, "")] * 2


@pytest.mark.parametrize("scheme", LEADS)
def test_lead_in_over_a_paragraph_without_marks(scheme: str):
    subject = {"ud": "Marta", "clear": "Oduya"}[scheme]
    assert links(LEADS[scheme] + BLANK, PARAGRAPH) == [(LEAD_IN, "said", subject, "")]


def test_credit_line():
    credit = (
        "—/PUNCT/punct/2 Marta/PROPN/ROOT/0 Oduya/PROPN/flat/2 ,/PUNCT/punct/6 chief/ADJ/amod/6 engineer/NOUN/appos/2"
    )
    ((rule, cue, subject, line),) = links(MARKED + BLANK, credit)
    assert (rule, cue, subject) == (CREDIT, "", "")
    assert "Marta Oduya" in line


def test_transcript_labels():
    question = "Q/NOUN/ROOT/0 :/PUNCT/punct/1 Will/AUX/aux/5 it/PRON/nsubj/5 hold/VERB/dep/1 ?/PUNCT/punct/1"
    answer = (
        "MARTA/PROPN/ROOT/0 ODUYA/PROPN/flat/1 :/PUNCT/punct/1 It/PRON/nsubj/5 holds/VERB:VBZ/dep/1 "
        ",/PUNCT/punct/5 I/PRON/nsubj/8 know/VERB:VBP/dep/1 it/PRON/obj/8 ./PUNCT/punct/1"
    )
    found = links(question + BLANK, answer + BLANK, question + BLANK, answer)
    assert found == [(LABEL, "", "", "MARTA ODUYA")] * 2


def test_nothing_announced():
    assert links(MARKED + BLANK, PARAGRAPH) == []
    assert links(PARAGRAPH) == []


def test_displayed_quotations_are_among_the_marked_ones():
    doc = make_doc([LEADS["ud"] + BLANK, PARAGRAPH + BLANK, MARKED], PERSON)
    blocks = find_blocks(doc.text)
    marked = find_marked(doc.text, blocks)
    spans, shown = with_displayed(Page.of(doc, blocks, LEXICON), marked)
    assert [span.start for span in spans] == sorted(span.start for span in spans)
    assert {spans[i].style for i in shown} == {DISPLAYED}
    assert len(spans) == len(marked) + len(shown)
    assert [span.turn for span in spans] == sorted(span.turn for span in spans)
    assert with_displayed(Page.of(doc, blocks[:0], LEXICON), ()) == ((), {})
