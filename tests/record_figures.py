"""The figures on the gold sets: `python -m tests.record_figures` measures them and puts them into the README.

They are kept in `tests/recorded_figures.json`, below which `tests/test_gold.py` lets none fall. The gold sets stand in
the folder `shared` beside the repository, or in the one that QUOTEMINER_SHARED names; without them only the dispatches
of `seeds/` are measured. `--peer` measures textacy too (extra `benchmark`), `--print` writes nothing.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RECORDED = Path(__file__).with_name("recorded_figures.json")
SETS = ("seeds", "quotes_dev", "wikinews_dev", "polnear_dev", "entities_dev")
_ENTITY_GOLD = {"wikinews_dev": "names.jsonl", "entities_dev": "gold.jsonl"}
_BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01)
_FORMS = {"name": "a name", "pronoun": "a pronoun", "nominal": "a noun phrase", "implicit": "nothing"}
_FORM = "speaker acc where "

Row = dict[str, Any]
Figures = dict[str, Any]


def evaluation_folder() -> Path | None:
    """Where the gold sets and their scripts are, None where they are not on this machine."""
    shared = os.environ.get("QUOTEMINER_SHARED")
    folder = (Path(shared) if shared else ROOT.parent / "shared") / "eval"
    return folder if (folder / "predict.py").is_file() else None


def read_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf8") as file:
        return [json.loads(line) for line in file if line.strip()]


def grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of each document."""
    found = defaultdict(list)
    for row in rows:
        found[row["doc"]].append(row)
    return found


def measure_set(folder: Path, name: str, predictions: Path) -> Figures:
    """Run the scripts of the gold sets over one of them; `predictions` gets what was predicted."""
    files = [predictions / f"{name}.{kind}.jsonl" for kind in ("quotes", "entities", "cards")]
    _run(folder / "predict.py", folder / name / "text", *files)
    figures: Figures = {}
    if name != "entities_dev":
        scored = json.loads(_run(folder / "score.py", folder / name / "gold.jsonl", files[0], "--json"))
        for key, value in scored.items():
            form, _, count = key.partition(" (n=")
            if count:
                figures[f"counted{form.removeprefix(_FORM.rstrip())}"] = int(count.rstrip(")"))
            if not math.isnan(value):
                figures[form] = round(value, 1)
        if "speaker acc" not in figures:  # a set without speakers' names
            figures = {key: value for key, value in figures.items() if not key.startswith("who-said-what")}
    if name in _ENTITY_GOLD:
        printed = _run(folder / "score_entities.py", folder / name / _ENTITY_GOLD[name], files[1])
        for label, value in re.findall(r"^(\w+) .*F1 +([\d.]+)", printed, re.M):
            figures[f"entities F1 {label}"] = float(value)
    if (folder / name / "cards.jsonl").exists():
        printed = _run(folder / "score_cards.py", folder / name / "cards.jsonl", files[2])
        for field, value in re.findall(r"^(role|affiliation) .*F1 +([\d.]+)", printed, re.M):
            figures[f"{field} F1"] = float(value)
    return figures


def _run(script: Path, *arguments: object) -> str:
    command = [sys.executable, str(script), *map(str, arguments)]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf8", env=environment)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return done.stdout


# Our own scoring of quotations: the dispatches row by row, and how far the confidence can be trusted.


def matches(text: str, gold: Sequence[Row], predicted: Sequence[Row]) -> dict[int, int]:
    """Index of the prediction for each gold row that has one: marks aside, they share 80 % of their characters."""
    pairs = []
    for i, row in enumerate(gold):
        for j, other in enumerate(predicted):
            a, b = _core(text, row["start"], row["end"]), _core(text, other["start"], other["end"])
            shared = min(a[1], b[1]) - max(a[0], b[0])
            if shared > 0 and (ratio := shared / (max(a[1], b[1]) - min(a[0], b[0]))) >= 0.8:
                pairs.append((ratio, i, j))
    found: dict[int, int] = {}
    for _, i, j in sorted(pairs, reverse=True):
        if i not in found and j not in found.values():
            found[i] = j
    return found


