"""Corpora with trees: EWT (names from UNER), GUM, AMALGUM and PUD."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from quoteminer.training.corpora_formats import (
    Sentence,
    build_words,
    iob_spans,
    opening_marks,
    parse_conllu,
    spaces_after,
    webanno_clusters,
)
from quoteminer.training.corpora_gum import find_name, read_mentions
from quoteminer.training.corpora_records import (
    Document,
    Overlap,
    TextBuilder,
    Word,
    longest_only,
    read_archive,
    trim_name,
)

__all__ = ["read_amalgum", "read_ewt", "read_gum", "read_pud"]

_UNER = {"PER": "PERSON", "LOC": "PLACE", "ORG": "ORG"}
Names = tuple[tuple[int, int, str], ...]
Layout = tuple[str, tuple[Word, ...], tuple[int, ...], list[dict[int, tuple[int, int]]]]


def lay_out(sentences: Sequence[Sentence], spaces: Sequence[Sequence[bool]] | None = None) -> Layout:
    """Text, words, sentence starts and, for each sentence, where each word number stands.

    Args:
        sentences: The sentences of a document.
        spaces: The space after each word, where the files do not say.
    """
    builder = TextBuilder()
    words: list[Word] = []
    starts: list[int] = []
    places = []
    for index, sentence in enumerate(sentences):
        builder.separate("\n\n" if sentence.new_paragraph else " ")
        more, where = build_words(sentence, builder, len(words), spaces[index] if spaces else None)
        words += more
        starts.append(where[sentence.words[0].first][0])
        places.append(where)
    return builder.text(), tuple(words), tuple(starts), places


def _uner(text: str) -> dict[str, tuple[list[str], list[str]]]:
    """Tokens and tags of an IOB2 file of Universal NER by sent_id, and by text (PUD's ids differ)."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    current: tuple[list[str], list[str]] = ([], [])
    for line in text.split("\n"):
        if line.startswith("# sent_id"):
            current = found[line.partition("=")[2].strip()] = ([], [])
        elif line.startswith("# text = "):
            found.setdefault(line.partition("=")[2].strip(), current)
        elif line[:1].isdigit():
            row = line.split("\t")
            if row[0].isdigit():
                current[0].append(row[1])
                current[1].append(row[2])
    return found


def _documents(sentences: Iterator[Sentence]) -> Iterator[tuple[str, list[Sentence]]]:
    """Sentences by document; where there are no ids, under the number of the document."""
    name = ""
    held: list[Sentence] = []
    for sentence in sentences:
        if "newdoc id" in sentence.comments or "newdoc" in sentence.comments:
            if held:
                yield name, held
            name, held = sentence.comments.get("newdoc id", ""), []
        held.append(sentence)
    if held:
        yield name, held


def _with_names(corpus: str, split: str, trees: str, iob: str) -> Iterator[Document]:
    tagged = _uner(iob)
    for name, all_sentences in _documents(parse_conllu(trees)):
        sentences = []
        for sentence in all_sentences:
            forms, tags = tagged.get(sentence.comments["sent_id"]) or tagged.get(sentence.comments["text"], ([], []))
            if forms == [word.form for word in sentence.words]:
                sentences.append((sentence, tags))
        if not sentences:
            continue
        text, words, starts, places = lay_out([sentence for sentence, _ in sentences])
        names = []
        for (sentence, tags), where in zip(sentences, places, strict=True):
            forms = [word.form for word in sentence.words]
            for first, last, label in iob_spans(tags, _UNER.get):
                begin, end = trim_name(forms[first:last], label)
                if begin < end:
                    numbers = sentence.words[first + begin].first, sentence.words[first + end - 1].first
                    names.append((where[numbers[0]][0], where[numbers[1]][1], label))
        yield Document(name, corpus, split, text, words, starts, longest_only(names))


def read_ewt(corpora: Path) -> Iterator[Document]:
    """UD English EWT (web text) with the names of Universal NER, in its official splits.

    Sentences whose tokens differ between the two, 20 in all, are left out.
    """
    trees = dict(read_archive(corpora / "ud_english_ewt.tar.xz", lambda path: path.endswith(".conllu")))
    iobs = dict(read_archive(corpora / "uner_english_ewt.tar.xz", lambda path: path.endswith(".iob2")))
    for split in ("train", "dev", "test"):
        yield from _with_names(
            "ewt", split, trees[f"ud_english_ewt/{split}.conllu"], iobs[f"uner_english_ewt/{split}.iob2"]
        )


def read_pud(corpora: Path) -> Iterator[Document]:
    """UD English PUD with the names of Universal NER: for measuring only, so all of it is "test"."""
    files = dict(read_archive(corpora / "pud_eval.tar.xz", lambda path: path.endswith((".conllu", ".iob2"))))
    stem = "pud_eval/en_pud-ud-test"
    yield from _with_names("pud", "test", files[f"{stem}.conllu"], files[f"{stem}.iob2"])


def _splits(text: str) -> dict[str, str]:
    split, found = "train", {}
    for line in text.split("\n"):
        if line.startswith("## "):
            split = line[3:].strip()
        elif line.strip().startswith("* "):
            found[line.strip()[2:].strip()] = split
    return found


def read_gum(corpora: Path, held_out: Overlap | None = None) -> Iterator[Document]:
    """GUM's open genres: trees, names and coreference.

    Args:
        corpora: Folder of the archives.
        held_out: Texts that no document for training may repeat.
    """
    wanted = (".conllu", "splits.md")
    files = dict(read_archive(corpora / "gum_open.tar.xz", lambda path: path.endswith(wanted)))
    splits = _splits(files.pop("gum_open/splits.md"))
    for path, content in files.items():
        name = PurePosixPath(path).stem
        sentences = list(parse_conllu(content))
        text, words, starts, places = lay_out(sentences)
        names = []
        clusters: dict[str, set[tuple[int, int]]] = {}
        for mention in read_mentions(sentences):
            where = places[mention.sentence]
            span = (where[mention.first][0], where[mention.last][1])
            clusters.setdefault(mention.entity, set()).add(span)
            found = find_name(mention, sentences[mention.sentence])
            if found is not None:
                names.append((where[found[0]][0], where[found[1]][1], found[2]))
        chains = tuple(sorted(tuple(sorted(spans)) for spans in clusters.values() if len(spans) > 1))
        split = splits[name]
        if split == "train" and held_out is not None and held_out.find(text) is not None:
            continue
        yield Document(name, "gum", split, text, words, starts, longest_only(names), chains)


_ENDED = re.compile(r"[.?!:;,…\"”’')\]]$")


def read_amalgum(corpora: Path, *held_out: Overlap) -> Iterator[Document]:
    """AMALGUM's Wikinews articles and interviews: automatic trees and coreference, no names.

    The files have no spaces and no paragraphs: the text is put together by `spaces_after`, and a line that ends
    without punctuation (a headline, a date) is taken for a paragraph.

    Args:
        corpora: Folder of the archives.
        held_out: Texts of which documents are left out.
    """
    files = dict(read_archive(corpora / "amalgum_wikinews.tar.xz"))
    for path in [path for path in files if path.endswith(".conllu")]:
        name = PurePosixPath(path).stem
        sentences = list(parse_conllu(files.pop(path)))
        spaces = []
        open_quote = False
        for index, sentence in enumerate(sentences):
            forms = [word.form for word in sentence.words]
            spaces.append(spaces_after(forms, [word.tag for word in sentence.words], open_quote))
            _, open_quote = opening_marks(forms, open_quote)
            if not _ENDED.search(forms[-1]):
                open_quote = False
                if index + 1 < len(sentences):
                    sentences[index + 1].comments["newpar"] = ""
        text, words, starts, places = lay_out(sentences, spaces)
        if any(texts.find(text) is not None for texts in held_out):
            continue
        flat = [where[word.first] for sentence, where in zip(sentences, places, strict=True) for word in sentence.words]
        chains = []
        for cluster in webanno_clusters(files.pop(path.replace("/dep/", "/tsv/").replace(".conllu", ".tsv"))):
            spans = {(flat[first][0], flat[last][1]) for first, last in cluster if last < len(flat)}
            if len(spans) > 1:
                chains.append(tuple(sorted(spans)))
        yield Document(name, "amalgum", "train", text, words, starts, None, tuple(sorted(chains)))
