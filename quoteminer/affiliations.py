"""Whose a role is: the organisation or place that the words beside it name."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from spacy.tokens import Doc

from quoteminer.lexicon import Lexicon
from quoteminer.page import Page

_LONGEST_NAME = 15
LINKS = frozenset(("of", "for", "at", "with", "from", "to", "in", "on", "by"))
DETERMINERS = frozenset(
    ("a", "an", "the", "its", "his", "her", "their", "our", "my", "this", "another", "one", "both", "some")
)
_OWNING = frozenset(("of", "for", "at", "with", "from", "to"))
_BEFORE_OF = frozenset(("at", "with", "from"))
_INSIDE_NAMES = frozenset(("of", "for", "and", "&", "the", "in", "-", "de", "'s", "’s", "on"))


@dataclass(frozen=True, slots=True)
class Scene:
    """A document with the names that stand in it.

    Attributes:
        page: the document, with its text.
        doc: its tokens.
        words: the text of each token; `lowered` the same in lower case.
        owner: token to the number of the entity whose name it belongs to.
        ends: first token of a name to the token after its last.
        names, labels: of each entity.
        nouns: head noun of organisations' names to (token, entity) in order of the text.
        lexicon: word lists.
    """

    page: Page
    doc: Doc
    words: list[str]
    lowered: list[str]
    owner: dict[int, int]
    ends: dict[int, int]
    names: list[str]
    labels: list[str]
    nouns: dict[str, list[tuple[int, int]]]
    lexicon: Lexicon

    def label(self, i: int) -> str | None:
        """The label of the name that token `i` belongs to."""
        group = self.owner.get(i)
        return None if group is None else self.labels[group]

    def text(self, start: int, end: int) -> str:
        """The text of some tokens with single spaces."""
        return " ".join(self.page.between(start, end).split())


def possessor(scene: Scene, i: int) -> str | None:
    """Whose the possessive mark at token `i` is: an organisation or place by name, "the ministry's" by the last one."""
    if scene.label(i - 1) in ("ORG", "PLACE"):
        start = i - 1
        while scene.owner.get(start - 1) == scene.owner[i - 1]:
            start -= 1
        return named(scene, start)
    return last_called(scene, scene.lowered[i - 1], i) if i else None


def last_called(scene: Scene, noun: str, position: int) -> str | None:
    """The organisation last named before `position` whose name has the noun: "the ministry"."""
    known = scene.nouns.get(noun)
    if not known:
        return None
    return scene.names[known[max(0, bisect_left(known, (position, -1)) - 1)][1]]


def complement_owner(scene: Scene, start: int, end: int) -> str | None:
    """The organisation or place that the words after a role name: what follows "at" before what follows "of"."""
    if start < end and scene.label(start) == "ORG":
        return named(scene, start)
    found: dict[bool, str] = {}
    for i in range(start, end):
        word = scene.lowered[i]
        if word not in _OWNING or i in scene.owner:
            continue
        name = organisation_at(scene, i + 1, end)
        if name is None and word in ("of", "for") and i == start:
            name = place_at(scene, i + 1)
        if name:
            found.setdefault(word in _BEFORE_OF, name)
    return found.get(True) or found.get(False) or _capitals_after(scene, start, end)


def _capitals_after(scene: Scene, start: int, end: int) -> str | None:
    """Capitalised words that no entity covers directly after a role's "of" or "at"."""
    if start + 1 >= end or scene.lowered[start] not in ("of", "at"):
        return None
    first = start + 1 + (scene.lowered[start + 1] == "the")
    last = first
    while (
        last < end
        and last not in scene.owner
        and scene.doc[last].tag_ in ("NNP", "NNPS")
        and scene.words[last].isalpha()
    ):
        last += 1
    return scene.text(first, last) if last > first and scene.words[first][:1].isupper() else None


def place_at(scene: Scene, start: int) -> str | None:
    """The place named directly at `start`."""
    if start < len(scene.words) and scene.lowered[start] == "the":
        start += 1
    return named(scene, start) if scene.label(start) == "PLACE" else None


def named(scene: Scene, i: int) -> str | None:
    """The organisation of the name that token `i` begins, under its fullest name, or the place as it is written."""
    group = scene.owner.get(i)
    if group is None or scene.labels[group] == "PERSON":
        return None
    return scene.names[group] if scene.labels[group] == "ORG" else scene.text(i, scene.ends.get(i, i + 1))


def organisation_at(scene: Scene, start: int, end: int) -> str | None:
    """The organisation named directly at `start`, by the entities or, where they lack it, by its capitals and nouns."""
    end = min(end, start + _LONGEST_NAME, len(scene.words))
    first = start
    while first < min(end, start + 6) and first not in scene.owner and _may_precede(scene, first):
        first += 1
    if first >= end:
        return last_called(scene, scene.lowered[end - 1], start) if 0 < end - start < 3 else None
    label, after = scene.label(first), scene.ends.get(first, first + 1)
    last = first
    while last < end and (scene.words[last][:1].isupper() or (last > first and scene.lowered[last] in _INSIDE_NAMES)):
        last += 1
    while last > first and not scene.words[last - 1][:1].isupper():
        last -= 1
    if label == "ORG":
        known = scene.names[scene.owner[first]]
        cut_off = after < last and scene.lowered[after] in ("of", "for") and len(known.split()) <= after - first
        return _without_place(scene, first, last) if cut_off else known
    introduced = first > start and first == after - 1 < last and scene.lowered[first - 1] in scene.lexicon.org_nouns
    if label is None and introduced:  # "the consultancy Acme Risks"
        return _without_place(scene, first, last)
    if after < last and any(scene.lowered[i] in scene.lexicon.org_nouns for i in range(first, last)):
        return _without_place(scene, first, last)
    if label == "PLACE" or scene.words[first] in scene.lexicon.demonyms:  # "U.S. military", "Afghan army"
        for stop in range(min(after + 3, end), after, -1):
            if scene.page.between(after, stop).lower() in scene.lexicon.org_nouns:
                return scene.text(first, stop)
    return last_called(scene, scene.lowered[first - 1], start) if first > start else None


def _without_place(scene: Scene, first: int, last: int) -> str:
    """A run of capitalised words without the place that "in" adds: "School of Law in Lagos"."""
    for i in range(last - 1, first, -1):
        if scene.lowered[i] in ("in", "on") and i not in scene.owner:
            last = i
    return scene.text(first, last)


def _may_precede(scene: Scene, i: int) -> bool:
    """Whether a token may stand between a preposition and the name of an organisation: "the left-wing ..."."""
    typed = scene.words[i]
    if typed == "-" or (scene.lowered[i] in DETERMINERS and (typed.islower() or typed == "The")):
        return True
    return typed.islower() and scene.doc[i].tag_ in ("JJ", "HYPH", "VBN", "NN")


def without_bracket(scene: Scene, end: int) -> int:
    """Where a short bracket that ends before token `end` opens; `end` where there is none."""
    low = max(0, end - 4)
    return scene.lowered.index("(", low) if scene.lowered[end - 1] == ")" and "(" in scene.lowered[low:end] else end
