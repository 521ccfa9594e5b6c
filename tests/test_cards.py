from __future__ import annotations

import pytest
from spacy.tokens import Doc
from test_entities import LEXICON, NLP, groups_of, make_doc

from quoteminer.cards import Card, describe
from quoteminer.entities import Group, group_mentions
from quoteminer.layout import Block
from quoteminer.page import Page
from quoteminer.roles import singular

SCHEMES = ["ud", "clear", None]


def person(marked: str, scheme: str | None = "ud", name: str = "Ann Roe") -> Group:
    return next(group for group in groups_of(marked, scheme) if group.label == "PERSON" and group.name == name)


# --- roles before a name ---------------------------------------------------------------------------------------------

BEFORE = [
    ("said spokesman [PERSON Ann Roe].", "spokesman", None),
    ("Prime Minister [PERSON Ann Roe] left.", "Prime Minister", None),
    ("[PLACE Loria]'s Prime Minister [PERSON Ann Roe] left.", "Prime Minister", "Loria"),
    ("French President [PERSON Ann Roe] left.", "President", None),
    ("[PLACE US] President [PERSON Ann Roe] left.", "President", "US"),
    ("[ORG Acme Securities] analyst [PERSON Ann Roe] left.", "analyst", "Acme Securities"),
    ("[ORG Ash Party] national spokesperson [PERSON Ann Roe] left.", "national spokesperson", "Ash Party"),
    ("former president [PERSON Ann Roe] left.", "former president", None),
    ("former French president [PERSON Ann Roe] left.", "former French president", None),
    ("the vice-chancellor [PERSON Ann Roe] left.", "vice-chancellor", None),
    ("Sen. [PERSON Ann Roe] left.", "Sen.", None),
    ("police spokesman [PERSON Ann Roe] left.", "police spokesman", "police"),
    ("the WHA director [PERSON Ann Roe] left.", "director", "WHA"),
    ("Ash Commission Chairman [PERSON Ann Roe] left.", "Chairman", "Ash Commission"),
    ("President of [PLACE Loria] [PERSON Ann Roe] left.", "President", "Loria"),
    ("[ORG WHA] Regional Director for [PLACE Loria] [PERSON Ann Roe] left.", "Regional Director", "WHA"),
    ("the head of the agency, [PERSON Ann Roe], left.", "head", None),
    ("the director of [ORG Ash Centre], [PERSON Ann Roe], left.", "director", "Ash Centre"),
    ("Security analyst Maj Gen (retd) [PERSON Ann Roe] left.", "Security analyst", None),
    ("including professors [PERSON Ann Roe] and [PERSON Bo Poe].", "professor", None),
    ("including professors [PERSON Bo Poe] and [PERSON Ann Roe].", "professor", None),
    ("health advisers [PERSON Bo Poe], [PERSON Cy Doe] and [PERSON Ann Roe] left.", "health adviser", None),
    ("South Korean President [PERSON Ann Roe] left.", "President", None),
    ("[PLACE Loria]-based naval expert [PERSON Ann Roe] left.", "naval expert", None),
    ("Judge [PERSON Ann Roe] left.", "Judge", None),
    ("CEO of Orbit [PERSON Ann Roe] left.", "CEO", "Orbit"),
    ("the director of [ORG Ash Centre] (AC), [PERSON Ann Roe], left.", "director", "Ash Centre"),
    ("[ORG Ash Party] ([ORG AP]) leader [PERSON Ann Roe] left.", "leader", "Ash Party"),
    ("Secretary for Culture, Sports and Tourism [PERSON Ann Roe] left.", "Secretary for Culture", None),
    # kin and relations only where nothing else is said
    ("his wife, [PERSON Ann Roe], left.", "wife", None),
    ("his wife, [PERSON Ann Roe], an analyst, left.", "analyst", None),
    ("his counterpart [PERSON Ann Roe] left. President [PERSON Roe] said.", "President", None),
    # none
    ("Yesterday [PERSON Ann Roe] left.", None, None),
    ("a man, [PERSON Ann Roe], left.", None, None),
    ("[PERSON Bo Poe], [PERSON Ann Roe] left.", None, None),
]


@pytest.mark.parametrize(("marked", "role", "affiliation"), BEFORE)
@pytest.mark.parametrize("scheme", ["ud", "clear"])
def test_before_the_name(marked, role, affiliation, scheme):
    found = person(marked, scheme)
    assert (found.role, found.affiliation) == (role, affiliation)


# --- roles after a name ----------------------------------------------------------------------------------------------

