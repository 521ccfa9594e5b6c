"""Training examples: annotated documents as arrays over spaCy's tokens, UNKNOWN where a layer is not annotated."""

from __future__ import annotations

import collections
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy
from spacy.language import Language

from quoteminer.pipeline.features import LINE, PARAGRAPH, Batch, Integers, WordPieces, Words, make_batch
from quoteminer.pipeline.prediction import DEFINITE, PRONOUNS, determined
from quoteminer.training.corpora import Document, Quotation, Word

UNKNOWN = -100
NAME_LABELS = ("PERSON", "ORG", "PLACE")
NAME_TAGS = ("O", *(f"{prefix}-{label}" for label in NAME_LABELS for prefix in "BI"))
KINDS = ("direct", "mixed", "term", "title")
LAYERS = ("tag", "pos", "morph", "label")
CURLY = {1000: (1523, 1524), 1005: (1520, 1521)}
STRAIGHT = {1523: 1000, 1524: 1000, 1520: 1005, 1521: 1005}


@dataclass
class Example:
    """One document: its words and, for each layer, one class a word; pointers hold (name, word, target words)."""

    name: str
    corpus: str
    split: str
    words: Words
    layers: dict[str, Integers]
    cuts: list[int]
    pointers: list[tuple[str, int, tuple[int, ...]]] = field(default_factory=list)


@dataclass(frozen=True)
class Classes:
    """The classes of each layer, in order; a class seen fewer than `minimum` times is not among them."""

    names: dict[str, list[str]]

    @classmethod
    def collect(cls, documents: Iterable[Document], minimum: int = 3) -> Classes:
        """Count the classes of the training documents' words."""
        counts: dict[str, collections.Counter[str]] = {layer: collections.Counter() for layer in LAYERS}
        for document in documents:
            if document.split == "train":
                for word in document.words or ():
                    for layer, value in word_classes(document.text, word).items():
                        counts[layer][value] += 1
        names = {k: sorted(x for x, n in counter.items() if n >= minimum) for k, counter in counts.items()}
        return cls({**names, "name": list(NAME_TAGS), "kind": list(KINDS)})

    def indices(self) -> dict[str, dict[str, int]]:
        """Each layer's classes with their numbers."""
        return {layer: {name: i for i, name in enumerate(names)} for layer, names in self.names.items()}


def word_classes(text: str, word: Word) -> dict[str, str]:
    """The class of each layer that the gold word gives; layers without annotation are left out."""
    form = text[word.start : word.end]
    known = {"tag": word.tag, "pos": word.pos, "label": word.dep}
    classes = {layer: value for layer, value in known.items() if value and value != "_"}
    if form:
        classes["morph"] = word.morph
    return classes


