"""The figures of the shipped pipeline, each from raw text: `python -m quoteminer.training.evaluate --help`.

Names are scored as in the project's `score_entities.py`: a name counts when its span and its label (PERSON, ORG or
PLACE) are those of the gold standard; a leading "the " and a trailing possessive are ignored on both sides; F1 is
micro-averaged.

Tags, trees and sentences are scored by spaCy's `Scorer` on whole documents of the test parts of UD EWT and of GUM's
open genres, one `Example` a document: the pipeline reads the document's text and makes its own tokens, which are
aligned with the gold words. A gold word that it splits or merges counts as an error of every layer. "tag" is the
accuracy of Penn Treebank tags. "UAS" and "LAS" are F1 as in spaCy's own evaluations: punctuation (`punct`) is left out,
subtypes of labels count (`nmod` for `nmod:poss` is wrong) and capitals do not (`ROOT` is `root`). "UAS all" and
"LAS all" count punctuation too. "sentences" is the F1 of sentences with both bounds right. "both" pools the documents
of the two corpora; PUD, of which nothing was trained on, stands by itself.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.scorer import Scorer
from spacy.tokens import Doc, Token
from spacy.training import Example

from quoteminer.pipeline.session import PACKAGED
from quoteminer.pipeline.tokenizer import NAME
from quoteminer.training.corpora import Document, read_ewt, read_gum, read_pud

LABELS = ("PERSON", "ORG", "PLACE")
NAME_SETS = {"entities_dev": "gold.jsonl", "wikinews_dev": "names.jsonl"}
PUNCTUATION = ("p", "punct")
COLUMNS = ("tag", "UAS", "LAS", "UAS all", "LAS all", "sentences")
Name = tuple[str, int, int, str]
Figures = dict[str, dict[str, float]]


def load_pipeline(model: Path | None = None) -> Language:
    """The pipeline that is measured: the tokenizer and the encoder, with the model in the folder `model`.

    Raises:
        ModelError: the folder holds no whole model.
    """
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": NAME}}})
    nlp.max_length = 2**31 - 1
    nlp.add_pipe("news_encoder", config={"model": str(model) if model else None})
    return nlp


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A name's bounds without a leading "the " and a trailing possessive."""
    if text[start:end].lower().startswith("the ") and end - start > 4:
        start += 4
    if text[start:end].endswith(("'s", "’s")):
        end -= 2
    return start, end


def score_names(gold: Iterable[Name], found: Iterable[Name]) -> dict[str, float]:
    """F1 in percent, of all names and of each label; names are (document, start, end, label)."""
    gold, found = set(gold), {name for name in found if name[3] in LABELS}
    figures = {}
    for label in ("all", *LABELS):
        right = {name for name in gold if label in ("all", name[3])}
        given = {name for name in found if label in ("all", name[3])}
        figures[label] = 200 * len(right & given) / max(1, len(right) + len(given))
    return figures


def evaluate_names(nlp: Language, texts: Mapping[str, str], gold: Iterable[Name]) -> dict[str, float]:
    """The figures of `doc.ents` against gold names, given as they are annotated."""
    found = [
        (name, *trimmed(doc.text, span.start_char, span.end_char), span.label_)
        for name, doc in zip(texts, nlp.pipe(texts.values()), strict=True)
        for span in doc.ents
    ]
    return score_names([(name, *trimmed(texts[name], a, b), label) for name, a, b, label in gold], found)


def read_name_set(folder: Path, file: str) -> tuple[dict[str, str], list[Name]]:
    """The texts and the gold names of a folder of the evaluation data."""
    texts = {path.name: path.read_bytes().decode("utf8") for path in sorted((folder / "text").glob("*.txt"))}
    rows = [json.loads(line) for line in (folder / file).read_text(encoding="utf8").splitlines()]
    names = [(row["doc"], row["start"], row["end"], row["label"]) for row in rows]
    annotated = {name[0] for name in names}
    return {name: text for name, text in texts.items() if name in annotated}, names


def gold_doc(nlp: Language, document: Document) -> Doc:
    """A document's words as a Doc with its gold tags and trees."""
    words = document.words or ()
    text = document.text
    spaces = [text[word.end : word.end + 1].isspace() for word in words]
    return Doc(
        nlp.vocab,
        words=[text[word.start : word.end] for word in words],
        spaces=spaces,
        tags=[word.tag for word in words],
        heads=[word.head for word in words],
        deps=[word.dep for word in words],
    )


