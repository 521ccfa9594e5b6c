"""Every corpus that the shipped pipeline may be trained on, as one stream of `Document` records.

The archives are read where they lie, nothing is unpacked to disk. What each corpus is and its licence stands in
``corpora/README.md``.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quoteminer.training.corpora_names import read_broad_twitter, read_re3d, read_wikigold, read_wnut17
from quoteminer.training.corpora_records import Document, Overlap, Quotation, Word, check
from quoteminer.training.corpora_trees import read_amalgum, read_ewt, read_gum, read_pud

__all__ = [
    "Document",
    "Quotation",
    "Word",
    "check",
    "held_out_texts",
    "read_all",
    "read_amalgum",
    "read_broad_twitter",
    "read_ewt",
    "read_gum",
    "read_pud",
    "read_re3d",
    "read_wikigold",
    "read_wikinews",
    "read_wnut17",
]


def _rows(path: Path) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            rows[row["doc"]].append(row)
    return rows


def _quotation(row: dict[str, Any]) -> Quotation:
    mentions = tuple((start, end) for start, end in row["mentions"] or ())
    speakers = tuple(row["speakers"] or ())
    form, cue, turn = row["form"] or None, row["cue"] or None, row["turn"]
    return Quotation(
        row["start"], row["end"], row["kind"], speakers, row["type"] or None, mentions, form, cue, turn, row["id"]
    )


def read_wikinews(folder: Path) -> Iterator[Document]:
    """A folder of annotated Wikinews articles, ``wikinews_train`` or ``wikinews_dev``.

    The split is "train" for the folder of that name and "dev" for any other, so that what is held out never trains.
    """
    split = "train" if folder.name == "wikinews_train" else "dev"
    names, quotations = _rows(folder / "names.jsonl"), _rows(folder / "gold.jsonl")
    for path in sorted((folder / "text").glob("*.txt")):
        found = sorted((row["start"], row["end"], row["label"]) for row in names.get(path.name, ()))
        said = sorted(
            (_quotation(row) for row in quotations.get(path.name, ())), key=lambda said: (said.start, said.id)
        )
        text = path.read_bytes().decode("utf-8")
        yield Document(path.name, "wikinews", split, text, names=tuple(found), quotations=tuple(said))


def held_out_texts(eval: Path) -> Overlap:
    """The articles of ``wikinews_dev``, to keep copies of them in other corpora out of training."""
    texts = sorted((eval / "wikinews_dev" / "text").glob("*.txt"))
    return Overlap((path.name, path.read_bytes().decode("utf-8")) for path in texts)


def read_all(corpora: Path, eval: Path) -> Iterator[Document]:
    """All documents for training, development and test, corpus by corpus, always in the same order.

    Args:
        corpora: Folder of the archives (``ud_english_ewt.tar.xz`` …).
        eval: Folder that holds ``wikinews_train`` and ``wikinews_dev``; the latter comes with the split "dev", and
            documents of AMALGUM and GUM that repeat one of its articles are left out, as are those of AMALGUM that
            repeat one of GUM's for development or test.
    """
    held_out = held_out_texts(eval)
    measured: list[tuple[str, str]] = []
    yield from read_ewt(corpora)
    yield from read_wikinews(eval / "wikinews_train")
    yield from read_wikinews(eval / "wikinews_dev")
    for document in read_gum(corpora, held_out):
        if document.split != "train":
            measured.append((document.name, document.text))
        yield document
    yield from read_amalgum(corpora, held_out, Overlap(measured))
    yield from read_wikigold(corpora)
    yield from read_broad_twitter(corpora)
    yield from read_wnut17(corpora)
    yield from read_re3d(corpora)
