"""Names in a text: the entities of the pipeline, trimmed, joined and made consistent over the whole document.

A recogniser sees one sentence at a time. A document says more: a form that is a person five times is one the sixth
time, and a surname that was missed once is found by its other occurrences.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from spacy.tokens import Doc, Token

from quoteminer.layout import Block
from quoteminer.lexicon import Lexicon

_LABELS = {
    "PERSON": "PERSON", "PER": "PERSON", "ORG": "ORG", "PLACE": "PLACE", "GPE": "PLACE", "LOC": "PLACE", "FAC": "PLACE",
}  # fmt: skip
HYPHENS = "-‐‑‒–"
_APOSTROPHES = "'’`´"
_MOST_WORDS_OF_TITLE = 4
_STRONG_PARTICLES = frozenset(("bin", "bint", "ibn", "al", "el", "van", "von", "der", "den", "della", "di", "du", "da",
                               "dos", "das", "del", "de", "la", "ben", "y", "abu", "binti", "ul", "ur"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class NameMention:
    """One name in the text.

    Attributes:
        start, end: code points of the bare name, end exclusive: no honorific, no leading "the", no possessive 's.
        start_token, end_token: the same in tokens; the last token may reach past `end` where a mark sticks to it.
        label: "PERSON", "ORG", "PLACE" or "OTHER".
    """

    start: int
    end: int
    start_token: int
    end_token: int
    label: str


@dataclass(frozen=True, slots=True)
class _Page:
    """A document with what every step needs: its text (a Doc makes it anew each time), its block starts, the lists."""

    doc: Doc
    text: str
    starts: tuple[int, ...]
    lexicon: Lexicon


@lru_cache(maxsize=65536)
def plain(word: str) -> str:
    """A word without case, accents, full stops, hyphens and apostrophes.

    >>> plain("Jung-tai"), plain("López"), plain("U.S.")
    ('jungtai', 'lopez', 'us')
    """
    decomposed = unicodedata.normalize("NFKD", word.replace("ı", "i").replace("ø", "o").casefold())
    return "".join(c for c in decomposed if c.isalnum())


def key_of(text: str) -> tuple[str, ...]:
    """The plain words of a name: what two spellings of one name have in common."""
    return tuple(word for part in text.split() if (word := plain(part)))


def title_before(doc: Doc, position: int, lexicon: Lexicon) -> int:
    """The token at which the honorifics directly before token `position` begin; `position` where there are none."""
    start = position
    while (length := _title_length(doc, start, lexicon)) > 0:
        start -= length
    return start


def _title_length(doc: Doc, end: int, lexicon: Lexicon) -> int:
    words: list[str] = []
    best = 0
    for i in range(end - 1, max(-1, end - 1 - _MOST_WORDS_OF_TITLE), -1):
        if doc[i].is_space or (doc[i].is_punct and doc[i].text != "."):
            break
        words.insert(0, doc[i].lower_.replace(".", ""))
        if words[0] and doc[i].text[:1].isupper() and " ".join(words).strip() in lexicon.honorifics:
            best = end - i
    return best


def find_names(doc: Doc, blocks: Sequence[Block], lexicon: Lexicon) -> tuple[NameMention, ...]:
    """The names of a document, in order, none inside another.

    Args:
        doc: a Doc with entities; labels of the OntoNotes and of the CoNLL scheme are read, other labels dropped.
        blocks: the blocks of its text; no name reaches from one into the next.
        lexicon: word lists.

    Returns:
        Names with offsets in code points, ends exclusive.
    """
    page = _Page(doc, doc.text, tuple(block.start for block in blocks), lexicon)
    pieces = [piece for ent in doc.ents for piece in _pieces(page, ent.start, ent.end, ent.label_)]
    names = _consistent(page, _joined(page, pieces))
    found = sorted((*names, *_missed(page, names)), key=lambda name: name.start)
    return tuple(name for name in found if name.start < name.end)


def _pieces(page: _Page, start: int, end: int, label: str) -> Iterator[NameMention]:
    """An entity, cut where a block ends and trimmed."""
    kind = _LABELS.get(label)
    if kind is None:
        return
    first = start
    for i in range(start, end):
        if page.doc[i].is_space and _is_boundary(page, i):
            yield from _trimmed(page, first, i, kind)
            first = i + 1
    yield from _trimmed(page, first, end, kind)


def _is_boundary(page: _Page, i: int) -> bool:
    doc, starts = page.doc, page.starts
    if "\n" not in doc[i].text:
        return False
    if not starts or i + 1 >= len(doc):
        return True
    return bisect_right(starts, doc[i].idx) < bisect_right(starts, doc[i + 1].idx)


def _trimmed(page: _Page, start: int, end: int, label: str) -> Iterator[NameMention]:
    doc, lexicon = page.doc, page.lexicon
    if label == "PERSON":
        end = _end_of_person(doc, start, end, lexicon)
    while start < end and (_is_mark(doc[start]) or doc[start].lower_ in ("the", "a", "an")):
        start += 1
    while start < end and (_is_mark(doc[end - 1]) or _is_possessive(doc[end - 1])):
        end -= 1
    if label == "PERSON":
        start = _after_titles(doc, start, end, lexicon)
    if start < end and (mention := _mention(page, start, end, label)):
        yield mention


def _is_mark(token: Token) -> bool:
    return token.is_space or not any(c.isalnum() for c in token.text)


def _is_possessive(token: Token) -> bool:
    return len(token.text) <= 2 and token.text[:1] in _APOSTROPHES


def _end_of_person(doc: Doc, start: int, end: int, lexicon: Lexicon) -> int:
    """Where a person's name ends: before a comma (unless "Jr." follows), a bracket or a possessive."""
    for i in range(start + 1, end):
        text = doc[i].text
        suffix = i + 1 < end and doc[i + 1].lower_.replace(".", "") in lexicon.suffixes
        if (text == "," and not suffix) or (text in "([" and doc[i - 1].whitespace_) or _is_possessive(doc[i]):
            return i
    return end


