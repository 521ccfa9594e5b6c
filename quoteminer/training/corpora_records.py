"""The uniform record that every corpus is read into, and the parts that all readers share."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

__all__ = [
    "TITLES",
    "Document",
    "Overlap",
    "Quotation",
    "TextBuilder",
    "Word",
    "check",
    "listed",
    "longest_only",
    "read_archive",
    "trim_name",
]


def listed(words: str) -> frozenset[str]:
    """The set of the words of a list that is written as text."""
    return frozenset(words.split())


TITLES = listed(
    """
    mr mrs ms miss mx dr doctor prof professor sir dame lord lady baron baroness president vice prime minister
    premier chancellor king queen prince princess emperor pope saint father mother brother sister bishop
    archbishop cardinal rev reverend rabbi imam sheikh shaikh sheik ayatollah mullah senator sen representative
    rep congressman congresswoman governor gov mayor judge justice general gen colonel col major maj captain
    capt lieutenant lt sergeant sgt corporal private admiral commander cmdr officer secretary ambassador
    director chairman chairwoman chief chef coach mom mum dad daddy mommy mama papa grandma grandpa aunt uncle
    detective inspector constable agent hon honorable honourable madam madame ma'am attorney deputy speaker
    councillor councilman spokesman spokeswoman spokesperson earl duke duchess count countess protector chair
    envoy petitioner respondent fellow counsel advisor adviser plaintiff defendant appellant appellee
    """
)
ARTICLES = frozenset({"the", "a", "an"})


@dataclass(frozen=True, slots=True)
class Word:
    """A gold syntactic word; offsets are code points in `Document.text`, end exclusive.

    Attributes:
        start: Where the word starts.
        end: Where it ends.
        tag: Penn Treebank tag, "" where unknown.
        pos: Universal part of speech.
        morph: UD features, "" where there are none.
        lemma: Base form.
        head: Index of the governing word in `Document.words`; a root has its own index.
        dep: UD relation with its subtype (``nsubj:pass``).
    """

    start: int
    end: int
    tag: str
    pos: str
    morph: str
    lemma: str
    head: int
    dep: str


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch in quotation marks with its speaker, as `gold.jsonl` has it (see eval/README.md)."""

    start: int
    end: int
    kind: str
    speakers: tuple[str, ...]
    speaker_type: str | None
    mentions: tuple[tuple[int, int], ...]
    form: str | None
    cue: str | None
    turn: int | None
    id: int


@dataclass(frozen=True, slots=True)
class Document:
    """One text and what its corpus annotates; a layer the corpus does not have is None.

    Attributes:
        name: Unique within the corpus.
        corpus: Short name of the corpus.
        split: "train", "dev" or "test".
        text: The text; paragraphs are set apart by an empty line where the corpus marks them.
        words: Words with tags and trees.
        sentence_starts: Offsets where sentences start.
        names: (start, end, label) with PERSON, ORG or PLACE; disjoint and in order.
        clusters: Mentions of one entity, two or more, in order; mentions may nest.
        quotations: Quotations with their speakers.
    """

    name: str
    corpus: str
    split: str
    text: str
    words: tuple[Word, ...] | None = None
    sentence_starts: tuple[int, ...] | None = None
    names: tuple[tuple[int, int, str], ...] | None = None
    clusters: tuple[tuple[tuple[int, int], ...], ...] | None = None
    quotations: tuple[Quotation, ...] | None = None


class TextBuilder:
    """Puts a text together from forms and tells where each form came to stand."""

    def __init__(self) -> None:
        """Start with an empty text."""
        self._parts: list[str] = []
        self._gap = ""
        self.length = 0

    def add(self, form: str, space_after: bool = True) -> tuple[int, int]:
        """Append `form`, after the gap left by the one before; gives its (start, end)."""
        start = self.length + len(self._gap)
        self._parts += (self._gap, form)
        self.length = start + len(form)
        self._gap = " " if space_after else ""
        return start, self.length

    def separate(self, gap: str) -> None:
        """Let the next form follow `gap` instead (nothing happens at the start of the text)."""
        if self._parts:
            self._gap = gap

    def text(self) -> str:
        """The text so far."""
        return "".join(self._parts)


