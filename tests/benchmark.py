"""Speed and memory as ratios, each pair measured in one run: `python -m tests.benchmark`.

Nothing here passes or fails. A machine's speed changes from minute to minute, so two things that are compared take
turns (A B A B …) and the median of the pairs' ratios is printed, with the lowest and the highest. What runs on one core
is pinned to one and timed in its processor's seconds, where somebody else's work counts least; what runs on several is
timed by the clock. Words are spaCy's tokens. The texts are those of the project's `quotes_train`, where that folder is
beside the repository or in the one that QUOTEMINER_SHARED names, otherwise the dispatches of `seeds/`, repeated.

`--only SECTION …` measures some of: pipeline, cores, process, quotes, peer, length, memory. The peer needs the extra
`benchmark`. `memory` takes a quarter of an hour or more and is measured only when it is named.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ARTICLES = 60
PAIRS = 5
WIDTH, DEPTH = 96, 4
LENGTHS = (100, 1_000, 10_000, 100_000, 1_000_000)
SHORT_ARTICLES, SHORT_WORDS, WARM_UP = 20_000, 120, 1_000
SYLLABLES = ("ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu")


def read_texts(number: int = ARTICLES) -> tuple[str, list[str]]:
    """Where the texts are from, and the texts."""
    shared = os.environ.get("QUOTEMINER_SHARED")
    folder = (Path(shared) if shared else ROOT.parent / "shared") / "eval" / "quotes_train" / "text"
    name = "quotes_train" if folder.is_dir() else "seeds, repeated"
    paths = sorted((folder if folder.is_dir() else ROOT / "seeds" / "text").glob("*.txt"))
    texts = [path.read_bytes().decode("utf8") for path in paths]
    return name, (texts * (number // len(texts) + 1))[:number]


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Pin the process, where the system can, to the last of its cores."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def seconds(work: Callable[[], Any], clock: Callable[[], float]) -> float:
    """How long it takes."""
    gc.collect()
    start = clock()
    work()
    return clock() - start


def pairs(
    first: Callable[[], Any],
    second: Callable[[], Any],
    clock: Callable[[], float] = time.process_time,
    number: int = PAIRS,
) -> tuple[list[float], list[float]]:
    """The times of both, in turns, after one turn of each to warm up."""
    first(), second()
    times = [(seconds(first, clock), seconds(second, clock)) for _ in range(number)]
    return [a for a, _ in times], [b for _, b in times]


def say(what: str, ratios: Sequence[float], more: str = "") -> None:
    """Print a median with its range."""
    spread = f"({min(ratios):.2f} to {max(ratios):.2f})" if len(ratios) > 1 else ""
    print(f"{what:<66} {statistics.median(ratios):6.2f} {spread:<17} {more}", flush=True)


def compare(what: str, ours: Sequence[float], theirs: Sequence[float], words: int) -> None:
    """Print how many times as fast ours is."""
    speeds = f"{words / statistics.median(ours):,.0f} against {words / statistics.median(theirs):,.0f} words/s"
    say(what, [b / a for a, b in zip(ours, theirs, strict=True)], speeds)


def tok2vec_pipeline(shared: bool) -> Any:
    """An untrained spaCy pipeline with a tagger, a parser and an entity recogniser over convolutions.

    Args:
        shared: whether the entity recogniser reads the vectors that tagger and parser read, of spaCy's HashEmbedCNN;
            otherwise it has its own, and both are built as in en_core_web_sm (spacy.io/models#design-cnn).
    """
    import spacy

    def vectors(attributes: dict[str, int]) -> dict[str, Any]:
        if shared:
            sizes = {"width": WIDTH, "depth": DEPTH, "embed_size": 2000, "window_size": 1, "maxout_pieces": 3}
            return {
                "@architectures": "spacy.HashEmbedCNN.v2",
                "pretrained_vectors": None,
                "subword_features": True,
                **sizes,
            }
        embed = {"attrs": list(attributes), "rows": list(attributes.values()), "include_static_vectors": False}
        encode = {"width": WIDTH, "depth": DEPTH, "window_size": 1, "maxout_pieces": 3}
        return {
            "@architectures": "spacy.Tok2Vec.v2",
            "embed": {"@architectures": "spacy.MultiHashEmbed.v2", "width": WIDTH, **embed},
            "encode": {"@architectures": "spacy.MaxoutWindowEncoder.v2", **encode},
        }

    def transitions(kind: str, source: dict[str, Any]) -> dict[str, Any]:
        sizes = {"hidden_width": 64, "maxout_pieces": 2, "use_upper": True, "extra_state_tokens": False, "nO": None}
        return {"@architectures": "spacy.TransitionBasedParser.v2", "state_type": kind, "tok2vec": source, **sizes}

    nlp = spacy.blank("en")
    words = {"NORM": 5000, "PREFIX": 1000, "SUFFIX": 2500, "SHAPE": 2500}
    nlp.add_pipe("tok2vec", config={"model": vectors({**words, "SPACY": 50, "IS_SPACE": 50})})
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": WIDTH, "upstream": "tok2vec"}
    tagger: Any = nlp.add_pipe(
        "tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "nO": None, "tok2vec": listener}}
    )
    parser: Any = nlp.add_pipe("parser", config={"model": transitions("parser", listener)})
    names: Any = nlp.add_pipe("ner", config={"model": transitions("ner", listener if shared else vectors(words))})
    for pipe, number in ((tagger, 50), (parser, 45), (names, 18)):
        for i in range(number):
            pipe.add_label(f"L{i}")
    nlp.initialize()
    return nlp


def own_pipeline(threads: int = 1) -> Any:
    """The library's pipeline without the component that finds quotations."""
    from quoteminer.loading import load_own

    nlp = load_own(threads)
    nlp.remove_pipe("quoteminer")
    return nlp


def measure_pipeline(texts: list[str]) -> None:
    """The pipeline against spaCy's, one core."""
    ours = own_pipeline()
    words = sum(len(ours.make_doc(text)) for text in texts)
    with one_core():
        for shared, what in ((False, "as en_core_web_sm, NER with its own"), (True, "NER sharing the tagger's")):
            theirs = tok2vec_pipeline(shared)
            times = pairs(lambda: list(ours.pipe(texts)), lambda theirs=theirs: list(theirs.pipe(texts)))
            compare(f"one core: speed, times a tok2vec pipeline {what}", *times, words)


def measure_cores(texts: list[str]) -> None:
    """Two cores against one, by the clock."""
    import quoteminer

    if len(os.sched_getaffinity(0)) < 2:
        print("two cores: this process may use one only")
        return
    nlp = own_pipeline()
    words = sum(len(nlp.make_doc(text)) for text in texts)
    many = texts * 4

    def alone() -> None:
        with one_core():
            list(nlp.pipe(many))

    times = pairs(lambda: list(nlp.pipe(many, n_process=2, batch_size=32)), alone, time.perf_counter, 3)
    compare("two cores: nlp.pipe with n_process=2, times one", *times, 4 * words)
    threads = own_pipeline(2)
    times = pairs(lambda: list(threads.pipe(many)), alone, time.perf_counter, 3)
    compare("two cores: nlp.pipe in one process with 2 threads, times one", *times, 4 * words)
    full = quoteminer.load(threads=1)

    def extract_alone() -> None:
        with one_core():
            list(quoteminer.extract_many(many, nlp=full))

    times = pairs(lambda: list(quoteminer.extract_many(many, n_process=2)), extract_alone, time.perf_counter, 3)
    compare("two cores: extract_many with n_process=2, times one", *times, 4 * words)
    both = quoteminer.load(threads=2)
    times = pairs(lambda: list(quoteminer.extract_many(many, nlp=both)), extract_alone, time.perf_counter, 3)
    compare("two cores: extract_many in one process with 2 threads, times one", *times, 4 * words)


IN_A_PROCESS = """
import sys, time
sys.modules["torch"] = None  # spaCy imports it where it is installed, which the library does not need
import spacy, spacy.lang.en, numpy
def memory(field):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))
base = memory("VmRSS")
start = time.perf_counter()
import quoteminer
from quoteminer import extract, load
imported = time.perf_counter() - start
start = time.perf_counter()
nlp = quoteminer.load()
loaded = time.perf_counter() - start
start = time.perf_counter()
quoteminer.extract("“We go,” Ann Lee said.", nlp=nlp)
first = time.perf_counter() - start
from tests.benchmark import read_texts
for article in quoteminer.extract_many(read_texts(200)[1], nlp=nlp):
    pass
print(imported, loaded, first, base, memory("VmRSS"), memory("VmHWM"))
"""


def measure_process() -> None:
    """Import, load, first result and memory, each in a process of its own."""
    runs = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", IN_A_PROCESS], capture_output=True, text=True, check=True, cwd=ROOT
        )
        runs.append([float(x) for x in done.stdout.split()])
    imported, loaded, first, base, resident, peak = (statistics.median(column) for column in zip(*runs, strict=True))
    print(f"import beyond spaCy's own: {imported:.2f} s; load: {loaded:.2f} s; first result after that: {first:.2f} s")
    print(f"resident memory after 200 articles: {resident:,.0f} MiB (peak {peak:,.0f}); spaCy's import: {base:,.0f}")