def _core(text: str, start: int, end: int) -> tuple[int, int]:
    inside = text[start:end]
    outer = " \t\n\r\"'“”„‟«»‘’‚‛.,;:!?…"
    return start + len(inside) - len(inside.lstrip(outer)), end - len(inside) + len(inside.rstrip(outer))


def is_right(gold: Row, speaker: str | None) -> bool:
    """Whether the predicted name or names, joined by " & ", are those of the gold row."""
    from quoteminer.scoring import same_name, same_source

    names = gold["speakers"] or []
    if not names:
        return speaker is None
    if len(names) > 1:
        said = (speaker or "").split(" & ")
        return len(said) == len(names) and all(any(same_name(one, [name]) for one in said) for name in names)
    return same_source(speaker, [*names, *gold.get("accept", [])], gold.get("type"))


def judge(text: str, gold: Sequence[Row], predicted: Sequence[Row]) -> Iterator[tuple[Row, str | None]]:
    """Each gold row that counts, with what is wrong about it, None where it is right."""
    found = matches(text, gold, predicted)
    for i, row in enumerate(gold):
        if row["kind"] == "either":
            continue
        quoted = row["kind"] in ("direct", "mixed")
        speaker = predicted[found[i]]["speaker"] if i in found else None
        if i not in found:
            yield row, "it is not found" if quoted else None
        elif not quoted:
            yield row, f"it is no quotation, but a {row['kind']}"
        else:
            yield row, None if is_right(row, speaker) else f"it is said by {row['speakers']}, not by {speaker}"


def predict(texts: Mapping[str, str]) -> dict[str, list[Row]]:
    """The quotations of each text, as rows."""
    import quoteminer

    found = {}
    for name, article in zip(texts, quoteminer.extract_many(texts.values()), strict=True):
        found[name] = [{"start": q.start, "end": q.end, "kind": q.kind, "speaker": q.speaker} for q in article.quotes]
    return found


def judge_dispatches() -> Iterator[tuple[str, str | None]]:
    """Each row of `seeds/gold.jsonl` by name, and each spurious quotation, with what is wrong about it."""
    gold = grouped(read_rows(ROOT / "seeds" / "gold.jsonl"))
    texts = {name: (ROOT / "seeds" / "text" / name).read_bytes().decode("utf8") for name in gold}
    for name, predicted in predict(texts).items():
        for row, wrong in judge(texts[name], gold[name], predicted):
            yield f"{name}:{row['id']}", wrong
        known = matches(texts[name], gold[name], predicted).values()
        for j, row in enumerate(predicted):
            if j not in known:
                yield (
                    f"{name}:{row['start']}-{row['end']}",
                    f"it is no quotation: {texts[name][row['start'] : row['end']]!r}",
                )


def calibration(folder: Path, predictions: Path, names: Sequence[str]) -> list[tuple[float, float, int, float]]:
    """How often the speaker is right for each range of confidence: (from, to, quotations, per cent right)."""
    right: Counter[int] = Counter()
    counts: Counter[int] = Counter()
    for name in names:
        gold = grouped(read_rows(folder / name / "gold.jsonl"))
        found = grouped(read_rows(predictions / f"{name}.quotes.jsonl"))
        for doc, rows in gold.items():
            text = (folder / name / "text" / doc).read_bytes().decode("utf8")
            for i, j in matches(text, rows, found.get(doc, [])).items():
                row = found[doc][j]
                if rows[i]["kind"] in ("direct", "mixed") and rows[i]["speakers"] is not None and row["speaker"]:
                    k = sum(row["confidence"] >= edge for edge in _BINS) - 1
                    counts[k] += 1
                    right[k] += is_right(rows[i], row["speaker"])
    return [(_BINS[k], min(_BINS[k + 1], 1.0), counts[k], round(100 * right[k] / counts[k], 1)) for k in sorted(counts)]