AFTER = [
    ("[PERSON Ann Roe], director of [ORG Ash Centre], left.", "director", "Ash Centre"),
    ("[PERSON Ann Roe], director of the Sea Project at [ORG Ash Centre], left.", "director", "Ash Centre"),
    ("[PERSON Ann Roe], a senior fellow with the [ORG Ash Centre], left.", "senior fellow", "Ash Centre"),
    ("[PERSON Ann Roe], an analyst at Ash Institute of Sea Studies, left.", "analyst", "Ash Institute of Sea Studies"),
    ("[PERSON Ann Roe], head of policy at [ORG Ash Centre], left.", "head of policy", "Ash Centre"),
    ("[PERSON Ann Roe], 46, a farmer, left.", "farmer", None),
    ("[PERSON Ann Roe], a former [PLACE US] diplomat who served in [PLACE Loria], left.", "former US diplomat", None),
    ("[PERSON Ann Roe], president of [PLACE Loria], left.", "president", "Loria"),
    ("[PERSON Ann Roe], [PLACE Loria]’s president, left.", "president", "Loria"),
    ("[PERSON Ann Roe], the [ORG Acme Group]'s finance director, left.", "finance director", "Acme Group"),
    ("[PERSON Ann Roe], a spokeswoman for the [PLACE US] military, left.", "spokeswoman", "US military"),
    ("[PERSON Ann Roe] (director of [ORG Ash Centre]) left.", "director", "Ash Centre"),
    ("[PERSON Ann Roe] - director of [ORG Ash Centre] - left.", "director", "Ash Centre"),
    ("[PERSON Ann Roe], Executive Director, [ORG Ash Foundation].", "Executive Director", "Ash Foundation"),
    ("[PERSON Ann Roe], the Executive Director [ORG Ash Foundation], left.", "Executive Director", "Ash Foundation"),
    ("[PERSON Ann Roe], a beekeeperist in [PLACE Loria], left.", "beekeeperist", None),
    ("[ORG Ministry of Ash] said. [PERSON Ann Roe], spokesman for the ministry, left.", "spokesman", "Ministry of Ash"),
    ("[PERSON Ann Roe], a partner at the consultancy Ash Risks, left.", "partner", "Ash Risks"),
    ("[PERSON Ann Roe], author of The Book of Ash, left.", "author", None),
    # clauses
    ("[PERSON Ann Roe], who now leads political risk firm [ORG Ash Group]’s Sea practice.", None, "Ash Group"),
    ("[PERSON Ann Roe], who works for the [ORG Ash Group], left.", None, "Ash Group"),
    ("[PERSON Ann Roe], who is the director of [ORG Ash Group], left.", "director", "Ash Group"),
    ("[PERSON Ann Roe], who will become chairman of the [ORG Ash Group] on Friday, left.", "chairman", "Ash Group"),
    ("[PERSON Ann Roe], who until recently served as president of [PLACE Loria], left.", "president", "Loria"),
    ("[PERSON Ann Roe] is the director of [ORG Ash Group].", "director", "Ash Group"),
    ("[PERSON Ann Roe] has been president of [ORG Ash Group] since May.", "president", "Ash Group"),
    # affiliation alone
    ("[PERSON Ann Roe] of [ORG Ash Group] left.", None, "Ash Group"),
    ("[PERSON Ann Roe] from the hard-line [ORG Ash Party] left.", None, "Ash Party"),
    ("[PERSON Ann Roe], of the [ORG Ash Group], left.", None, "Ash Group"),
    ("[PERSON Ann Roe] ([ORG Ash Group]) left.", None, "Ash Group"),
    ("President [PERSON Ann Roe] of [PLACE Loria] left.", "President", "Loria"),
    # the fullest name
    ("[ORG Ash Policy Institute] ([ORG API]) opened. [PERSON Ann Roe], director of [ORG API], left.", "director",
     "Ash Policy Institute"),
    # a title that is an office
    ("Professor [PERSON Ann Roe] of [ORG Ash University] left.", "Professor", "Ash University"),
    # none
    ("[PERSON Ann Roe], [PERSON Bo Poe] and others left.", None, None),
    ("[PERSON Ann Roe], president [PERSON Bo Poe] and others left.", None, None),
    ("[PERSON Ann Roe] said the director left.", None, None),
    ("[PERSON Ann Roe], speaking in [PLACE Loria], left.", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "role", "affiliation"), AFTER)
@pytest.mark.parametrize("scheme", ["ud", "clear"])
def test_after_the_name(marked, role, affiliation, scheme):
    found = person(marked, scheme)
    assert (found.role, found.affiliation) == (role, affiliation)


# --- cards -----------------------------------------------------------------------------------------------------------


def test_titles_are_as_they_stand_and_once_each():
    assert person("Dr [PERSON Ann Roe] left. Ms. [PERSON Roe] said. Dr [PERSON Roe] left.").titles == ("Dr", "Ms.")


def test_roles_of_all_mentions_are_kept_for_noun_phrases():
    found = person(
        "Sen. [PERSON Ann Roe] left. [PERSON Roe], the party's deputy leader, said. Foreign Minister [PERSON Roe]."
    )
    assert {"senator", "leader", "foreign minister", "minister"} <= set(found.roles)


def test_the_role_of_a_credit_stands_on_the_line_below():
    doc = make_doc("[PERSON Ann Roe]\nExecutive Director")
    blocks = (Block(0, 7, "credit"), Block(8, 26, "credit"))
    assert [group.role for group in group_mentions(Page.of(doc, blocks, LEXICON))] == ["Executive Director"]
    assert [group.role for group in group_mentions(Page.of(doc, (), LEXICON))] == [None]


def test_groups_that_are_no_persons_have_empty_cards():
    doc = make_doc("Prime Minister of [PLACE Loria]")
    page = Page.of(doc, (), LEXICON)
    groups = group_mentions(page)
    cards = describe(page, [(group.name, group.label, group.mentions) for group in groups])
    assert cards == [Card()]
    assert describe(Page.of(Doc(NLP.vocab), (), LEXICON), []) == []


@pytest.mark.parametrize(
    ("plural", "one"),
    [("analysts", "analyst"), ("policemen", "policeman"), ("deputies", "deputy"), ("boss", "boss"), ("head", "head")],
)
def test_singular(plural, one):
    assert singular(plural) == one
