"""The spaCy component `news_encoder`: sentences, tags, lemmas, trees and names of English news from one small encoder."""

import math
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy
from spacy.attrs import DEP, ENT_IOB, ENT_TYPE, HEAD, LEMMA, MORPH, POS, TAG
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch
from spacy.vocab import Vocab

from quoteminer.layout import find_blocks
from quoteminer.pipeline.decode import Integers, decode_names, decode_tree
from quoteminer.pipeline.features import LINE, PARAGRAPH, Words, make_batch
from quoteminer.pipeline.lemmas import apply_rule
from quoteminer.pipeline.session import CONFIG, FILES, PACKAGED, Sessions

POINTERS = ("mention", "speaker", "antecedent")
USER_DATA = "news_encoder"
PIECES_PER_BATCH = 2048
LONGEST_PIECES = 500
POINTED = 4
PRONOUNS = frozenset(("he", "she", "his", "her", "him", "hers", "they", "them", "their", "who"))
OPENING_TAGS = frozenset(("``", "''", '"'))


@dataclass
class Predicted:
    """What the network says of one Doc's tokens that are no white space: `tokens` holds their indices."""

    tokens: list[int]
    words: Words
    windows: list[tuple[int, int]]
    outputs: list[dict[str, Any]] = field(default_factory=list)


