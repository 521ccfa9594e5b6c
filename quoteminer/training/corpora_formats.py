"""The file formats of the corpora: CoNLL-U, IOB columns, WebAnno TSV, and text without its spaces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from quoteminer.training.corpora_records import TextBuilder, Word, listed

__all__ = [
    "Sentence",
    "Token",
    "build_words",
    "iob_spans",
    "opening_marks",
    "parse_conllu",
    "read_columns",
    "spaces_after",
    "webanno_clusters",
]


@dataclass(frozen=True, slots=True)
class Token:
    """One row of CoNLL-U: a word, or the surface of several (`last` beyond `first`)."""

    first: int
    last: int
    form: str
    lemma: str
    pos: str
    tag: str
    morph: str
    head: int
    dep: str
    misc: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of CoNLL-U: comments by key, words in order, surface ranges by their first word."""

    comments: dict[str, str]
    words: list[Token]
    ranges: dict[int, Token]

    @property
    def new_paragraph(self) -> bool:
        """Whether a paragraph starts here."""
        return any(key.startswith("newpar") for key in self.comments)


def parse_conllu(text: str) -> Iterator[Sentence]:
    """The sentences of a CoNLL-U file; empty nodes (``8.1``) are left out."""
    sentence = Sentence({}, [], {})
    for line in (*text.split("\n"), ""):
        if not line.strip():
            if sentence.words:
                yield sentence
            sentence = Sentence({}, [], {})
        elif line.startswith("#"):
            key, _, value = line[1:].partition("=")
            sentence.comments[key.strip()] = value.strip()
        else:
            row = line.split("\t")
            if "." in row[0]:
                continue
            first, _, last = row[0].partition("-")
            misc = {} if row[9] == "_" else dict(part.partition("=")[::2] for part in row[9].split("|"))
            head = int(row[6]) if row[6].isdigit() else 0
            lemma = row[1] if row[2] in {"_", "@card@", "@ord@", "<unknown>"} else row[2]
            tag, morph = ("" if column == "_" else column for column in (row[4], row[5]))
            token = Token(int(first), int(last or first), row[1], lemma, row[3], tag, morph, head, row[7], misc)
            if last:
                sentence.ranges[token.first] = token
            else:
                sentence.words.append(token)


def _slices(token: Token, words: Sequence[Token], start: int) -> dict[int, tuple[int, int]]:
    """Where each of the words under one surface form stands; only their head where the forms do not add up."""
    if sum(len(word.form) for word in words) == len(token.form):
        found = {}
        for word in words:
            found[word.first] = (start, start + len(word.form))
            start += len(word.form)
        return found
    top = next(word for word in words if not token.first <= word.head <= token.last)
    return {top.first: (start, start + len(token.form))}


def build_words(
    sentence: Sentence, builder: TextBuilder, offset: int, spaces: Sequence[bool] | None = None
) -> tuple[list[Word], dict[int, tuple[int, int]]]:
    """Append a sentence to a text.

    Args:
        sentence: The sentence.
        builder: Where its surface is written.
        offset: How many words the document has so far.
        spaces: For each word whether a space follows; by default the file's own SpaceAfter.

    Returns:
        Its words, and the (start, end) of every word number; a number under a surface form that cannot be
        sliced has the span of the whole form.
    """
    spans: dict[int, tuple[int, int]] = {}
    merged: dict[int, int] = {}
    covered = 0
    for index, word in enumerate(sentence.words):
        if word.first <= covered:
            continue
        surface = sentence.ranges.get(word.first, word)
        space = surface.misc.get("SpaceAfter") != "No" if spaces is None else spaces[index]
        start, end = builder.add(surface.form, space)
        covered = surface.last
        if surface is word:
            spans[word.first] = (start, end)
            continue
        inside = [other for other in sentence.words if surface.first <= other.first <= surface.last]
        kept = _slices(surface, inside, start)
        spans |= kept
        merged |= {other.first: next(iter(kept)) for other in inside if other.first not in kept}
    numbers = {first: offset + index for index, first in enumerate(sorted(spans))}
    words = []
    for word in sentence.words:
        if word.first in spans:
            head = numbers[merged.get(word.head, word.head) if word.head else word.first]
            start, end = spans[word.first]
            words.append(Word(start, end, word.tag, word.pos, word.morph, word.lemma, head, word.dep))
    return words, spans | {lost: spans[kept_as] for lost, kept_as in merged.items()}


def iob_spans(tags: Sequence[str], label: Callable[[str], str | None]) -> list[tuple[int, int, str]]:
    """Names as (first token, last token + 1, label) from B-/I-/O tags.

    Args:
        tags: One tag a token; an I- that continues nothing starts a name (so IO tags can be read too).
        label: The name's label for a tag's type, None where it is none of ours.
    """
    spans: list[tuple[int, int, str]] = []
    current = ""
    for index, tag in enumerate(tags):
        prefix, _, kind = tag.partition("-")
        ours = label(kind) if kind else None
        if ours is not None and prefix == "I" and kind == current:
            spans[-1] = (spans[-1][0], index + 1, ours)
        elif ours is not None:
            spans.append((index, index + 1, ours))
        current = kind if ours is not None else ""
    return spans