def measure_peer(folder: Path, predictions: Path) -> Figures:
    """textacy's `direct_quotations` on `quotes_dev`, on the same pipeline: the peer's figures."""
    import textacy.extract  # type: ignore[import-not-found]

    import quoteminer

    nlp = quoteminer.load()
    target = predictions / "peer.jsonl"
    raised = 0
    with target.open("w", encoding="utf8") as file:
        for path in sorted((folder / "quotes_dev" / "text").glob("*.txt")):
            doc = nlp(path.read_bytes().decode("utf8"), disable=["quoteminer"])
            try:
                found = [*textacy.extract.direct_quotations(doc)]
            except ValueError:
                raised += 1
                continue
            for speaker, _, content in found:
                row = {"doc": path.name, "start": content.start_char, "end": content.end_char}
                row["speaker"] = " ".join(token.text for token in speaker) or None
                row |= {"mention_start": None, "mention_end": None}
                file.write(json.dumps(row) + "\n")
    scored = json.loads(_run(folder / "score.py", folder / "quotes_dev" / "gold.jsonl", target, "--json"))
    wanted = (
        "direct recall",
        "span P",
        "speaker acc",
        "speaker acc loose",
        "who-said-what direct F1",
        "who-said-what F1",
    )
    return {"documents": scored["documents"], "raised": raised} | {name: round(scored[name], 1) for name in wanted}


def measure(peer: bool = False) -> Figures:
    """Everything that can be measured on this machine."""
    judged = [*judge_dispatches()]
    wrong = {name: reason for name, reason in judged if reason}
    figures: Figures = {"dispatches": {"rows": len(judged), "rows right": len(judged) - len(wrong), "wrong": wrong}}
    folder = evaluation_folder()
    if folder:
        with tempfile.TemporaryDirectory() as name:
            for one in SETS:
                figures[one] = measure_set(folder, one, Path(name))
                print(f"{one}: done", file=sys.stderr)
            figures["calibration"] = calibration(folder, Path(name), ["quotes_dev", "wikinews_dev"])
            if peer:
                figures["textacy"] = measure_peer(folder, Path(name))
    return figures


# The README's tables.


def tables(figures: Figures) -> dict[str, str]:
    """The parts of the README that hold figures, by the name of their marker."""
    return {
        "figures": _figures_table(figures),
        "peer": _peer_table(figures),
        "forms": _forms_table(figures),
        "confidence": _confidence_table(figures),
        "errors": _errors_text(figures),
    }


def _figures_table(figures: Figures) -> str:
    rows = [
        ("who said what, direct quotations (F1)", "who-said-what direct F1"),
        ("who said what, direct and mixed (F1)", "who-said-what F1"),
        ("direct quotations found", "direct recall"),
        ("of what it gives as quotations, those that are", "span P"),
        ("right speaker, of those found", "speaker acc"),
        ("right mention of the speaker", "mention acc"),
        ("role of quoted persons (F1)", "role F1"),
        ("affiliation of quoted persons (F1)", "affiliation F1"),
        ("names of people, places, organisations (F1)", "entities F1 all"),
    ]
    lines = [
        f"| | {' | '.join(f'`{name}`' for name in SETS)} |",
        "| --- |" + " ---: |" * len(SETS),
        f"| articles | {' | '.join(_articles(figures, name) for name in SETS)} |",
    ]
    for label, key in rows:
        cells = [_figure(figures.get(name, {}).get(key)) for name in SETS]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _articles(figures: Figures, name: str) -> str:
    return str(figures.get(name, {}).get("documents", 150 if name == "entities_dev" else ""))


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _peer_table(figures: Figures) -> str:
    own, peer = figures.get("quotes_dev", {}), figures.get("textacy", {})
    lines = [
        "| `quotes_dev` | quoteminer | textacy 0.13 |",
        "| --- | ---: | ---: |",
        f"| articles on which it raises an error | 0 of 60 | {peer.get('raised')} of {peer.get('documents')} |",
    ]
    for label, key in (
        ("direct quotations found", "direct recall"),
        ("of what it gives as quotations, those that are", "span P"),
        ("right full name, of those found", "speaker acc"),
        ("the same, counting any word of the name", "speaker acc loose"),
        ("who said what, direct quotations (F1)", "who-said-what direct F1"),
    ):
        lines.append(f"| {label} | {_figure(own.get(key))} | {_figure(peer.get(key))} |")
    return "\n".join(lines)