def make_examples(nlp: Language, documents: Sequence[Document]) -> list[Example]:
    """Each document as the pipeline annotates its text, beside the gold standard."""
    docs = nlp.pipe([document.text for document in documents])
    return [Example(doc, gold_doc(nlp, document)) for doc, document in zip(docs, documents, strict=True)]


def score_trees(examples: Sequence[Example]) -> dict[str, float]:
    """The figures of `COLUMNS`, in percent."""

    def label(token: Token, attr: str) -> str:
        return token.dep_.lower()

    def annotated(doc: Doc) -> bool:
        return doc.has_annotation("SENT_START")

    tags = Scorer.score_token_attr(examples, "tag", getter=lambda token, attr: token.tag_)
    trees = Scorer.score_deps(examples, "dep", getter=label, ignore_labels=PUNCTUATION)
    every = Scorer.score_deps(examples, "dep", getter=label)
    sentences = Scorer.score_spans(examples, "sents", has_annotation=annotated)
    found = (
        tags["tag_acc"],
        trees["dep_uas"],
        trees["dep_las"],
        every["dep_uas"],
        every["dep_las"],
        sentences["sents_f"],
    )
    return {column: 100 * float(value) for column, value in zip(COLUMNS, found, strict=True)}


def evaluate(
    nlp: Language, corpora: Path | None, eval: Path | None, report: Callable[[str], None] = lambda line: None
) -> Figures:
    """Every figure, in percent, by set.

    Args:
        nlp: the pipeline.
        corpora: folder with the archives of EWT, GUM and PUD; None leaves the trees out.
        eval: folder with `entities_dev` and `wikinews_dev`; None leaves their names out.
        report: is told which set is being read.
    """
    figures: Figures = {}
    if eval is not None:
        for name, file in NAME_SETS.items():
            if (eval / name).is_dir():
                report(name)
                figures[f"{name} names"] = evaluate_names(nlp, *read_name_set(eval / name, file))
    if corpora is not None:
        pooled: list[Example] = []
        for name, read in (("ewt", read_ewt), ("gum", read_gum), ("pud", read_pud)):
            report(f"{name} test")
            documents = [document for document in read(corpora) if document.split == "test"]
            examples = make_examples(nlp, documents)
            figures[f"{name} test"] = score_trees(examples)
            pooled += examples if name != "pud" else []
            if name == "pud":
                figures["both test (ewt + gum)"] = score_trees(pooled)
                texts = {document.name: document.text for document in documents}
                names = [(d.name, *name) for d in documents for name in d.names or ()]
                figures["pud names"] = evaluate_names(nlp, texts, names)
    return figures


def show(figures: Figures, against: Figures | None = None) -> str:
    """The figures as a table for a terminal; with `against`, also how much more (+) each is than there."""
    by_columns: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, row in figures.items():
        by_columns[tuple(row)].append(name)
    lines = []
    for columns, names in by_columns.items():
        lines.append(f"{'':22}" + "".join(f"{column:>16}" for column in columns))
        for name in names:
            cells = [f"{figures[name][column]:.2f}" for column in columns]
            if against is not None:
                cells = [
                    f"{x} ({figures[name][c] - against[name][c]:+.2f})" for x, c in zip(cells, columns, strict=True)
                ]
            lines.append(f"{name:22}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--corpora", type=Path, help="folder with the archives of EWT, GUM and PUD")
    parser.add_argument("--eval", type=Path, help="folder with entities_dev and wikinews_dev")
    parser.add_argument("--model", type=Path, help=f"folder of the model (default: the package's own, {PACKAGED})")
    parser.add_argument("--against", type=Path, help="folder of another model, such as the float one, to compare with")
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")


def run(args: argparse.Namespace) -> None:
    """Measure and print."""
    if args.corpora is None and args.eval is None:
        sys.exit("Give --corpora, --eval or both: they hold the texts to measure on")

    def report(line: str) -> None:
        print(line, "…", file=sys.stderr, flush=True)

    figures = evaluate(load_pipeline(args.model), args.corpora, args.eval, report)
    against = evaluate(load_pipeline(args.against), args.corpora, args.eval, report) if args.against else None
    if args.json:
        result: dict[str, Any] = {"figures": figures} if against is None else {"figures": figures, "against": against}
        print(json.dumps(result, indent=1))
    else:
        print(show(figures, against))


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m quoteminer.training.evaluate", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add_arguments(parser)
    run(parser.parse_args(argv))


if __name__ == "__main__":
    main()