def read_columns(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """Blocks of "form tag" lines, set apart by empty lines, as (forms, tags)."""
    forms: list[str] = []
    tags: list[str] = []
    for line in (*text.split("\n"), ""):
        row = line.split()
        if len(row) >= 2:
            forms.append(row[0])
            tags.append(row[-1])
        elif not row and forms:
            yield forms, tags
            forms, tags = [], []


_CLITIC = re.compile(r"(n['’]t|['’](s|re|ve|m|d|ll))$", re.IGNORECASE)
_BEFORE_NONE = listed(", . ; : ! ? ) ] } % … ... ” '' °")
_AFTER_NONE = listed("( [ { $ £ € # @ ¿ ¡ “ ‘ `` / US$")
_PAIRS = frozenset({("can", "not"), ("gon", "na"), ("wan", "na"), ("got", "ta"), ("gim", "me")})
_ENDINGS = listed("s t m d re ve ll")


def opening_marks(forms: Sequence[str], open_quote: bool = False) -> tuple[dict[int, bool], bool]:
    """Which straight double quotation marks of a sentence open, by token, and whether a quotation goes on after it.

    A mark opens at the start of the sentence and after a bracket, closes at its end, and takes turns between.
    """
    roles = {}
    for i, form in enumerate(forms):
        if form == '"':
            starts = i == 0 and len(forms) > 1
            open_quote = i + 1 < len(forms) and (starts or not open_quote or forms[i - 1] in {"(", "["})
            roles[i] = open_quote
    return roles, open_quote


def spaces_after(forms: Sequence[str], tags: Sequence[str] | None = None, open_quote: bool = False) -> list[bool]:
    """For each token of a sentence whether a space followed it, for corpora that lost their spaces.

    Args:
        forms: The tokens.
        tags: Their Penn Treebank tags, if known.
        open_quote: Whether a quotation goes on from the sentence before.
    """
    count = len(forms)
    marks, _ = opening_marks(forms, open_quote)
    before = [True] * count
    after = [True] * count
    for i, form in enumerate(forms):
        tag = tags[i] if tags else ""
        previous, following = (forms[i - 1] if i else ""), (forms[i + 1] if i + 1 < count else "")
        if form == '"':
            (after if marks[i] else before)[i] = False
        elif form in {"'", "’", "`", "´"}:
            if following.lower() in _ENDINGS and i:
                before[i] = after[i] = False
            else:
                opens = tag == "``" if tag in {"``", "''", "POS"} else form == "`" or not previous.endswith("s")
                (after if opens and following else before)[i] = False
        elif form in _BEFORE_NONE or _CLITIC.match(form):
            before[i] = False
        elif form in _AFTER_NONE:
            after[i] = False
            before[i] = form != "/"
        elif (form == "-" and tag == "HYPH") or (form in "-–" and previous[-1:].isdigit() and following[:1].isdigit()):
            before[i] = after[i] = False
        elif (previous.lower(), form.lower()) in _PAIRS:
            before[i] = False
    return [after[i] and (i + 1 == count or before[i + 1]) for i in range(count)]


_MENTION = re.compile(r"([^\[]+)(?:\[(\d+)\])?$")
_LINK = re.compile(r"(\d+-\d+)(?:\[(\d+)_(\d+)\])?$")


def webanno_clusters(text: str) -> list[list[tuple[int, int]]]:
    """Coreference clusters of a WebAnno TSV file, as (first, last) token numbers of each mention, from 0.

    A mention of one token may have no number, so it goes by its token; chains are joined over the relations
    ``coref``, ``ana``, ``cata`` and ``appos``.
    """
    spans: dict[str, list[int]] = {}
    links: list[tuple[str, str]] = []
    number = -1
    for line in text.split("\n"):
        row = line.split("\t")
        if len(row) < 7 or line.startswith("#"):
            continue
        number += 1
        for mention in row[3].split("|") if row[3] != "_" else ():
            match = _MENTION.match(mention)
            key = match[2] if match and match[2] else row[0]
            spans.setdefault(key, [number, number])[1] = number
        for kind, link in zip(row[5].split("|"), row[6].split("|"), strict=False):
            match = _LINK.match(link)
            if match and kind in {"coref", "ana", "cata", "appos"}:
                there = match[2] if match[2] and match[2] != "0" else match[1]
                here = match[3] if match[3] and match[3] != "0" else row[0]
                links.append((here, there))
    parent = {key: key for key in spans}

    def root(key: str) -> str:
        while parent[key] != key:
            parent[key] = key = parent[parent[key]]
        return key

    for here, there in links:
        if here in parent and there in parent:
            parent[root(there)] = root(here)
    clusters: dict[str, set[tuple[int, int]]] = {}
    for key, (first, last) in spans.items():
        clusters.setdefault(root(key), set()).add((first, last))
    return sorted(sorted(mentions) for mentions in clusters.values() if len(mentions) > 1)