class ExampleMaker:
    """Aligns gold documents with the tokenizer that the pipeline uses."""

    def __init__(self, nlp: Language, pieces: WordPieces, classes: Classes) -> None:
        self.nlp, self.pieces, self.classes = nlp, pieces, classes.indices()

    def make(self, document: Document) -> Example:
        """The document's arrays, over the tokens that are no white space."""
        text = document.text
        tokens = [t for t in self.nlp.make_doc(text) if not t.is_space]
        starts = [t.idx for t in tokens]
        ends = [t.idx + len(t) for t in tokens]
        gaps = ["\n\n", *(text[a:b] for a, b in zip(ends, starts[1:], strict=False))]
        words = self.pieces.encode([t.text for t in tokens], gaps[: len(tokens)])
        size = len(tokens)
        at = numpy.full(len(text) + 1, -1, dtype=numpy.int64)
        for i in range(size):
            at[starts[i] : ends[i]] = i
        example = Example(document.name, document.corpus, document.split, words, {}, [])
        if document.words is not None:
            self._add_trees(example, document, at, starts, ends)
        if document.sentence_starts is not None:
            start = numpy.zeros(size, dtype=numpy.int64)
            start[[at[x] for x in document.sentence_starts if at[x] >= 0]] = 1
            example.layers["start"] = start
            example.cuts = [int(i) for i in numpy.flatnonzero(start)]
        else:
            example.cuts = [int(i) for i in numpy.flatnonzero(words.spacings >= LINE)] or [0]
        if document.names is not None:
            example.layers["name"] = name_layer(document.names, starts, ends)
        if document.clusters is not None:
            self._add_clusters(example, document, at, tokens)
        if document.quotations is not None:
            self._add_quotations(example, document, at)
        return example

    def _add_trees(
        self, example: Example, document: Document, at: Integers, starts: Sequence[int], ends: Sequence[int]
    ) -> None:
        gold = document.words or ()
        size = len(starts)
        layers = {layer: numpy.full(size, UNKNOWN, dtype=numpy.int64) for layer in (*LAYERS, "arc")}
        tokens_of = [sorted({int(i) for i in at[w.start : w.end] if i >= 0}) for w in gold]
        words_of: dict[int, list[int]] = collections.defaultdict(list)
        for number, tokens in enumerate(tokens_of):
            for token in tokens:
                words_of[token].append(number)
        for token, numbers in words_of.items():
            inside = set(numbers)
            number = next((n for n in numbers if gold[n].head not in inside or gold[n].head == n), numbers[0])
            word, parts = gold[number], tokens_of[number]
            if token != parts[-1]:
                # spaCy splits this gold word: its last part stands for it, the others hang on that.
                layers["arc"][token] = parts[-1] + 1
                is_word = any(c.isalnum() for c in document.text[starts[token] : ends[token]])
                layers["label"][token] = self.classes["label"]["compound" if is_word else "punct"]
                continue
            head_tokens = tokens_of[word.head]
            if word.head == number:
                layers["arc"][token] = 0
            elif head_tokens and head_tokens[-1] != token:
                layers["arc"][token] = head_tokens[-1] + 1
            exact = (word.start, word.end) == (starts[token], ends[token])
            for layer, value in word_classes(document.text, word).items():
                if exact or layer in ("label", "pos", "tag"):
                    layers[layer][token] = self.classes[layer].get(value, UNKNOWN)
        example.layers.update(layers)

    def _add_clusters(self, example: Example, document: Document, at: Integers, tokens: Sequence[object]) -> None:
        """Pronouns point at what was named before; so do definite nouns, or at nothing where they are the first."""
        arcs = example.layers.get("arc")
        forms = [str(token).lower() for token in tokens]
        definite = self._definite_nouns(example, forms)
        for cluster in document.clusters or ():
            heads: list[int] = []
            for start, end in cluster:
                inside = sorted({int(i) for i in at[start:end] if i >= 0})
                if inside:
                    heads.append(_head_of(inside, arcs))
            named = [i for i in heads if forms[i] not in PRONOUNS]
            for i in dict.fromkeys(heads):
                targets = tuple(j for j in named if j < i)
                if targets and (forms[i] in PRONOUNS or i in definite):
                    example.pointers.append(("antecedent", i, targets))
                    definite.discard(i)
        example.pointers.extend(("antecedent", i, ()) for i in sorted(definite))

    def _definite_nouns(self, example: Example, forms: Sequence[str]) -> set[int]:
        """The nouns with "the", "this" or a possessive pronoun: "the company", "its chairman"."""
        if "arc" not in example.layers:
            return set()
        definite = numpy.array([i for i, form in enumerate(forms) if form in DEFINITE], dtype=numpy.int64)
        nouns = determined(definite, example.layers["arc"] - 1, example.layers["tag"], [*self.classes["tag"]])
        return {*nouns.tolist()}

    def _add_quotations(self, example: Example, document: Document, at: Integers) -> None:
        size = len(example.words)
        kind = numpy.full(size, UNKNOWN, dtype=numpy.int64)
        cue = numpy.zeros(size, dtype=numpy.int64)
        for quotation in document.quotations or ():
            opening = int(at[quotation.start])
            if opening < 0:
                continue
            if quotation.kind in self.classes["kind"]:
                kind[opening] = self.classes["kind"][quotation.kind]
            if quotation.kind not in ("direct", "mixed"):
                continue
            for a, b in _near(document.text, quotation.cue, quotation.start, quotation.end):
                cue[[i for i in at[a:b] if i >= 0]] = 1
            mentions = tuple(int(at[end - 1]) for _, end in quotation.mentions if at[end - 1] >= 0)
            example.pointers.append(("mention", opening, mentions))
            names = speaker_tokens(document, quotation.speakers, at)
            if quotation.form in ("name", "nominal"):
                names = tuple(dict.fromkeys((*names, *mentions)))
            if quotation.speakers:
                example.pointers.append(("speaker", opening, names))
            if quotation.form == "pronoun" and names:
                example.pointers.extend(("antecedent", m, tuple(n for n in names if n != m)) for m in mentions)
            if quotation.form == "nominal":
                self._add_described(example, document, quotation, at)
        example.layers["kind"], example.layers["cue"] = kind, cue

    def _add_described(self, example: Example, document: Document, quotation: Quotation, at: Integers) -> None:
        """The noun of "the minister of justice" points at the minister's name."""
        names = speaker_tokens(document, quotation.speakers, at)
        for start, end in quotation.mentions:
            phrase = re.split(r",| (?:of|for|at|in|on|from|with|who|which|by|to)\b", document.text[start:end])[0]
            noun = int(at[start + len(phrase) - 1])
            if names and noun >= 0 and noun not in names and phrase.split()[0].lower() in DEFINITE:
                example.pointers.append(("antecedent", noun, names))


def speaker_tokens(document: Document, speakers: Sequence[str], at: Integers) -> tuple[int, ...]:
    """The last tokens of the names in the document that can stand for one of the speakers."""
    found: dict[int, None] = {}
    for speaker in speakers:
        words = speaker.casefold().split()
        for start, end, label in document.names or ():
            name = document.text[start:end].casefold().split()
            same = name == words or (label == "PERSON" and set(name) <= set(words))
            if same and at[end - 1] >= 0:
                found[int(at[end - 1])] = None
    return tuple(found)


