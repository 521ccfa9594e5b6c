"""Corpora with names only: wikigold, Broad Twitter, WNUT 2017 and re3d."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from quoteminer.training.corpora_formats import iob_spans, read_columns, spaces_after
from quoteminer.training.corpora_records import (
    TITLES,
    Document,
    TextBuilder,
    listed,
    longest_only,
    read_archive,
    trim_name,
)

__all__ = ["read_broad_twitter", "read_re3d", "read_wikigold", "read_wnut17"]

_COARSE = {"PER": "PERSON", "LOC": "PLACE", "ORG": "ORG"}
_WNUT = {"person": "PERSON", "location": "PLACE", "corporation": "ORG", "group": "ORG"}
_RE3D = {"Person": "PERSON", "Location": "PLACE", "Organisation": "ORG"}


def _append(
    builder: TextBuilder, forms: Sequence[str], tags: Sequence[str], label: Callable[[str], str | None]
) -> tuple[int, list[tuple[int, int, str]]]:
    """Write a block of tokens without spaces; gives where it starts and its names.

    User names ("@somebody") are no names; of a hashtag the name is what follows the mark.
    """
    spans = [builder.add(form, space) for form, space in zip(forms, spaces_after(forms), strict=True)]
    names = []
    for first, last, kind in iob_spans(tags, label):
        begin, end = trim_name(forms[first:last], kind)
        begin, end = first + begin, first + end
        if begin >= end or forms[begin].startswith("@") or (begin and forms[begin - 1] == "@"):
            continue
        start = spans[begin][0] + (1 if forms[begin].startswith("#") else 0)
        if start < spans[end - 1][1]:
            names.append((start, spans[end - 1][1], kind))
    return spans[0][0], names


def read_wikigold(corpora: Path) -> Iterator[Document]:
    """wikigold: pieces of Wikipedia articles; names in IO tags, so names of one label that touch are one."""
    ((_, content),) = read_archive(corpora / "wikigold.tar.xz", lambda path: path.endswith(".conll.txt"))
    for number, article in enumerate(content.split("-DOCSTART- O")):
        builder = TextBuilder()
        starts: list[int] = []
        names: list[tuple[int, int, str]] = []
        for forms, tags in read_columns(article):
            builder.separate(" ")
            start, found = _append(builder, forms, tags, _COARSE.get)
            starts.append(start)
            names += found
        if starts:
            text = builder.text()
            yield Document(f"{number:03}", "wikigold", "train", text, None, tuple(starts), longest_only(names))


def _posts(
    corpus: str, stem: str, content: str, split: Callable[[int, int], str], label: Callable[[str], str | None]
) -> Iterator[Document]:
    blocks = list(read_columns(content))
    for number, (forms, tags) in enumerate(blocks):
        builder = TextBuilder()
        _, names = _append(builder, forms, tags, label)
        text = builder.text()
        yield Document(f"{stem}-{number:04}", corpus, split(number, len(blocks)), text, names=longest_only(names))


def read_broad_twitter(corpora: Path) -> Iterator[Document]:
    """The Broad Twitter Corpus, one document a tweet; its splits: F is test, the second half of H dev."""
    for path, content in read_archive(corpora / "broad_twitter.tar.xz", lambda path: path.endswith(".conll")):
        stem = PurePosixPath(path).stem

        def split(number: int, count: int, stem: str = stem) -> str:
            return "test" if stem == "f" else "dev" if stem == "h" and number >= count // 2 else "train"

        yield from _posts("broad_twitter", stem, content, split, _COARSE.get)


def _whole(split: str, number: int, count: int) -> str:
    return split


def read_wnut17(corpora: Path) -> Iterator[Document]:
    """WNUT 2017 (emerging entities), one document a post."""
    files = {path.rpartition("/")[2]: text for path, text in read_archive(corpora / "wnut17.tar.xz")}
    for split, file in (
        ("train", "wnut17train.conll"),
        ("dev", "emerging.dev.conll"),
        ("test", "emerging.test.annotated"),
    ):
        yield from _posts("wnut17", split, files[file], partial(_whole, split), _WNUT.get)


_PART = re.compile(r"\w[\w.&'’-]*\w\.?|\w\.?")
_SMALL = listed("of the and for in on al de el bin ibn to")
_PRONOUNS = listed(
    """
    i we he she they you it our us his her their its him them who my your this that these those both all one
    some
    """
)
_PEOPLE = listed(
    """
    iraqi iraqis syrian syrians french russian russians american americans turkish kurdish kurds arab british
    german iranian australian australians canadian sunni shia shi'a christian christians muslim muslims yezidi
    yezidis yazidis islamic western european jordanians iraqi-led us-led u.s.-led russian-led coalition-led
    """
)


def re3d_name(value: str, label: str) -> tuple[int, int] | None:
    """Where the proper name stands in a mention of re3d, which marks nominal mentions too; None if it has none.

    The name is the last run of capitalised words of the mention; what is headed by a common noun ("Iraqi forces",
    "the Mosul area") is no name, except where a name comes first and "of" follows ("Government of Iraq").
    """
    parts = list(_PART.finditer(value))
    while parts and parts[0][0].lower() in {"the", "a", "an"}:
        parts = parts[1:]
    while parts and label == "PERSON" and parts[0][0].lower().rstrip(".") in {"mr", "mrs", "ms", "dr"}:
        parts = parts[1:]
    high = len(parts)
    while high and parts[high - 1][0] in {"'s", "’s"}:
        high -= 1
    if not high or not parts[high - 1][0][:1].isupper():
        return None
    low = high
    while low and (parts[low - 1][0][:1].isupper() or parts[low - 1][0][:1].isdigit() or parts[low - 1][0] in _SMALL):
        low -= 1
    if low:
        # "the city of Mosul": the capitalised end is the name of a place; elsewhere a name of something else.
        common = [part[0] for part in parts[:low]]
        if label != "PLACE" and not (label == "PERSON" and all(part.islower() for part in common)):
            return None
    if "," in value or "\n" in value:
        return None
    begin, end = trim_name([part[0] for part in parts[low:high]], label)
    parts = parts[low:high][begin:end]
    while parts and (parts[0][0] in _SMALL - {"al"} or (len(parts) > 1 and label == "PERSON" and _people(parts[0][0]))):
        parts = parts[1:]
    if label == "PERSON":
        roles = [index for index, part in enumerate(parts) if part[0].lower().rstrip(".") in TITLES]
        parts = parts[roles[-1] + 1 :] if roles else parts
    words = [part[0].lower() for part in parts]
    if not parts or words[0] in _PRONOUNS or (len(parts) == 1 and _people(words[0])):
        return None
    last = re.sub(r"['’]s$", "", parts[-1][0])
    return parts[0].start(), parts[-1].start() + len(last)


def _people(word: str) -> bool:
    return word.lower() in _PEOPLE


def read_re3d(corpora: Path) -> Iterator[Document]:
    """re3d: press releases and encyclopedia pieces on Syria and Iraq; of its mentions, those that are names.

    A name that is annotated once is annotated wherever it stands in the document, since the corpus marks many
    repeated names only in part.
    """
    files = dict(read_archive(corpora / "re3d.tar.xz", lambda path: path.endswith(("documents.json", "entities.json"))))
    for path in [path for path in files if path.endswith("documents.json")]:
        marked: dict[str, list[tuple[int, int, str]]] = {}
        for line in files[path.replace("documents", "entities")].splitlines():
            if line.strip():
                row = json.loads(line)
                label = _RE3D.get(row["type"])
                found = re3d_name(row["value"], label) if label else None
                if label and found:
                    start = row["begin"]
                    span = (start + found[0], start + found[1], label)
                    marked.setdefault(row["documentId"], []).append(span)
        for line in files[path].splitlines():
            if line.strip():
                row = json.loads(line)
                text: str = row["text"]
                names = [name for name in marked.get(row["_id"], []) if _bounded(text, name[0], name[1])]
                yield Document(row["_id"], "re3d", "train", text, names=longest_only(_everywhere(text, names)))


def _bounded(text: str, start: int, end: int) -> bool:
    inside = 0 <= start < end <= len(text) and not text[start].isspace() and not text[end - 1].isspace()
    return inside and not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum()


def _everywhere(text: str, names: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    labels: dict[str, list[str]] = {}
    for start, end, label in names:
        labels.setdefault(text[start:end], []).append(label)
    found = []
    for form, given in labels.items():
        label = max(sorted(set(given)), key=given.count)
        for match in re.finditer(re.escape(form), text):
            if _bounded(text, match.start(), match.end()) and text[match.start() - 1 : match.start()] not in {"-", "‑"}:
                found.append((match.start(), match.end(), label))
    return found
