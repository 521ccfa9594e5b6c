"""The records: their checks, views and JSON form. The articles made by hand here serve the other tests, too."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from importlib.resources import files
from typing import Any, TypeVar

import pytest

from quoteminer import types
from quoteminer.errors import ArgumentError, FormatError
from quoteminer.types import (
    Article,
    Cue,
    Entity,
    Evidence,
    Marked,
    Mention,
    Quote,
    Span,
    Speaker,
    field_names,
)

Record = TypeVar("Record", Span, Mention, Cue, Marked, Quote)

MILL_TEXT = """Aldermoor mill to close

“We have no choice,” said Dr Mara Quill-Stone, the mayor of Aldermoor. “The roof is ‘a danger to all’, as Ms Okoro says.

“It must go,” she added.

The plan is “so-called” progress, the Aldermoor Mill Society said. Nobody signed a letter: “the mill was ours”.

The mill feeds the town.
Aldermoor Mill Society
"""
HOSTILE_TEXT = (
    """Mayor's "><img src=x onerror="document.title='owned'"> plan <script>document.title='owned'</script>

“Close it & </mark></p></article></style><script>document.title='owned'</script>,” said Mara "Q" <b onclick=x>Stone</b>.

A plan\u202e reversed\x00\x07 and &amp; {{x}} ${y} &#60;i&#62; goes on.\r
Averyveryverylongwordwithoutspaces"""
    + "andonandon" * 20
)


def at(record: type[Record], text: str, part: str, occurrence: int = 0, **fields: Any) -> Record:
    """The record of the nth place where `part` stands in `text`."""
    start = -1
    for _ in range(occurrence + 1):
        start = text.index(part, start + 1)
    return record(start, start + len(part), part, **fields)


def mill_article() -> Article:
    """Turns over two paragraphs, a nested quotation, a term, a joint, a displayed and an unknown quotation."""
    text = MILL_TEXT
    name, she = at(Mention, text, "Mara Quill-Stone"), at(Mention, text, "she", is_name=False)
    society = at(Mention, text, "Aldermoor Mill Society")
    mayor = Speaker("Mara Quill-Stone", 0, "PERSON", "mayor", "Aldermoor")
    okoro, body = Speaker("Ada Okoro", 1, "PERSON"), Speaker("Aldermoor Mill Society", 2, "ORG")
    said, added = at(Cue, text, "said"), at(Cue, text, "added")
    danger = at(
        Quote,
        text,
        "‘a danger to all’",
        content="a danger to all",
        kind="mixed",
        speakers=(okoro,),
        turn=9,
        confidence=0.5,
        evidence=Evidence("subject_of_cue"),
    )
    steps = ("the cue “said” follows the quotation", "its subject is “Mara Quill-Stone”")
    quotes = (
        at(
            Quote,
            text,
            "“We have no choice,”",
            content="We have no choice,",
            speakers=(mayor,),
            mention=name,
            cue=said,
            turn=1,
            confidence=0.97,
            evidence=Evidence("subject_of_cue", steps),
        ),
        at(
            Quote,
            text,
            "“The roof is ‘a danger to all’, as Ms Okoro says.",
            content="The roof is ‘a danger to all’, as Ms Okoro says.",
            speakers=(mayor,),
            turn=2,
            nested=(danger,),
            confidence=0.9,
            evidence=Evidence("same_turn"),
        ),
        at(
            Quote,
            text,
            "“It must go,”",
            content="It must go,",
            speakers=(mayor,),
            mention=she,
            cue=added,
            turn=2,
            confidence=0.88,
            evidence=Evidence("subject_of_cue", ("“she” is Mara Quill-Stone",)),
        ),
        at(
            Quote,
            text,
            "“the mill was ours”",
            content="the mill was ours",
            kind="mixed",
            turn=3,
            evidence=Evidence("unknown", ("no name in the sentence",)),
        ),
        at(
            Quote,
            text,
            "The mill feeds the town.",
            content="The mill feeds the town.",
            speakers=(body, mayor),
            mention=at(Mention, text, "Aldermoor Mill Society", 1),
            turn=4,
            marked=False,
            confidence=0.6,
            evidence=Evidence("credit_below"),
        ),
    )
    entities = (
        Entity(0, "Mara Quill-Stone", "PERSON", (name, she), ("Quill-Stone",), ("Dr",), "mayor", "Aldermoor"),
        Entity(1, "Ada Okoro", "PERSON", (at(Mention, text, "Ms Okoro"),), ("Okoro",), ("Ms",)),
        Entity(2, "Aldermoor Mill Society", "ORG", (society, at(Mention, text, "Aldermoor Mill Society", 1))),
        Entity(3, "Aldermoor", "PLACE", tuple(at(Mention, text, "Aldermoor", n) for n in (0, 1))),
        Entity(4, "letter", "OTHER"),
    )
    return Article(text, entities, quotes, (at(Marked, text, "“so-called”", kind="term"),))


def hostile_article() -> Article:
    """Markup in the text, in names, in evidence; an entity across the edge of a quotation."""
    text, bad = HOSTILE_TEXT, "\"><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    mention = at(Mention, text, 'Mara "Q" <b onclick=x>Stone</b>')
    quote = at(
        Quote,
        text,
        "“Close it & </mark></p></article></style><script>document.title='owned'</script>,”",
        content=bad,
        speakers=(Speaker(bad, 0, "PERSON", bad, bad),),
        mention=mention,
        cue=at(Cue, text, "said"),
        turn=1,
        confidence=1.0,
        evidence=Evidence(bad, (bad, "\ud800")),
    )
    across = at(Mention, text, "</script>,” said Mara")
    return Article(text, (Entity(0, bad, "PERSON", (mention,)), Entity(1, bad, "ORG", (across,))), (quote,))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Span("0", 1, "a"), r"Span: start must be an int, not '0'"),
        (lambda: Span(0, True, "a"), r"Span: end must be an int, not True"),
        (lambda: Mention(0, 1, b"a"), r"Mention: text must be a str, not b'a'"),
        (lambda: Cue(3, 3, ""), r"Cue: start 3 and end 3 do not fit a text of 0 characters"),
        (lambda: Span(0, 2, "abc"), r"do not fit a text of 3 characters"),
        (lambda: Marked(0, 1, "a", "scare"), r"Marked: kind must be one of term, title, not 'scare'"),
        (lambda: Entity(0, "A", "GPE"), r"Entity: label must be one of PERSON, ORG, PLACE, OTHER, not 'GPE'"),
        (lambda: Entity(0, "A", "ORG", "x"), r"Entity: mentions must be a sequence, not 'x'"),
        (lambda: Speaker("A", 0, "person"), r"Speaker: label must be one of"),
        (lambda: Quote(0, 1, "a", "a", "indirect"), r"Quote: kind must be one of direct, mixed, not 'indirect'"),
        (lambda: Quote(0, 1, "a", "a", confidence=1.5), r"Quote: confidence must lie in 0..1, not 1.5"),
        (lambda: Article(b"a"), r"Article: text must be a str, not bytes"),
        (lambda: Article("a", schema_version=7), r"version 7 of the format, this library reads version 1.*extract"),
    ],
)
def test_wrong_values_are_refused(make: Any, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        make()


def test_records_are_frozen_and_hold_tuples() -> None:
    entity = Entity(0, "Ada Okoro", "PERSON", aliases=["Okoro"])  # type: ignore[arg-type]
    assert entity.aliases == ("Okoro",)
    with pytest.raises(FrozenInstanceError):
        entity.name = "x"  # type: ignore[misc]
    assert hash(mill_article()) == hash(mill_article())


def test_every_span_is_its_text() -> None:
    article = mill_article()
    spans = [*article.quotes, *article.other_marked, *(m for e in article.entities for m in e.mentions)]
    spans += [n for q in article.quotes for n in q.nested]
    spans += [x for q in article.quotes for x in (q.mention, q.cue) if x]
    assert len(spans) > 15
    for span in spans:
        assert article.text[span.start : span.end] == span.text


def test_views() -> None:
    article = mill_article()
    assert [entity.name for entity in article.people] == ["Mara Quill-Stone", "Ada Okoro"]
    assert [entity.name for entity in article.organisations] == ["Aldermoor Mill Society"]
    assert [entity.name for entity in article.places] == ["Aldermoor"]
    assert [entity.name for entity in article.speakers] == ["Mara Quill-Stone", "Aldermoor Mill Society"]
    assert [quote.speaker for quote in article.quotes][3:] == [None, "Aldermoor Mill Society & Mara Quill-Stone"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Mara Quill-Stone", 4),
        ("quill-stone", 4),
        ("MARA", 4),
        ("Màra", 4),
        ("Dr Quill-Stone", 4),
        ("Dr. Mara Quill-Stone’s", 4),
        ("the Mill Society", 0),
        ("mill society", 1),
        ("Quill", 0),
        ("Okoro", 0),
        ("she", 0),
        ("Dr", 0),
        ("", 0),
        ("  ", 0),
        (".", 0),
    ],
)
def test_quotes_by(name: str, found: int) -> None:
    assert len(mill_article().quotes_by(name)) == found


def test_quotes_by_wants_text() -> None:
    with pytest.raises(ArgumentError, match=r"name must be a str, such as 'Lin', not 3"):
        mill_article().quotes_by(3)  # type: ignore[arg-type]


def test_a_quotation_prints_as_a_journalist_writes_it() -> None:
    first, *_, unknown, joint = mill_article().quotes
    assert str(first) == "“We have no choice,” — Mara Quill-Stone, Aldermoor"
    assert str(unknown) == "“the mill was ours” — unattributed"
    assert str(joint).endswith("— Aldermoor Mill Society & Mara Quill-Stone, Aldermoor")
    assert str(first.speakers[0]) == "Mara Quill-Stone, mayor, Aldermoor"


def test_an_article_prints_its_speakers() -> None:
    assert repr(mill_article()).splitlines() == [
        f"Article('Aldermoor mill to close', {len(MILL_TEXT)} characters)",
        "    4 × Mara Quill-Stone, mayor, Aldermoor",
        "    1 × Aldermoor Mill Society",
        "    1 × (unattributed)",
    ]
    assert repr(Article("")) == "Article('', 0 characters)"


@pytest.mark.parametrize("article", [mill_article(), hostile_article(), Article("")], ids=["mill", "hostile", "empty"])
@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_json_round_trip(article: Article, ensure_ascii: bool) -> None:
    assert Article.from_json(article.to_json(ensure_ascii=ensure_ascii)) == article


def test_json_leaves_characters_as_they_are() -> None:
    assert "“We have no choice,”" in mill_article().to_json()


def changed(**fields: Any) -> str:
    return json.dumps({"text": "a", "schema_version": 1, **fields})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{", r"not a JSON object: "),
        ("[]", r"an article is a JSON object with at least a `text`"),
        ('{"quotes": []}', r"with at least a `text`"),
        ('{"text": "a"}', r"version None of the format, this library reads version 1"),
        (
            '{"text": "a", "schema_version": 2}',
            r"version 2 of the format, .*: run the text through `quoteminer.extract`",
        ),
        ('{"text": 3, "schema_version": 1}', r"text must be a str, not int"),
        (changed(quotes=[{"start": 0}]), r"not an article of version 1: the field 'end' is missing; see schema.json"),
        (changed(quotes=3), r"quotes must be a list, not 3"),
        (changed(quotes=None), r"quotes must be a list, not None"),
        (changed(quotes=[None]), r"quotes\[0\] must be an object, not None"),
        (changed(quotes=[{"cue": {"start": "0"}}]), r"quotes\[0\].cue.start must be an int, not '0'"),
        (changed(quotes=[{"turn": True}]), r"quotes\[0\].turn must be an int, not True"),
        (changed(quotes=[{"marked": 1}]), r"quotes\[0\].marked must be true or false, not 1"),
        (changed(quotes=[{"confidence": "1"}]), r"quotes\[0\].confidence must be a number, not '1'"),
        (changed(entities=[{"aliases": ["x", 1]}]), r"entities\[0\].aliases\[1\] must be a str, not 1"),
        (changed(other_marked=[{"start": 2, "end": 3, "text": "a"}]), r"'a' does not stand at 2:3 of the article"),
        ("[" * 100_000, r"not a JSON object: .*recursion"),
        (f'{{"text": {"1" * 5000}}}', r"not a JSON object|text must be a str"),
    ],
)
def test_from_json_refuses(data: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        Article.from_json(data)


def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("quoteminer").joinpath("schema.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("article", [mill_article(), hostile_article(), Article("")], ids=["mill", "hostile", "empty"])
def test_json_fits_its_schema(article: Article) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator(schema()).validate(json.loads(article.to_json()))


@pytest.mark.parametrize("change", [{"text": 1}, {"schema_version": 2}, {"extra": 1}, {"quotes": [{}]}])
def test_the_schema_refuses_other_things(change: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    data = json.loads(mill_article().to_json()) | change
    assert not jsonschema.Draft202012Validator(schema()).is_valid(data)


@pytest.mark.parametrize("record", [Mention, Cue, Marked, Entity, Speaker, Evidence, Quote])
def test_the_schema_names_the_fields(record: type) -> None:
    definition = schema()["$defs"][record.__name__]
    assert tuple(definition["properties"]) == tuple(definition["required"]) == field_names(record)


def test_the_schema_names_the_values() -> None:
    document = schema()
    assert tuple(document["required"]) == field_names(Article)
    assert set(document["properties"]) == {*field_names(Article), "id"}
    assert tuple(document["$defs"]["Entity"]["properties"]["label"]["enum"]) == types.LABELS
    assert tuple(document["$defs"]["Quote"]["properties"]["kind"]["enum"]) == types.KINDS
    assert tuple(document["$defs"]["Marked"]["properties"]["kind"]["enum"]) == types.OTHER_KINDS
    assert document["properties"]["schema_version"]["const"] == types.SCHEMA_VERSION
