from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from test_types import hostile_article, mill_article

from quoteminer import plot
from quoteminer.errors import ArgumentError, MissingExtraError
from quoteminer.types import Article, Entity, Mention, Quote, Speaker

pytest.importorskip("networkx")
matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
pyplot = importlib.import_module("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    pyplot.close("all")


def bars(ax: Any) -> dict[str, float]:
    names = [label.get_text() for label in ax.get_yticklabels()]
    lengths = dict.fromkeys(names, 0.0)
    for bar in ax.patches:
        lengths[names[round(bar.get_y() + bar.get_height() / 2)]] += bar.get_width()
    return lengths


def written(ax: Any) -> set[str]:
    return {text.get_text() for text in ax.texts if text.get_text()}


def dollar_article() -> Article:
    text = "“Aye,” said A$AP $Five."
    return Article(
        text,
        (Entity(0, "A$AP $Five", "PERSON", (Mention(12, 22, "A$AP $Five"),)),),
        (Quote(0, 6, "“Aye,”", "Aye,", speakers=(Speaker("A$AP $Five", 0, "PERSON", None, "$x_$"),)),),
    )


@pytest.mark.parametrize(
    ("by", "measure", "expected"),
    [
        ("speaker", "quotations", {"Mara Quill-Stone": 4, "Aldermoor Mill Society": 1, plot.UNATTRIBUTED: 1}),
        ("person", "quotations", {"Mara Quill-Stone": 4, plot.UNATTRIBUTED: 1}),
        ("affiliation", "quotations", {"Aldermoor": 4, "Aldermoor Mill Society": 1, plot.UNATTRIBUTED: 1}),
        ("speaker", "words", {"Mara Quill-Stone": 23, "Aldermoor Mill Society": 5, plot.UNATTRIBUTED: 4}),
    ],
)
def test_speakers(by: Any, measure: Any, expected: dict[str, int]) -> None:
    ax = plot.speakers(mill_article(), by=by, measure=measure)
    ax.figure.canvas.draw()
    assert bars(ax) == expected
    assert list(bars(ax)) == list(expected)
    assert {f"{n}" for n in expected.values()} == written(ax)


def test_both_measures_and_the_top() -> None:
    ax = plot.speakers([mill_article(), mill_article()], measure="both", top=1)
    assert bars(ax) == {"Mara Quill-Stone": 8, plot.UNATTRIBUTED: 2}
    assert "8  (46 words)" in written(ax)


def test_speakers_on_given_axes() -> None:
    _, ax = pyplot.subplots()
    assert plot.speakers([mill_article()], ax=ax) is ax
    assert plot.network([mill_article()], ax=ax) is ax


def test_persons_without_an_affiliation() -> None:
    assert list(bars(plot.speakers(dollar_article(), by="affiliation"))) == ["$x_$"]
    text = "“Aye,” he said."
    alone = Article(text, (), (Quote(0, 6, "“Aye,”", "Aye,", speakers=(Speaker("A", 0, "PERSON"),)),))
    assert list(bars(plot.speakers(alone, by="affiliation"))) == [plot.NO_AFFILIATION]


def test_network() -> None:
    text = "“Bo Vale erred,” said Ada Okoro.\n\nBo Vale and Cy Ford met."
    people = {"Ada Okoro": [22], "Bo Vale": [1, 34], "Cy Ford": [46]}
    entities = tuple(
        Entity(i, name, "PERSON", tuple(Mention(s, s + len(name), name) for s in starts))
        for i, (name, starts) in enumerate(people.items())
    )
    quote = Quote(0, 16, "“Bo Vale erred,”", "Bo Vale erred,", speakers=(Speaker("Ada Okoro", 0, "PERSON"),))
    ax = plot.network(Article(text, entities, (quote,)))
    ax.figure.canvas.draw()
    assert written(ax) == {"Ada Okoro", "Bo Vale", "Cy Ford"}
    places = {text.get_text(): text.xy for text in ax.texts if text.get_text()}
    (arrow,) = [text for text in ax.texts if text.arrow_patch is not None]
    assert tuple(arrow.xy) == tuple(places["Bo Vale"])
    assert (arrow._x, arrow._y) == tuple(places["Ada Okoro"])
    (line,) = ax.lines
    assert {tuple(point) for point in line.get_xydata()} == {tuple(places["Bo Vale"]), tuple(places["Cy Ford"])}
    again = plot.network(Article(text, entities, (quote,)))
    assert {text.get_text(): tuple(text.xy) for text in again.texts if text.get_text()} == {
        name: tuple(place) for name, place in places.items()
    }


def test_network_of_several_articles() -> None:
    assert written(plot.network([mill_article(), mill_article()])) == {
        "Mara Quill-Stone",
        "Ada Okoro",
        "Aldermoor Mill Society",
        "letter",
    }
    assert written(plot.network([mill_article()], top=1)) == {"Mara Quill-Stone"}


@pytest.mark.parametrize("draw", [plot.speakers, plot.network])
@pytest.mark.parametrize("articles", [[], [Article("")], hostile_article(), dollar_article()])
def test_any_article_can_be_drawn(draw: Any, articles: Any) -> None:
    draw(articles).figure.canvas.draw()


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plot.speakers([], by="outlet"), r"by must be one of speaker, person, affiliation, not 'outlet'"),  # type: ignore[arg-type]
        (lambda: plot.speakers([], measure="x"), r"measure must be one of quotations, words, both, not 'x'"),  # type: ignore[arg-type]
        (lambda: plot.speakers([], top=0), r"top must be a whole number of at least 1, not 0"),
        (lambda: plot.network([], top=0), r"top must be a whole number of at least 1, not 0"),
        (lambda: plot.network(["text"]), r"articles must hold Article objects, .*, not 'text'"),  # type: ignore[list-item]
    ],
)
def test_wrong_arguments(draw: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        draw()


@pytest.mark.parametrize(("draw", "missing"), [(plot.speakers, "matplotlib"), (plot.network, "networkx")])
def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, draw: Any, missing: str) -> None:
    def refuse(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name.partition(".")[0])

    monkeypatch.setattr(plot.import_extra.__globals__["importlib"], "import_module", refuse)
    with pytest.raises(MissingExtraError, match=rf'{missing} is needed .*pip install "quoteminer\[plot\]"'):
        draw([mill_article()])