def _near(text: str, phrase: str | None, start: int, end: int, reach: int = 250) -> list[tuple[int, int]]:
    """Where `phrase` stands nearest to the stretch from `start` to `end`, outside of it."""
    if not phrase:
        return []
    low = max(0, start - reach)
    hits = [(low + m.start(), low + m.end()) for m in re.finditer(re.escape(phrase), text[low : end + reach])]
    hits = [(a, b) for a, b in hits if b <= start or a >= end]
    return sorted(hits, key=lambda hit: max(start - hit[1], hit[0] - end))[:1]


def _head_of(inside: Sequence[int], arcs: Integers | None) -> int:
    """The head of a mention's tokens: the one governed from outside, or the last of the name that it begins."""
    if arcs is None:
        return inside[-1]
    members = set(inside)
    head = next((i for i in inside if arcs[i] >= 0 and arcs[i] - 1 not in members), inside[-1])
    while head + 1 in members and arcs[head + 1] - 1 in members and arcs[head + 1] - 1 <= head:
        if head + 1 - (arcs[head + 1] - 1) > 3:
            break
        head += 1
    return head


def name_layer(names: Iterable[tuple[int, int, str]], starts: Sequence[int], ends: Sequence[int]) -> Integers:
    """BIO classes (numbers in NAME_TAGS) of the tokens that lie for the most part within a name."""
    layer = numpy.zeros(len(starts), dtype=numpy.int64)
    begins = numpy.asarray(starts)
    for start, end, label in names:
        first = max(0, int(numpy.searchsorted(begins, start, side="right")) - 1)
        prefix = "B"
        for i in range(first, len(starts)):
            if starts[i] >= end:
                break
            shared = min(ends[i], end) - max(starts[i], start)
            if 2 * shared > ends[i] - starts[i]:
                layer[i] = NAME_TAGS.index(f"{prefix}-{label}")
                prefix = "I"
    return layer


def cut_windows(example: Example, longest: int, rng: random.Random | None) -> list[tuple[int, int]]:
    """Windows of at most `longest` words that cover the example, cut at sentences or paragraphs where possible.

    With `rng`, the length varies from window to window.
    """
    size = len(example.words)
    windows, start = [], 0
    while start < size:
        limit = longest if rng is None else rng.randint(longest // 3, longest)
        end = min(size, start + limit)
        while end > start + 1 and example.words.offsets[end] - example.words.offsets[start] > 500:
            end = start + (end - start) * 9 // 10
        if end < size:
            end = max((c for c in example.cuts if start < c <= end), default=end)
        windows.append((start, end))
        start = end
    return windows


@dataclass
class TrainingBatch:
    """A padded batch with its targets: layers [windows, words], UNKNOWN where there is none."""

    inputs: Batch
    layers: dict[str, Integers]
    pointers: dict[str, list[tuple[int, int, tuple[int, ...]]]]
    corpora: Integers


def make_training_batch(
    windows: Sequence[tuple[Example, int, int]],
    corpora: Mapping[str, int],
    layers: Sequence[str],
    alter: Callable[[Example, int, int], Words] | None,
) -> TrainingBatch:
    """Pad windows and their targets; `alter` gives a window's words changed (marks, spacing, names)."""
    inputs = make_batch(
        [(alter(example, a, b), 0, b - a) if alter else (example.words, a, b) for example, a, b in windows]
    )
    shape = inputs.firsts.shape
    targets = {layer: numpy.full(shape, UNKNOWN, dtype=numpy.int64) for layer in layers}
    pointers: dict[str, list[tuple[int, int, tuple[int, ...]]]] = collections.defaultdict(list)
    for row, (example, start, end) in enumerate(windows):
        for layer, values in example.layers.items():
            targets[layer][row, : end - start] = values[start:end]
        arcs = targets["arc"][row, : end - start]
        inside = (arcs > start) & (arcs <= end)
        arcs[:] = numpy.where(arcs == 0, 0, numpy.where(inside, arcs - start, UNKNOWN))
        for name, word, all_targets in example.pointers:
            if start <= word < end:
                here = tuple(t - start + 1 for t in all_targets if start <= t < end) or (0,)
                pointers[name].append((row, word - start, here))
    ids = numpy.array([corpora[example.corpus] for example, _, _ in windows], dtype=numpy.int64)
    return TrainingBatch(inputs, targets, pointers, ids)


def alter_typography(words: Words, rng: random.Random) -> Words:
    """Vary what outlets typeset differently: curly and straight marks, and how paragraphs are set apart."""
    pieces, spacings = words.pieces.copy(), words.spacings.copy()
    if rng.random() < 0.4:
        if numpy.isin(pieces, (1523, 1524)).any():
            for curly, straight in STRAIGHT.items():
                pieces[pieces == curly] = straight
        else:
            spaced = numpy.repeat(spacings, numpy.diff(words.offsets)) > 0
            for straight, (opening, closing) in CURLY.items():
                pieces[(pieces == straight) & spaced] = opening
                pieces[pieces == straight] = closing
    if rng.random() < 0.4:
        spacings[spacings == PARAGRAPH] = LINE
    return Words(pieces, words.offsets, words.cases, spacings)
