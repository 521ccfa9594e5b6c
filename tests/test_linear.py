"""Time grows with the length of any text: nothing in the library takes the square of it, whatever is in the text.

Each scanner reads text made of one piece, a quarter of the length and the whole of it, and the times are compared.
"""

import importlib
import pkgutil
import re
from collections import deque
from collections.abc import Callable
from functools import partial

import pytest
import spacy
from growth import grows_evenly
from spacy.tokens import Doc

import quoteminer
from quoteminer.analysis import analyse
from quoteminer.layout import find_blocks
from quoteminer.lexicon import load_lexicon
from quoteminer.marks import find_marked
from quoteminer.paragraphs import read_paragraphs, split_sentences
from quoteminer.pipeline.features import case_of, spacing_of
from quoteminer.pipeline.tokenizer import create_news_tokenizer
from quoteminer.scoring import name_words

LENGTH, TOKENS, LONG = 40_000, 4_000, 1_000_000
UNITS = (
    "a", "A", "1", ".", "-", "—", " ", "\n", "(", "“", '"', "'", "’", "‘", "«", "[", ":", "!", "?", "…", "\u2028",
    "a ", "A ", "1 ", ". ", "- ", "“ ", '" ', "( ", "A. ", "a, ", "I said ", "Mr. ", "a-", "1-", "1:", "a.", "A'",
    "“a ", "“a” ", '"a" ', "‘a’ ", "“‘", "a\n", "\n\n", "—\n—\n", "“a\n\n", "a:\n\n", "- a\n", "1. a\n", "Q: a?\n",
    "— Ann Lee\n\n", "“a,” said Ann Lee. ", "Ann Lee, ", "the head of ", "said that ", "A of ", "www.", "a@", "://",
    "1,", "1/", "😀", "\ud800", "\x00", "漢", "é", "e\u0301",
)  # fmt: skip
LEXICON = load_lexicon()
NLP = spacy.blank("en")
TOKENIZER = create_news_tokenizer()(NLP)


def read_layout(text: str) -> None:
    blocks = find_blocks(text)
    for paragraph in read_paragraphs(text, blocks, find_marked(text, blocks), LEXICON):
        assert len(paragraph.reports) == len(paragraph.sentences)
        assert paragraph.first_person in (True, False)


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
@pytest.mark.parametrize(
    "scanner",
    [read_layout, TOKENIZER, name_words, case_of, spacing_of, lambda text: list(split_sentences(text, LEXICON))],
    ids=["layout", "tokenizer", "name_words", "case_of", "spacing_of", "split_sentences"],
)
def test_scanners(scanner, unit):
    assert grows_evenly(lambda length: partial(scanner, unit * (length // len(unit))), LENGTH)


def patterns() -> dict[str, re.Pattern[str]]:
    """Every regular expression that a module of the library holds, the recipe of the model aside."""
    modules = [
        importlib.import_module(info.name)
        for info in pkgutil.walk_packages(quoteminer.__path__, "quoteminer.")
        if not info.name.startswith("quoteminer.training") and not info.name.endswith("__main__")
    ]
    found = {f"{m.__name__}.{k}": v for m in modules for k, v in vars(m).items() if isinstance(v, re.Pattern)}
    assert len({*found.values()}) >= 7
    return found


PATTERNS = patterns()
ANCHORED = ("quoteminer.pipeline.lemmas._SHORT", "quoteminer.pipeline.tokenizer.TELEPHONE")  # asked of whole words


@pytest.mark.parametrize("name", PATTERNS)
def test_every_regular_expression_on_a_megabyte(name):
    pattern = PATTERNS[name]

    def prepare(unit: str, length: int) -> Callable[[], object]:
        text = unit * (length // len(unit))
        return partial(pattern.match, text) if name in ANCHORED else lambda: deque(pattern.finditer(text), maxlen=0)

    for unit in UNITS:
        assert grows_evenly(partial(prepare, unit), LONG), ascii(unit)


@pytest.mark.parametrize("unit", ["“ ", "’", "(", "I said ", "A. "], ids=ascii)
def test_the_scanners_on_a_megabyte(unit):
    assert grows_evenly(lambda length: partial(read_layout, unit * (length // len(unit))), LONG)


SENTENCES = (
    "“ We go , ” said Ann Lee .", "Ann Lee said : “ We go .", "“ “ “", "” a “", "( ( (", "Ann Lee , head of Acme ,",
    "the minister said", "According to Ann Lee ,", ". . .", "said said", "statement by Ann", "Ann and", "Mr Mr",
    "’s of", "he", "“ a ” the minister said", "“ a ” he said", "“ a ”", "“ a ” Ann", "“ a ” the report said",
    "“ a ” the letter said", "Gen ( retd )", "Ann ' Ann",
)  # fmt: skip


def annotated(sentence: str, shape: str, length: int) -> Doc:
    """A Doc of one sentence over and over, as "sentences", one "wide" tree, or a "chain" of tokens without an end."""
    words = sentence.split()
    count = length // len(words)
    size = count * len(words)
    heads = {
        "sentences": [i - i % len(words) for i in range(size)],
        "wide": [0] * size,
        "chain": [max(0, i - 1) for i in range(size)],
    }[shape]
    tags = ["NNP" if word.istitle() else "VBD" if word == "said" else "NN" if word.isalpha() else "," for word in words]
    pos = {"NNP": "PROPN", "VBD": "VERB", "NN": "NOUN", ",": "PUNCT"}
    labels = {"NNP": "nsubj", "VBD": "conj", "NN": "obj", ",": "punct"}
    starts = [i == 0 or (shape == "sentences" and i % len(words) == 0) for i in range(size)]
    return Doc(
        NLP.vocab,
        words=words * count,
        tags=tags * count,
        pos=[pos[tag] for tag in tags] * count,
        lemmas=["say" if word == "said" else word for word in words] * count,
        heads=heads,
        deps=["ROOT" if head == i else labels[tags[i % len(words)]] for i, head in enumerate(heads)],
        ents=["B-PERSON" if tag == "NNP" else "O" for tag in tags] * count,
        sent_starts=starts if shape == "sentences" else None,
    )


@pytest.mark.parametrize("shape", ["sentences", "wide", "chain"])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_quotation_stage(sentence, shape):
    docs = {length: annotated(sentence, shape, length) for length in (TOKENS, TOKENS // 4)}
    assert grows_evenly(lambda length: partial(analyse, docs[length], LEXICON), TOKENS)