class NewsEncoder:
    """Runs the model once over a Doc and writes every layer.

    Args:
        vocab: the pipeline's vocabulary.
        name: the component's name in the pipeline.
        model: folder of the model; None for the one in the package.
        threads: threads of one run; 0 takes every core in the main process and one in a worker process.
    """

    def __init__(self, vocab: Vocab, name: str, model: str | None, threads: int) -> None:
        self.vocab, self.name = vocab, name
        self.sessions = Sessions(Path(model) if model else PACKAGED, threads)
        self._prepare()

    def _prepare(self) -> None:
        classes = self.sessions.config.classes
        strings = self.vocab.strings
        self._tags = numpy.array([strings.add(x) for x in classes["tag"]], dtype=numpy.uint64)
        self._pos = numpy.array([strings.add(x) for x in classes["pos"]], dtype=numpy.uint64)
        self._labels = numpy.array([strings.add(x) for x in classes["label"]], dtype=numpy.uint64)
        self._morphs = numpy.array([self.vocab.morphology.add(x) for x in classes["morph"]], dtype=numpy.uint64)
        self._name_tags = tuple(classes["name"])
        self._root = self.vocab.strings.add("ROOT")

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one Doc."""
        self.set_annotations([doc], self.predict([doc]))
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Annotate a stream of Docs, `batch_size` at a time."""
        for docs in minibatch(stream, size=batch_size):
            self.set_annotations(docs, self.predict(docs))
            yield from docs

    def predict(self, docs: Iterable[Doc]) -> list[Predicted]:
        """The network's outputs for each Doc, window by window; the Docs stay as they are."""
        found = [self._read(doc) for doc in docs]
        jobs = [(one, i) for one in found for i in range(len(one.windows))]

        def width(job: tuple[Predicted, int]) -> int:
            start, end = job[0].windows[job[1]]
            return int(job[0].words.offsets[end] - job[0].words.offsets[start]) + 2

        for one in found:
            one.outputs = [{} for _ in one.windows]
        jobs.sort(key=width)
        low = 0
        while low < len(jobs):
            high = low + 1
            while high < len(jobs) and width(jobs[high]) * (high + 1 - low) <= PIECES_PER_BATCH:
                high += 1
            batch = make_batch([(one.words, *one.windows[i]) for one, i in jobs[low:high]])
            outputs = self.sessions.encode(batch)
            for row, (one, i) in enumerate(jobs[low:high]):
                size = int(batch.lengths[row])
                one.outputs[i] = {
                    name: array[row, :size, : size + 1] if name == "arc" or name in POINTERS else array[row, :size]
                    for name, array in outputs.items()
                }
            low = high
        return found

    def _read(self, doc: Doc) -> Predicted:
        tokens = [token.i for token in doc if not token.is_space]
        if not tokens:
            return Predicted(tokens, self.sessions.pieces.encode([], []), [])
        texts = [token.text for token in doc]
        gaps = []
        previous = -1
        for i in tokens:
            before = "" if previous < 0 else doc[previous].whitespace_
            gaps.append("\n\n" if previous < 0 else before + "".join(doc[k].text_with_ws for k in range(previous + 1, i)))
            previous = i
        words = self.sessions.pieces.encode([texts[i] for i in tokens], gaps)
        return Predicted(tokens, words, self._windows(words))

    def _windows(self, words: Words) -> list[tuple[int, int]]:
        """Windows that cover the words, cut at paragraphs where possible, each beginning in the one before it."""
        longest, context = self.sessions.config.longest, self.sessions.config.context
        breaks = numpy.flatnonzero(words.spacings >= LINE)
        windows: list[tuple[int, int]] = []
        start, size = 0, len(words)
        while True:
            end = min(size, start + longest)
            reach = int(numpy.searchsorted(words.offsets, words.offsets[start] + LONGEST_PIECES, side="right")) - 1
            end = max(start + 1, min(end, reach))
            if end < size:
                cut = int(numpy.searchsorted(breaks, end, side="right")) - 1
                if cut >= 0 and breaks[cut] > start + (end - start) * 2 // 3:
                    end = int(breaks[cut])
            windows.append((start, end))
            if end == size:
                return windows
            fresh = end if end - start <= 2 * context else end - context
            k = int(numpy.searchsorted(breaks, fresh, side="left"))
            if k < len(breaks) and breaks[k] <= end and fresh < end:
                fresh = int(breaks[k])
            start = max(start + 1, fresh)

    def set_annotations(self, docs: Iterable[Doc], predictions: Iterable[Predicted]) -> None:
        """Write sentences, tags, morphology, lemmas, trees and names; white space hangs on the word before it."""
        for doc, predicted in zip(docs, predictions, strict=True):
            if predicted.tokens:
                self._annotate(doc, predicted)
            elif len(doc):
                self._write(doc, predicted, {}, numpy.zeros(0, dtype=numpy.int64))

    def _annotate(self, doc: Doc, predicted: Predicted) -> None:
        owner = _owners(predicted.windows, len(predicted.words))
        windows, outputs = predicted.windows, predicted.outputs

        def gather(name: str) -> Any:
            return numpy.concatenate(
                [
                    output[name][owner[start:end] == i]
                    for i, ((start, end), output) in enumerate(zip(windows, outputs, strict=True))
                ]
            )

        layers = {name: gather(name) for name in ("tag", "pos", "morph", "lemma", "start", "name", "cue", "kind")}
        starts = layers["start"] > 0
        starts |= predicted.words.spacings == PARAGRAPH
        # A heading ends in no full stop; the layout knows that the line below it begins another sentence.
        begins = numpy.array([doc[i].idx for i in predicted.tokens])
        blocks = numpy.searchsorted(begins, [block.start for block in find_blocks(doc.text)])
        starts[blocks[blocks < len(starts)]] = True
        starts[0] = True
        sentences, heads, vectors = self._parse(windows, outputs, starts, layers["tag"])
        roots = heads == numpy.arange(len(heads))
        labels = self.sessions.label(*vectors)
        dep = numpy.where(roots, self._root, self._labels[labels])
        names = numpy.zeros(len(heads), dtype=numpy.int64)
        for start, end in sentences:
            names[start:end] = decode_names(layers["name"][start:end], self._name_tags)
        layers["name"], layers["dep"] = names, dep
        self._write(doc, predicted, layers, heads)
        doc.user_data[USER_DATA] = _keep_pointers(doc, predicted, owner, layers)

    def _parse(
        self, windows: list[tuple[int, int]], outputs: list[dict[str, Any]], starts: Any, tags: Any
    ) -> tuple[list[tuple[int, int]], Integers, tuple[Any, Any]]:
        """Sentences, each word's head, and the vectors of both ends of each arc (the root's arcs point at themselves)."""
        bounds = [*numpy.flatnonzero(starts).tolist(), len(starts)]
        queue = list(zip(bounds, bounds[1:], strict=False))[::-1]
        sentences: list[tuple[int, int]] = []
        heads = numpy.zeros(len(starts), dtype=numpy.int64)
        below, above = [], []
        while queue:
            start, end = queue.pop()
            best = max(range(len(windows)), key=lambda i: min(end, windows[i][1]) - max(start, windows[i][0]) + (
                1e-3 * min(start - windows[i][0], windows[i][1] - end, 400)))
            low, high = windows[best]
            if start < low or end > high:
                # No window holds the sentence: cut it where its best window ends.
                cut = high if low <= start else low
                queue += [(cut, end), (start, cut)]
                continue
            columns = numpy.r_[0, start - low + 1 : end - low + 1]
            scores = outputs[best]["arc"][start - low : end - low][:, columns]
            local = decode_tree(scores)
            heads[start:end] = numpy.where(local == 0, numpy.arange(start, end), start + local - 1)
            vectors = outputs[best]["words"]
            below.append(vectors[start - low : end - low])
            above.append(vectors[heads[start:end] - low])
            sentences.append((start, end))
        return sentences, heads, (numpy.concatenate(below), numpy.concatenate(above))

    def _write(self, doc: Doc, predicted: Predicted, layers: dict[str, Any], heads: Integers) -> None:
        size = len(doc)
        tokens = numpy.array(predicted.tokens, dtype=numpy.int64)
        strings = self.vocab.strings
        columns = {attr: numpy.zeros(size, dtype=numpy.uint64) for attr in (TAG, POS, MORPH, LEMMA, DEP, ENT_IOB, ENT_TYPE)}
        columns[TAG][:], columns[POS][:] = strings.add("_SP"), strings.add("SPACE")
        columns[DEP][:], columns[ENT_IOB][:] = strings.add("dep"), 2
        columns[MORPH][:] = self.vocab.morphology.add("")
        head = numpy.maximum(numpy.arange(size) - 1, 0)
        if len(tokens):
            # White space hangs on the word before it, at the start of the text on the first word.
            last = numpy.searchsorted(tokens, numpy.arange(size), side="right") - 1
            head = tokens[numpy.maximum(last, 0)]
            head[tokens] = tokens[heads]
            columns[TAG][tokens] = self._tags[layers["tag"]]
            columns[POS][tokens] = self._pos[layers["pos"]]
            columns[MORPH][tokens] = self._morphs[layers["morph"]]
            columns[DEP][tokens] = layers["dep"]
            rules = self.sessions.config.classes["lemma"]
            lemmas = [apply_rule(doc[i].text, rules[r]) for i, r in zip(predicted.tokens, layers["lemma"], strict=True)]
            columns[LEMMA][tokens] = [strings.add(lemma) for lemma in lemmas]
            tags = [self._name_tags[i] for i in layers["name"]]
            columns[ENT_IOB][tokens] = [{"O": 2, "B": 3, "I": 1}[tag[0]] for tag in tags]
            columns[ENT_TYPE][tokens] = [strings.add(tag[2:]) if tag != "O" else 0 for tag in tags]
        else:
            head[:] = 0
            columns[DEP][0] = self._root
        for i in numpy.flatnonzero(columns[LEMMA] == 0).tolist():
            columns[LEMMA][i] = strings.add(doc[i].text)
        _close_names(columns[ENT_IOB], columns[ENT_TYPE], tokens)
        relative = (head - numpy.arange(size)).astype(numpy.int64).view(numpy.uint64)
        attrs = [TAG, POS, MORPH, LEMMA, DEP, HEAD, ENT_IOB, ENT_TYPE]
        table = numpy.stack([relative if attr == HEAD else columns[attr] for attr in attrs], axis=1)
        doc.from_array(attrs, table)

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Copy the model's files into the folder `path`."""
        target = Path(path)
        target.mkdir(parents=True, exist_ok=True)
        for name in (CONFIG, *FILES):
            shutil.copyfile(self.sessions.folder / name, target / name)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "NewsEncoder":
        """Use the model in the folder `path` from now on."""
        self.sessions = Sessions(Path(path), self.sessions.threads)
        self._prepare()
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The folder of the model, as bytes: the files stay where they are."""
        return str(self.sessions.folder).encode("utf8", "surrogateescape")

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "NewsEncoder":
        """Use the model in the folder that `to_bytes` gave."""
        return self.from_disk(data.decode("utf8", "surrogateescape"))


def _owners(windows: list[tuple[int, int]], size: int) -> Integers:
    """For each word the window in which it stands farthest from an edge; owners never decrease."""
    owner = numpy.zeros(size, dtype=numpy.int64)
    for i in range(1, len(windows)):
        overlap_start, overlap_end = windows[i][0], windows[i - 1][1]
        owner[(overlap_start + overlap_end + 1) // 2 :] = i
    return owner


def _close_names(iob: Any, types: Any, tokens: Integers) -> None:
    """White space inside of a name belongs to it."""
    for before, after in zip(tokens, tokens[1:], strict=False):
        if after > before + 1 and iob[after] == 1:
            iob[before + 1 : after], types[before + 1 : after] = 1, types[after]


def _keep_pointers(doc: Doc, predicted: Predicted, owner: Integers, layers: dict[str, Any]) -> dict[str, Any]:
    """What the network says of who speaks, for the words that can ask: opening marks and pronouns.

    Gives "mention", "speaker" and "antecedent": lists of [token, [[target token or -1 for none, probability], …]],
    "kind": [token, probabilities of direct, mixed, term, title], and "cue": tokens of reporting words.
    """
    tokens = predicted.tokens
    tags = layers["tag"]
    kept: dict[str, Any] = {name: [] for name in POINTERS}
    kept["kind"] = []
    kept["cue"] = [tokens[i] for i in numpy.flatnonzero(layers["cue"] > 0).tolist()]
    for word, token in enumerate(tokens):
        text = doc[token].text
        asks = ("mention", "speaker") if _may_open(text) else ("antecedent",) if text.lower() in PRONOUNS else ()
        if not asks:
            continue
        start, _ = predicted.windows[owner[word]]
        output = predicted.outputs[owner[word]]
        if "speaker" in asks:
            kept["kind"].append([token, [round(float(x), 4) for x in _softmax(output["kind"][word - start])]])
        for name in asks:
            scores = _softmax(output[name][word - start])
            top = numpy.argsort(-scores)[:POINTED]
            kept[name].append(
                [token, [[tokens[start + int(t) - 1] if t else -1, round(float(scores[t]), 4)] for t in top]]
            )
    del tags
    return kept


def _may_open(text: str) -> bool:
    return text[0] in "\"“”„‟«»‘'`‹›「」『』" and not any(c.isalnum() for c in text)


def _softmax(scores: Any) -> Any:
    exponentials = numpy.exp(scores - scores.max())
    return exponentials / max(float(exponentials.sum()), math.ulp(0.0))


@Language.factory(
    "news_encoder",
    assigns=["token.tag", "token.pos", "token.morph", "token.lemma", "token.dep", "token.head", "token.ent_iob",
             "token.ent_type", "doc.ents", "doc.sents"],
    default_config={"model": None, "threads": 0},
)
def make_news_encoder(nlp: Language, name: str, model: str | None, threads: int) -> NewsEncoder:
    """Make the component; see `NewsEncoder`."""
    return NewsEncoder(nlp.vocab, name, model, threads)