def _after_titles(doc: Doc, start: int, end: int, lexicon: Lexicon) -> int:
    """The token after honorifics, roles and adjectives of countries that were taken for the start of a name."""
    moved = True
    while moved:
        moved = False
        for length in range(min(_MOST_WORDS_OF_TITLE, end - start - 1), 0, -1):
            words = [doc[i].lower_.replace(".", "") for i in range(start, start + length)]
            phrase = " ".join(word for word in words if word)
            role = phrase in lexicon.roles or phrase in lexicon.office_abbreviations
            if role and length == 1 and doc[start].text in lexicon.given_names:
                role = False
            adjective = length == 1 and doc[start].text in lexicon.demonyms
            if phrase and (role or adjective or phrase in lexicon.honorifics):
                after = start + length
                while after < end - 1 and _is_mark(doc[after]):
                    after += 1
                if doc[after].text[:1].isupper() or doc[after].lower_ in lexicon.name_particles:
                    start, moved = after, True
                    break
    return start


def _mention(page: _Page, start: int, end: int, label: str) -> NameMention | None:
    doc = page.doc
    first, last = doc[start].idx, doc[end - 1].idx + len(doc[end - 1].text)
    text = page.text[first:last]
    for suffix in ("'s", "’s", "'", "’", "`s"):
        if text.endswith(suffix) and len(text) > len(suffix):
            last -= len(suffix)
            break
    while first < last and not (page.text[first].isalnum()):
        first += 1
    while first < last and not (page.text[last - 1].isalnum() or page.text[last - 1] in ".)!+"):
        last -= 1
    if first >= last or not any(c.isalpha() for c in page.text[first:last]):
        return None
    return NameMention(first, last, start, end, label)


def _joined(page: _Page, names: Sequence[NameMention]) -> list[NameMention]:
    """Names with the fragments of one name put together again."""
    joined: list[NameMention] = []
    for name in names:
        if joined and (label := _joint_label(page.doc, joined[-1], name)):
            start = joined[-1].start_token
            if label == "PERSON":
                start = _after_titles(page.doc, start, name.end_token, page.lexicon)
            joined[-1] = _mention(page, start, name.end_token, label) or joined[-1]
        else:
            joined.append(name)
    widened: list[NameMention] = []
    for i, name in enumerate(joined):
        low = joined[i - 1].end_token if i else 0
        high = joined[i + 1].start_token if i + 1 < len(joined) else len(page.doc)
        widened.append(_widened(page, name, low, high))
    return widened


def _joint_label(doc: Doc, first: NameMention, second: NameMention) -> str | None:
    """The label of two fragments of one name, None where they are two names."""
    between = [doc[i] for i in range(first.end_token, second.start_token)]
    touching = not doc[first.end_token - 1].whitespace_ and first.end == doc[second.start_token].idx
    text = "".join(token.text for token in between)
    if first.label == "PERSON" and second.label == "PERSON":
        small = text and all(token.lower_ in _STRONG_PARTICLES for token in between)
        return "PERSON" if not text or small or (text in HYPHENS and _unspaced(doc, first, second)) else None
    if not text and (touching or first.label == second.label):
        return first.label if not touching else second.label if second.label != "PERSON" else first.label
    if first.label == second.label and text in HYPHENS and text and _unspaced(doc, first, second):
        return None if first.label == "PLACE" else first.label
    return None


def _unspaced(doc: Doc, first: NameMention, second: NameMention) -> bool:
    return all(not doc[i].whitespace_ and not doc[i].is_space for i in range(first.end_token - 1, second.start_token))


