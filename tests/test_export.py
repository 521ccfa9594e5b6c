from __future__ import annotations

import csv
import importlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_types import at, hostile_article, mill_article

from quoteminer import export
from quoteminer.errors import ArgumentError, FormatError, MissingExtraError
from quoteminer.types import Article, Entity, Quote, Speaker

ARTICLES = [mill_article(), Article("Nobody spoke."), hostile_article()]
IDS = ["mill.txt", "none.txt", "hostile.txt"]


@pytest.fixture
def pandas() -> Any:
    return pytest.importorskip("pandas")


@pytest.fixture
def pyarrow() -> Any:
    return pytest.importorskip("pyarrow")


def test_one_row_a_quotation(pandas: Any) -> None:
    frame = export.to_frame(ARTICLES, IDS)
    assert list(frame.columns) == list(export.QUOTE_COLUMNS)
    assert list(frame["article"]) == ["mill.txt"] * 5 + ["hostile.txt"]
    assert list(frame["number"]) == [0, 1, 2, 3, 4, 0]
    assert frame.iloc[0].to_dict() == {
        "article": "mill.txt",
        "number": 0,
        "quotation": "“We have no choice,”",
        "content": "We have no choice,",
        "kind": "direct",
        "speaker": "Mara Quill-Stone",
        "role": "mayor",
        "affiliation": "Aldermoor",
        "label": "PERSON",
        "cue": "said",
        "mention": "Mara Quill-Stone",
        "start": 25,
        "end": 45,
        "mention_start": 54,
        "mention_end": 70,
        "cue_start": 46,
        "cue_end": 50,
        "rule": "subject_of_cue",
        "confidence": 0.97,
        "turn": 1,
        "marked": True,
        "nested": 0,
        "speakers": ("Mara Quill-Stone",),
        "speaker_ids": (0,),
    }
    assert frame["nested"].to_list() == [0, 1, 0, 0, 0, 0]
    unknown = frame.iloc[3]
    for column in ("speaker", "role", "affiliation", "label", "cue", "mention", "mention_start", "cue_end"):
        assert unknown[column] is pandas.NA, column
    assert unknown["speakers"] == ()
    joint = frame.iloc[4]
    assert (joint["speaker"], joint["label"]) == ("Aldermoor Mill Society & Mara Quill-Stone", "ORG & PERSON")
    assert joint["role"] == "mayor"


def test_entities(pandas: Any) -> None:
    frame = export.entities_frame(ARTICLES, IDS)
    assert list(frame.columns) == list(export.ENTITY_COLUMNS)
    assert frame["quotations"].to_list()[:5] == [4, 0, 1, 0, 0]
    assert frame["mentions"].to_list()[:5] == [2, 1, 2, 2, 0]
    assert frame["first_start"].to_list()[4] is pandas.NA
    assert frame["aliases"].to_list()[0] == ("Quill-Stone",)
    joined = export.to_frame(ARTICLES, IDS).explode("speaker_ids").dropna(subset="speaker_ids")
    merged = joined.merge(
        frame, left_on=["article", "speaker_ids"], right_on=["article", "id"], suffixes=("", "_entity")
    )
    assert merged.groupby("name").size()["Mara Quill-Stone"] == 4


@pytest.mark.usefixtures("pandas")
@pytest.mark.parametrize("make", [export.to_frame, export.entities_frame])
def test_names_and_types_do_not_depend_on_the_articles(make: Any) -> None:
    full, *others = (make(x) for x in (ARTICLES, [], Article(""), [Article("a")], ARTICLES[:1]))
    for frame in others:
        assert list(frame.dtypes.items()) == list(full.dtypes.items())
    assert {str(kind) for kind in full.dtypes} <= {"string", "int64", "Int64", "float64", "bool", "object"}


@pytest.mark.usefixtures("pandas")
def test_an_article_has_its_frame() -> None:
    frame = mill_article().to_frame()
    assert len(frame) == 5
    assert set(frame["article"]) == {"0"}
    assert list(export.to_frame(a for a in ARTICLES)["article"].unique()) == ["0", "2"]