def measure_quotes(texts: list[str]) -> None:
    """The quotation stage against the pipeline under it."""
    from quoteminer.analysis import analyse
    from quoteminer.lexicon import load_lexicon

    nlp, lexicon = own_pipeline(), load_lexicon()
    docs = list(nlp.pipe(texts))
    with one_core():
        stage, pipeline = pairs(
            lambda: [analyse(doc, lexicon, text) for doc, text in zip(docs, texts, strict=True)],
            lambda: list(nlp.pipe(texts)),
        )
    shares = [a / b for a, b in zip(stage, pipeline, strict=True)]
    say("quotation stage: time, share of the pipeline's", shares, f"{statistics.median(shares):.3f}")


def measure_peer(texts: list[str]) -> None:
    """`extract_many` against textacy's `direct_quotations`, both on the library's pipeline."""
    try:
        from textacy.extract.triples import direct_quotations
    except ImportError:
        print('peer: textacy is not installed: pip install "quoteminer[benchmark]"')
        return
    import quoteminer

    full, bare = quoteminer.load(threads=1), own_pipeline()

    def textacy(texts: Sequence[str]) -> list[bool]:
        done = []
        for doc in bare.pipe(texts):
            try:
                list(direct_quotations(doc))
                done.append(True)
            except ValueError:
                done.append(False)
        return done

    done = [text for text, finished in zip(texts, textacy(texts), strict=True) if finished]
    words = sum(len(bare.make_doc(text)) for text in done)
    with one_core():
        ours, theirs = pairs(lambda: list(quoteminer.extract_many(done, nlp=full)), lambda: textacy(done))
        compare("extract_many: speed, times textacy, articles that both finish", ours, theirs, words)
        ours, theirs = pairs(lambda: list(quoteminer.extract_many(texts, nlp=full)), lambda: textacy(texts))
    ratios = [b / a * len(texts) / len(done) for a, b in zip(ours, theirs, strict=True)]
    say("extract_many: articles done a second, times textacy", ratios, f"{len(done)} of {len(texts)} by textacy")


