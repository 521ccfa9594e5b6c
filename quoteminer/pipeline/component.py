"""The spaCy component `news_encoder`: sentences, tags, lemmas, trees and names of English news from one encoder."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy
from spacy.attrs import (  # type: ignore[import-not-found]
    DEP,
    ENT_IOB,
    ENT_TYPE,
    HEAD,
    LEMMA,
    MORPH,
    POS,
    TAG,
)
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from quoteminer.layout import find_blocks
from quoteminer.lexicon import load_lexicon
from quoteminer.pipeline.decode import Integers
from quoteminer.pipeline.features import PARAGRAPH, Words
from quoteminer.pipeline.lemmas import Lemmas, Lemmatizer
from quoteminer.pipeline.names import agree, scheme_of
from quoteminer.pipeline.prediction import POINTERS, Asking, Predicted, predict
from quoteminer.pipeline.sentences import Glued
from quoteminer.pipeline.session import CONFIG, FILES, PACKAGED, Sessions
from quoteminer.pipeline.threads import free_cores, in_order

USER_DATA = "news_encoder"
ATTRIBUTES = [TAG, POS, MORPH, LEMMA, DEP, HEAD, ENT_IOB, ENT_TYPE]


@dataclass(frozen=True)
class Annotation:
    """What is to be written on a Doc: `tokens` holds the indices of those that are no white space, the words."""

    tokens: Integers
    texts: list[str]
    predicted: Predicted | None


@dataclass(frozen=True)
class Asked:
    """What the network is asked of a Doc, which it need not see itself.

    Attributes:
        tokens, texts: as in `Annotation`.
        words: the texts in pieces; None where there is none.
        begins: where a sentence begins for sure.
    """

    tokens: Integers
    texts: list[str]
    words: Words | None = None
    begins: Any = None


class NewsEncoder:
    """Runs the model once over a Doc and writes every layer.

    Args:
        vocab: the pipeline's vocabulary.
        name: the component's name in the pipeline.
        model: folder of the model; None for the one in the package.
        threads: how many Docs of a stream are worked at once; 0 takes every core in the main process, up to eight, and
            one in a worker process.

    Raises:
        ModelError: a file of the model is missing, cut short or of another version.
    """

    def __init__(self, vocab: Vocab, name: str, model: str | None, threads: int) -> None:
        self.vocab, self.name, self.threads = vocab, name, threads
        self._use(Sessions(Path(model) if model else PACKAGED))

    def _use(self, sessions: Sessions) -> None:
        self.sessions = sessions
        classes = sessions.config.classes
        strings, morphology = self.vocab.strings, self.vocab.morphology
        self._tags = numpy.array([strings.add(x) for x in classes["tag"]], dtype=numpy.uint64)
        self._pos = numpy.array([strings.add(x) for x in classes["pos"]], dtype=numpy.uint64)
        self._labels = numpy.array([strings.add(x) for x in classes["label"]], dtype=numpy.uint64)
        self._morphs = numpy.array([morphology.add(x) for x in classes["morph"]], dtype=numpy.uint64)
        self._iob = numpy.array([{"O": 2, "B": 3, "I": 1}[x[0]] for x in classes["name"]], dtype=numpy.uint64)
        self._types = numpy.array([strings.add(x[2:]) if x[2:] else 0 for x in classes["name"]], dtype=numpy.uint64)
        self._root, self._space_dep = strings.add("ROOT"), strings.add("dep")
        self._space_tag, self._space_pos = strings.add("_SP"), strings.add("SPACE")
        self._no_morph = morphology.add("")
        self._to, self._preposition, self._adposition = strings.add("TO"), strings.add("IN"), strings.add("ADP")
        self._scheme = scheme_of(tuple(classes["name"]))
        self._lemmatizer = Lemmatizer(Lemmas.from_json(sessions.config.lemmas), classes["tag"])

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one Doc."""
        self.set_annotations([doc], self.predict([doc]))
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Annotate a stream of Docs, several at once where there are threads; `batch_size` changes nothing."""
        threads = self.threads or free_cores()
        if threads == 1:
            yield from map(self, stream)
            return
        asked = ((doc, self._ask(doc)) for doc in stream)
        with closing(in_order(asked, lambda pair: self._predict(pair[1]), threads)) as answers:
            for (doc, _), annotation in answers:
                self.set_annotations([doc], [annotation])
                yield doc

    def predict(self, docs: Iterable[Doc]) -> list[Annotation]:
        """What the network says of each Doc; the Docs stay as they are."""
        return [self._predict(self._ask(doc)) for doc in docs]

    def _ask(self, doc: Doc) -> Asked:
        texts = [token.text for token in doc]
        tokens = [i for i, text in enumerate(texts) if not text.isspace()]
        if not tokens:
            return Asked(numpy.zeros(0, dtype=numpy.int64), [])
        spaces = [" " if space else "" for space in doc.to_array("SPACY").tolist()]
        gaps = ["\n\n"]
        for before, i in pairwise(tokens):
            between = "" if i == before + 1 else "".join(texts[before + 1 : i])
            gaps.append(spaces[before] + between)
        texts = [texts[i] for i in tokens]
        words = self.sessions.pieces.encode(texts, gaps)
        indices = numpy.array(tokens, dtype=numpy.int64)
        return Asked(indices, texts, words, _sure_starts(doc, indices, words))

    def _predict(self, asked: Asked) -> Annotation:
        """Run the network; any thread may, since the pipeline's vocabulary is not touched."""
        if asked.words is None:
            return Annotation(asked.tokens, asked.texts, None)
        glued = Glued.of(asked.texts, asked.words.spacings)
        predicted = predict(self.sessions, asked.words, asked.begins, glued, Asking.of(asked.texts))
        starts = numpy.array(predicted.starts, dtype=numpy.int64)
        tagged, titles = predicted.layers["name"], load_lexicon().honorifics
        predicted.layers["name"] = agree(asked.texts, tagged, predicted.names, starts, self._scheme, titles)
        return Annotation(asked.tokens, asked.texts, predicted)

    def set_annotations(self, docs: Iterable[Doc], annotations: Iterable[Annotation]) -> None:
        """Write sentences, tags, morphology, lemmas, trees and names; white space hangs on the word before it."""
        for doc, annotation in zip(docs, annotations, strict=True):
            if len(doc):
                self._write(doc, annotation)
            if annotation.predicted is not None:
                doc.user_data[USER_DATA] = _kept(annotation.predicted, annotation.tokens)

    def _write(self, doc: Doc, annotation: Annotation) -> None:
        size, tokens, strings = len(doc), annotation.tokens, self.vocab.strings
        columns: dict[int, Any] = {attr: numpy.zeros(size, dtype=numpy.uint64) for attr in ATTRIBUTES}
        columns[TAG][:], columns[POS][:] = self._space_tag, self._space_pos
        columns[DEP][:], columns[MORPH][:], columns[ENT_IOB][:] = self._space_dep, self._no_morph, 2
        own = numpy.arange(size)
        if annotation.predicted is None:
            head = numpy.zeros(size, dtype=numpy.int64)
            columns[DEP][0] = self._root
        else:
            layers = annotation.predicted.layers
            # White space hangs on the word before it, at the start of the text on the first word.
            head = tokens[numpy.maximum(numpy.searchsorted(tokens, own, side="right") - 1, 0)]
            head[tokens] = tokens[layers["head"]]
            tags, pos = self._tags[layers["tag"]], self._pos[layers["pos"]]
            # AMALGUM has TO for every "to"; in EWT and GUM, whose tags these are, the preposition is IN.
            tags[(tags == self._to) & (pos == self._adposition)] = self._preposition
            columns[TAG][tokens], columns[POS][tokens] = tags, pos
            columns[MORPH][tokens] = self._morphs[layers["morph"]]
            columns[DEP][tokens] = numpy.where(head[tokens] == tokens, self._root, self._labels[layers["label"]])
            columns[LEMMA][tokens] = [strings.add(x) for x in self._lemmatizer(annotation.texts, layers["tag"])]
            columns[ENT_IOB][tokens] = self._iob[layers["name"]]
            columns[ENT_TYPE][tokens] = self._types[layers["name"]]
        for i in numpy.flatnonzero(columns[LEMMA] == 0).tolist():
            columns[LEMMA][i] = strings.add(doc[i].text)
        _close_names(columns[ENT_IOB], columns[ENT_TYPE], tokens)
        columns[HEAD] = (head - own).view(numpy.uint64)
        table: Any = numpy.stack([columns[attr] for attr in ATTRIBUTES], axis=1)
        doc.from_array(ATTRIBUTES, table)

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Copy the model's files into the folder `path`."""
        target = Path(path)
        target.mkdir(parents=True, exist_ok=True)
        for name in (CONFIG, *FILES):
            shutil.copyfile(self.sessions.folder / name, target / name)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "NewsEncoder":
        """Use the model in the folder `path` from now on."""
        self._use(Sessions(Path(path)))
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The folder of the model, as bytes: the files stay where they are."""
        return str(self.sessions.folder).encode("utf8", "surrogateescape")

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "NewsEncoder":
        """Use the model in the folder that `to_bytes` gave."""
        return self.from_disk(data.decode("utf8", "surrogateescape"))


def _sure_starts(doc: Doc, tokens: Integers, words: Words) -> Any:
    """Where sentences begin whatever the network says: at paragraphs, and below a heading, which has no full stop."""
    begins = words.spacings == PARAGRAPH
    starts = doc.to_array("IDX")[tokens].astype(numpy.int64)
    blocks = numpy.searchsorted(starts, [block.start for block in find_blocks(doc.text)])
    begins[blocks[blocks < len(begins)]] = True
    begins[0] = True
    return begins


def _close_names(iob: Any, types: Any, tokens: Integers) -> None:
    """White space inside of a name belongs to it."""
    inside = numpy.flatnonzero((numpy.diff(tokens) > 1) & (iob[tokens[1:]] == 1)) if len(tokens) else tokens
    for before, after in zip(tokens[inside], tokens[inside + 1], strict=True):
        iob[before + 1 : after], types[before + 1 : after] = 1, types[after]


def _kept(predicted: Predicted, tokens: Integers) -> dict[str, Any]:
    """What the network says of who speaks, for the tokens that can ask: opening marks, pronouns, definite nouns.

    Gives "mention", "speaker" and "antecedent": lists of [token, [[target token or -1 for none, probability], …]],
    "kind": [token, probabilities of direct, mixed, term, title], and "cue": tokens of reporting words.
    """
    index = tokens.tolist()
    kept: dict[str, Any] = {
        name: [
            [index[word], [[index[target] if target >= 0 else -1, share] for target, share in targets]]
            for word, targets in predicted.pointers[name]
        ]
        for name in POINTERS
    }
    kept["kind"] = [[index[word], shares] for word, shares in predicted.kinds]
    kept["cue"] = [index[word] for word in predicted.cues]
    return kept


@Language.factory(
    "news_encoder",
    assigns=[
        "token.tag",
        "token.pos",
        "token.morph",
        "token.lemma",
        "token.dep",
        "token.head",
        "token.ent_iob",
        "token.ent_type",
        "doc.ents",
        "doc.sents",
    ],
    default_config={"model": None, "threads": 0},
)
def make_news_encoder(nlp: Language, name: str, model: str | None, threads: int) -> NewsEncoder:
    """Make the component; see `NewsEncoder`."""
    return NewsEncoder(nlp.vocab, name, model, threads)