def _widened(page: _Page, name: NameMention, low: int, high: int) -> NameMention:
    """A person's name with the rest of a hyphenated word, and with particles and initials before it."""
    if name.label != "PERSON":
        return name
    doc, lexicon = page.doc, page.lexicon
    start, end = name.start_token, name.end_token
    if end + 1 < high and not doc[end - 1].whitespace_ and doc[end].text in HYPHENS and not doc[end].whitespace_:
        tail = doc[end + 1]
        eastern = doc[start].text in lexicon.surname_first and end - start > 1 and tail.tag_ in ("NNP", "NN", "FW")
        if tail.pos_ == "PROPN" or (eastern and tail.is_alpha and len(tail.text) <= 6):
            end += 2
    while start - 1 >= low:
        before = doc[start - 1]
        if before.text in HYPHENS and start - 2 >= low and not before.whitespace_ and not doc[start - 2].whitespace_:
            if doc[start - 2].lower_ not in lexicon.name_particles and doc[start - 2].text not in lexicon.given_names:
                break
            start -= 2
        elif before.whitespace_ and _starts_name(doc, start - 1, lexicon):
            start -= 1
        else:
            break
    if (start, end) == (name.start_token, name.end_token):
        return name
    return _mention(page, start, end, "PERSON") or name


def _starts_name(doc: Doc, i: int, lexicon: Lexicon) -> bool:
    text = doc[i].text
    initial = text[0].isupper() and (len(text) == 1 or (len(text) == 2 and text[1] == "."))
    return doc[i].pos_ == "PROPN" and (text in lexicon.given_names or initial)


def _consistent(page: _Page, names: Sequence[NameMention]) -> list[NameMention]:
    """Names with one label for each form: its commonest, or PERSON where a title or a full name says so."""
    votes: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    surnames = {
        key_of(page.text[name.start : name.end])[-1:]
        for name in names
        if name.label == "PERSON" and name.end_token - name.start_token > 1
    }
    for name in names:
        key = key_of(page.text[name.start : name.end])
        titled = title_before(page.doc, name.start_token, page.lexicon) < name.start_token
        votes[key]["PERSON" if titled and name.label != "PLACE" else name.label] += 3 if titled else 1
    decided = {}
    for key, counts in votes.items():
        label = max(counts, key=lambda label: counts[label])
        if label != "PERSON" and key in surnames and counts[label] <= 2 and label == "ORG":
            label = "PERSON"
        decided[key] = label
    return [replace(name, label=decided[key_of(page.text[name.start : name.end])]) for name in names]


def _missed(page: _Page, names: Sequence[NameMention]) -> Iterator[NameMention]:
    """Further occurrences of forms that are names elsewhere in the document."""
    doc, lexicon = page.doc, page.lexicon
    forms: dict[tuple[str, ...], str] = {}
    for name in names:
        words = tuple(token.text for token in doc[name.start_token : name.end_token])
        forms.setdefault(words, name.label)
        if name.label == "PERSON" and len(words) > 1:
            surname = words[0] if words[0] in lexicon.surname_first and len(words) < 4 else words[-1]
            if len(surname) > 1 and surname[0].isupper():
                forms.setdefault((surname,), "PERSON")
    longest: defaultdict[str, int] = defaultdict(int)
    for words in forms:
        longest[words[0]] = max(longest[words[0]], min(len(words), 12))
    taken = _covered(names)
    i = 0
    while i < len(doc):
        for length in range(longest.get(doc[i].text, 0), 0, -1):
            words = tuple(token.text for token in doc[i : i + length])
            if len(words) == length and words in forms and not taken.intersection(range(i, i + length)):
                if _stands_alone(doc, i, i + length, taken, lexicon) and (
                    mention := _mention(page, i, i + length, forms[words])
                ):
                    yield mention
                    i += length - 1
                break
        i += 1


def _covered(names: Iterable[NameMention]) -> set[int]:
    return {i for name in names for i in range(name.start_token, name.end_token)}


def _stands_alone(doc: Doc, start: int, end: int, taken: set[int], lexicon: Lexicon) -> bool:
    """Whether an occurrence of a name's words is that name and no part of another name or a common word."""
    if end - start == 1 and (doc[start].pos_ not in ("PROPN", "X", "") or not doc[start].text[:1].isupper()):
        return False
    before = doc[start - 1] if start else None
    after = doc[end] if end < len(doc) else None
    if before is not None and _is_name_word(before) and before.whitespace_:
        known = before.lower_.replace(".", "")
        if start - 1 in taken or not (
            known in lexicon.honorifics or known in lexicon.roles or before.text in lexicon.demonyms
        ):
            return False
    if before is not None and before.text in HYPHENS and not before.whitespace_:
        return False
    return not (after is not None and doc[end - 1].whitespace_ and _is_name_word(after))


def _is_name_word(token: Token) -> bool:
    return token.text[:1].isupper() and token.pos_ in ("PROPN", "")


def overlapping(names: Sequence[NameMention]) -> bool:
    """Whether any two of the names, which are in order, share a character."""
    return any(second.start < first.end for first, second in pairwise(names))