class Overlap:
    """Finds texts that share much of their wording with held-out ones, by runs of eight words."""

    size = 8
    _word = re.compile(r"\w+")

    def __init__(self, held_out: Iterable[tuple[str, str]], threshold: float = 0.2) -> None:
        """Index the (name, text) pairs of `held_out`.

        Args:
            held_out: The texts to find again.
            threshold: Share of the shorter text's runs above which two texts count as the same.
        """
        self.threshold = threshold
        self._where: dict[tuple[str, ...], str] = {}
        self._sizes: dict[str, int] = {}
        for name, text in held_out:
            runs = self._runs(text)
            self._sizes[name] = len(runs)
            self._where.update(dict.fromkeys(runs, name))

    def _runs(self, text: str) -> set[tuple[str, ...]]:
        words = self._word.findall(text.lower())
        return set(zip(*(words[i:] for i in range(self.size)), strict=False))

    def find(self, text: str) -> str | None:
        """The name of the held-out text that `text` repeats, or None."""
        runs = self._runs(text)
        counts: dict[str, int] = {}
        for run in runs:
            name = self._where.get(run)
            if name is not None:
                counts[name] = counts.get(name, 0) + 1
        for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            if count > self.threshold * min(len(runs), self._sizes[name]):
                return name
        return None


def read_archive(archive: Path, wanted: Callable[[str], bool] = lambda path: True) -> Iterator[tuple[str, str]]:
    """The text files of a tar archive as (path, text), ordered by path; nothing is written to disk."""
    files: dict[str, bytes] = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile() and wanted(member.name):
                content = tar.extractfile(member)
                if content is not None:
                    files[member.name] = content.read()
    for path in sorted(files):
        yield path, files.pop(path).decode("utf-8-sig")


def trim_name(forms: Sequence[str], label: str) -> tuple[int, int]:
    """What of a name's tokens belongs to it: (first, last + 1), empty when nothing is left.

    A leading article, a closing possessive, and a person's titles are left out, as in `ANNOTATION_NAMES.md`.
    """
    first, last = 0, len(forms)
    while last > first and forms[last - 1].lower() in {"'s", "’s", "'", "’", ",", "s'"}:
        last -= 1
    while first < last and forms[first].lower() in ARTICLES:
        first += 1
    if label == "PERSON":
        while first < last and (forms[first].lower().rstrip(".") in TITLES or forms[first] in {".", "-", "/"}):
            first += 1
    while first < last and not any(c.isalnum() for c in forms[first]):
        first += 1
    return first, last


def longest_only(names: Iterable[tuple[int, int, str]]) -> tuple[tuple[int, int, str], ...]:
    """Disjoint names in text order: where two overlap the longer stays, the earlier one of two alike."""
    taken: list[tuple[int, int, str]] = []
    for name in sorted(set(names), key=lambda name: (name[0] - name[1], name)):
        if all(name[1] <= other[0] or other[1] <= name[0] for other in taken):
            taken.append(name)
    return tuple(sorted(taken))


def check(document: Document) -> None:
    """Assert that every offset of a document is in its text and every tree hangs together.

    Raises:
        ValueError: Something points outside the text or to a word that is not there.
    """
    text = document.text
    spans = [(word.start, word.end) for word in document.words or ()]
    if any(before[1] > after[0] for before, after in pairwise(spans)):
        raise ValueError(f"words overlap in {document.name!r}")
    if any(not 0 <= word.head < len(spans) for word in document.words or ()):
        raise ValueError(f"a head is missing in {document.name!r}")
    names = [(start, end) for start, end, _ in document.names or ()]
    mentions = [mention for cluster in document.clusters or () for mention in cluster]
    quotations = [(quotation.start, quotation.end) for quotation in document.quotations or ()]
    for start, end in (*spans, *names, *mentions, *quotations):
        if not 0 <= start < end <= len(text) or text[start].isspace() or text[end - 1].isspace():
            raise ValueError(f"a span in {document.name!r} is not a stretch of its text: {start}-{end}")
    if any(before[1] > after[0] for before, after in pairwise(names)):
        raise ValueError(f"names overlap in {document.name!r}")