def measure_length(texts: list[str]) -> None:
    """The time per word of texts of 100 to 1,000,000 characters, against that at 10,000."""
    import quoteminer

    nlp = quoteminer.load(threads=1)
    source = "\n\n".join(texts)
    source *= LENGTHS[-1] // len(source) + 1
    per_word = {}
    with one_core():
        for length in LENGTHS:
            part = source[:length]
            repeats = max(1, 20_000 // length)
            quoteminer.extract(source[:1000], nlp=nlp)
            words = len(nlp.make_doc(part))
            taken = [
                seconds(
                    lambda part=part, n=repeats: [quoteminer.extract(part, nlp=nlp) for _ in range(n)],
                    time.process_time,
                )
                for _ in range(3 if length < LENGTHS[-1] else 1)
            ]
            per_word[length] = statistics.median(taken) / repeats / words
    for length, value in per_word.items():
        say(
            f"{length:,} characters: time per word, times that at 10,000",
            [value / per_word[10_000]],
            f"{value * 1e6:.0f} µs",
        )


def short_articles(texts: Sequence[str], number: int) -> Iterator[str]:
    """The beginnings of the texts over and over, each time with a quotation of words that none before had."""
    for i in range(number):
        words = texts[i % len(texts)].split(" ")[:SHORT_WORDS]
        first, last, *things = ("".join(SYLLABLES[int(digit)] for digit in f"{part}{i:06}") for part in range(1, 9))
        yield f"{' '.join(words)}\n\n“We sail with {i} {' and '.join(things)},” said {first.title()} {last.title()}."


def resident() -> float:
    """The memory of this process in MiB."""
    with open("/proc/self/status") as lines:  # noqa: PTH123
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def measure_memory(texts: list[str]) -> None:
    """Memory and strings of one process over a long run of short articles in which new words keep coming."""
    import quoteminer

    nlp = quoteminer.load(threads=1)
    found: dict[int, float] = {}
    articles = quoteminer.extract_many(short_articles(texts, SHORT_ARTICLES), nlp=nlp)
    for number, _ in enumerate(articles, 1):
        if number % WARM_UP == 0:
            found[number] = resident()
            print(f"{number:,} articles: {found[number]:,.0f} MiB, {len(nlp.vocab.strings):,} strings", flush=True)
    say(f"memory after {SHORT_ARTICLES:,} articles, times that after {WARM_UP:,}", [found[number] / found[WARM_UP]])


def main(argv: Sequence[str] | None = None) -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--articles", type=int, default=ARTICLES, help=f"how many (default: {ARTICLES})")
    sections: dict[str, Callable[[list[str]], None]] = {
        "pipeline": measure_pipeline,
        "cores": measure_cores,
        "process": lambda texts: measure_process(),
        "quotes": measure_quotes,
        "peer": measure_peer,
        "length": measure_length,
        "memory": measure_memory,
    }
    usual = [name for name in sections if name != "memory"]
    parser.add_argument("--only", nargs="+", choices=list(sections), default=usual, metavar="SECTION")
    args = parser.parse_args(argv)
    name, texts = read_texts(args.articles)
    size = sum(map(len, texts))
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    print(f"{len(texts)} articles of {name}, {size:,} characters; {machine}")
    for section in args.only:
        sections[section](texts)


if __name__ == "__main__":
    main()