@pytest.mark.usefixtures("pyarrow")
@pytest.mark.parametrize(
    ("articles", "ids", "message"),
    [
        (ARTICLES, ["a"], r"there are more articles than ids \(1\)"),
        (ARTICLES, [*IDS, "d"], r"there are more ids than articles \(3\)"),
        (ARTICLES[0], "mill.txt", r"one id for each article, not the text 'mill.txt'"),
        (["text"], None, r"articles must hold Article objects, as `quoteminer.extract` gives them, not 'text'"),
        ([("id", ARTICLES[0])], None, r"articles must hold Article objects"),
    ],
)
@pytest.mark.parametrize("make", [export.to_frame, export.to_arrow, export.entities_arrow])
def test_wrong_arguments(make: Any, articles: Any, ids: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make(articles, ids)


def test_arrow(pyarrow: Any) -> None:
    for articles in (ARTICLES, []):
        assert export.to_arrow(articles).schema.equals(export.arrow_schema(), check_metadata=True)
        assert export.entities_arrow(articles).schema.equals(export.arrow_schema("entities"), check_metadata=True)
    table = export.to_arrow(ARTICLES, IDS)
    assert table.column_names == list(export.QUOTE_COLUMNS)
    assert table["speakers"].to_pylist()[4] == ["Aldermoor Mill Society", "Mara Quill-Stone"]
    assert table["mention_start"].to_pylist()[3] is None
    table.validate(full=True)


@pytest.mark.usefixtures("pyarrow")
def test_arrow_in_polars_and_duckdb() -> None:
    polars = pytest.importorskip("polars")
    duckdb = pytest.importorskip("duckdb")
    table = export.to_arrow(ARTICLES, IDS)
    assert polars.from_arrow(table).filter(polars.col("speaker") == "Mara Quill-Stone").height == 3
    with duckdb.connect() as connection:
        connection.register("quotes", table)
        assert connection.execute("select count(*) from quotes where speaker is null").fetchone() == (1,)


def test_parquet_round_trip(pyarrow: Any, tmp_path: Path) -> None:
    parquet = importlib.import_module("pyarrow.parquet")
    export.write_parquet(iter(ARTICLES), tmp_path / "quotes.parquet", IDS)
    assert parquet.read_table(tmp_path / "quotes.parquet").equals(export.to_arrow(ARTICLES, IDS))
    export.write_parquet([], tmp_path / "none.parquet")
    assert parquet.read_table(tmp_path / "none.parquet").schema.equals(export.arrow_schema())
    many = [mill_article()] * 1001
    export.write_parquet(many, tmp_path / "many.parquet", (f"a{i}" for i in range(1001)))
    assert parquet.read_table(tmp_path / "many.parquet")["article"].to_pylist()[-1] == "a1000"


def test_csv_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "quotes.csv"
    export.write_csv(ARTICLES, path, IDS)
    assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    assert list(rows[0]) == [
        name for name in export.QUOTE_COLUMNS if not name.startswith("speaker") or name == "speaker"
    ]
    assert [row["quotation"] for row in rows] == [quote.text for article in ARTICLES for quote in article.quotes]
    assert (rows[3]["speaker"], rows[3]["mention_start"], rows[3]["marked"]) == ("", "", "True")


def test_csv_for_excel(tmp_path: Path) -> None:
    text = "=HYPERLINK(1)\n\n+1 said @ada\n\n-2+3 said “a-b”"
    lines = [at(Quote, text, line, content=line) for line in text.split("\n\n")]
    article = Article(text, quotes=tuple(lines))
    export.write_csv(article, tmp_path / "a.csv", ["@id"], excel=True)
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfarticle,")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [*csv.DictReader(file)]
    assert [row["content"] for row in rows] == ["'=HYPERLINK(1)", "'+1 said @ada", "'-2+3 said “a-b”"]
    assert rows[0]["article"] == "'@id"
    assert rows[0]["start"] == "0"
    stream = io.StringIO(newline="")
    export.write_csv(article, stream, ["@id"], excel=True)
    assert stream.getvalue().encode() == (tmp_path / "a.csv").read_bytes()
    plain = io.StringIO(newline="")
    export.write_csv(article, plain)
    assert "'=" not in plain.getvalue()
    assert not plain.getvalue().startswith("\ufeff")


def test_json_lines_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    export.write_jsonl(ARTICLES, path)
    assert [*export.read_jsonl(path)] == ARTICLES
    assert len(path.read_bytes().splitlines()) == 3
    assert [*export.read_jsonl(path, as_tuples=True)] == [(None, article) for article in ARTICLES]
    export.write_jsonl(iter(ARTICLES), path, IDS)
    assert [*export.read_jsonl(str(path), as_tuples=True)] == [*zip(IDS, ARTICLES, strict=True)]
    stream = io.StringIO()
    export.write_jsonl(ARTICLES, stream, IDS)
    assert [*export.read_jsonl(io.StringIO(stream.getvalue()))] == ARTICLES


def test_json_lines_fit_the_schema(tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(
        json.loads(Path(export.__file__).with_name("schema.json").read_text("utf-8"))
    )
    export.write_jsonl(ARTICLES, tmp_path / "a.jsonl", IDS)
    for line in (tmp_path / "a.jsonl").read_text("utf-8").splitlines():
        validator.validate(json.loads(line))


def test_json_lines_with_a_byte_order_mark_and_empty_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + Article("é").to_json().encode() + b"\r\n\r\n" + Article("b").to_json().encode())
    assert [article.text for article in export.read_jsonl(path)] == ["é", "b"]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (b"{", r"a\.jsonl, line 2: not a JSON object: "),
        (b'{"text": "a", "schema_version": 9}', r"a\.jsonl, line 2: this is version 9 of the format"),
        (b"3", r"a\.jsonl, line 2: an article is a JSON object"),
        (b"[" * 100_000, r"a\.jsonl, line 2: not a JSON object: .*recursion"),
        (b'{"text": "\xff"}', r"a\.jsonl, after line \d: not UTF-8 \(invalid start byte\)"),
    ],
)
def test_json_lines_that_are_none(tmp_path: Path, second: bytes, message: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(Article("a").to_json().encode() + b"\n" + second + b"\n")
    with pytest.raises(FormatError, match=message):
        list(export.read_jsonl(path))


texts = st.text(st.characters(exclude_categories=()), min_size=1)  # with lone surrogates and controls


@given(texts, texts)
def test_any_text_can_be_written(text: str, name: str) -> None:
    quote = Quote(0, len(text), text, text, speakers=(Speaker(name, 0, "OTHER"),))
    article = Article(text, (Entity(0, name, "OTHER"),), (quote,))
    stream = io.StringIO(newline="")
    export.write_csv(article, stream, [name], excel=True)
    stream.getvalue().encode()
    stream = io.StringIO(newline="\n")
    export.write_jsonl(article, stream, [name])
    stream.getvalue().encode()
    (found,) = export.read_jsonl(io.StringIO(stream.getvalue(), newline="\n"))
    joined = [json.loads(json.dumps(value)) for value in (text, name)]  # high and low surrogates become one character
    if joined == [text, name]:
        assert found == article


@pytest.mark.usefixtures("pandas", "pyarrow")
@pytest.mark.parametrize("text", ["\ud800 said", "a\x00b", "\u2028", "𐀀"])
def test_any_text_can_stand_in_a_table(text: str, tmp_path: Path) -> None:
    article = Article(text, quotes=(Quote(0, len(text), text, text, speakers=(Speaker(text, 0, "OTHER"),)),))
    assert export.to_frame(article)["quotation"].to_list() == [text]
    expected = text.replace("\ud800", "\\ud800")
    assert export.to_arrow(article)["speakers"].to_pylist() == [[expected]]
    export.write_parquet(article, tmp_path / "a.parquet")
    export.write_csv(article, tmp_path / "a.csv")
    assert expected in (tmp_path / "a.csv").read_bytes().decode()
    export.write_jsonl(article, tmp_path / "a.jsonl")
    assert [*export.read_jsonl(tmp_path / "a.jsonl")] == [article]


@pytest.mark.parametrize(
    ("missing", "make"),
    [
        ("pandas", lambda: export.to_frame([])),
        ("pandas", lambda: export.entities_frame([])),
        ("pyarrow", lambda: export.to_arrow([])),
        ("pyarrow", lambda: export.write_parquet([], "x.parquet")),
        ("pyarrow", lambda: export.arrow_schema()),
    ],
)
def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, missing: str, make: Any) -> None:
    def refuse(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name.partition(".")[0])

    monkeypatch.setattr(export.import_extra.__globals__["importlib"], "import_module", refuse)
    message = rf'{missing} is needed for this and is not installed: pip install "quoteminer\[frames\]"'
    with pytest.raises(MissingExtraError, match=message) as caught:
        make()
    assert caught.value.name == missing
    assert isinstance(caught.value, ImportError)


def test_a_broken_dependency_is_not_called_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "brokendependency.py").write_text("import surely_not_there\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="surely_not_there") as caught:
        export.import_extra("brokendependency", "frames")
    assert not isinstance(caught.value, MissingExtraError)


def test_importing_needs_none_of_the_extras() -> None:
    code = (
        "import sys, quoteminer.export, quoteminer.render, quoteminer.plot; "
        "print([m for m in ('pandas', 'pyarrow', 'matplotlib', 'networkx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