def _forms_table(figures: Figures) -> str:
    lines = [
        "| beside the quotation stands | " + " | ".join(f"`{name}`" for name in SETS[1:3]) + " |",
        "| --- | ---: | ---: |",
    ]
    for form, label in _FORMS.items():
        found = [figures.get(name, {}) for name in SETS[1:3]]
        cells = [f"{_figure(one.get(_FORM + form))} (of {one.get(f'counted {form}')})" for one in found]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _errors_text(figures: Figures) -> str:
    sets = [figures.get(name, {}) for name in ("quotes_dev", "wikinews_dev", "entities_dev")]
    if not all(sets):
        return ""
    wrong = [f"{100 - found[f'{_FORM}nominal']:.0f} of 100" for found in sets[:2]]
    spurious = [f"{100 - found['span P']:.1f} of 100" for found in sets[:2]]
    names = [f"{sets[2][f'entities F1 {label}']:.1f}" for label in ("ORG", "PERSON")]
    text = (
        "- What it gets wrong most: the speaker who stands beside the quotation only as a noun phrase (“the minister”, "
        f"“the company”), {wrong[0]} on `quotes_dev` and {wrong[1]} on `wikinews_dev`; words in quotation marks that "
        f"quote nobody and that it takes for quotations, {spurious[0]} and {spurious[1]} that it gives; names of "
        f"organisations (F1 {names[0]} on `entities_dev`, where people have {names[1]})."
    )
    return textwrap.fill(text, 118, subsequent_indent="  ")


def _confidence_table(figures: Figures) -> str:
    lines = ["| confidence | quotations | speaker right |", "| --- | ---: | ---: |"]
    for low, high, count, right in figures.get("calibration", []):
        lines.append(f"| {low:.2f} to {high:.2f} | {count:,} | {right:.1f} % |")
    return "\n".join(lines)


def placed(readme: str, parts: Mapping[str, str]) -> str:
    """The README with each part between its two markers."""
    for name, part in parts.items():
        pattern = re.compile(rf"(<!-- {name}: begin[^>]*-->\n).*?(<!-- {name}: end -->)", re.S)
        readme, count = pattern.subn(lambda found, part=part: f"{found[1]}{part}\n{found[2]}", readme)
        if count != 1:
            raise ValueError(f"the README has {count} places for {name!r}")
    return readme


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--peer", action="store_true", help="measure textacy too; otherwise its recorded figures stay")
    parser.add_argument("--print", action="store_true", dest="only_print", help="write nothing")
    options = parser.parse_args()
    old = json.loads(RECORDED.read_text("utf8")) if RECORDED.exists() else {}
    new = {**old, **measure(options.peer)}
    for name, figures in new.items():
        for key, value in figures.items() if isinstance(figures, dict) else [("", figures)]:
            before = old.get(name, {}).get(key) if isinstance(figures, dict) else None
            print(f"{name:14}{key:42}{value}" + (f"   (was {before})" if before not in (None, value) else ""))
    print("\n\n".join(tables(new).values()))
    if not options.only_print:
        RECORDED.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n", "utf8")
        readme = ROOT / "README.md"
        readme.write_text(placed(readme.read_text("utf8"), tables(new)), "utf8")


if __name__ == "__main__":
    main()
