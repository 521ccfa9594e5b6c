"""Forms of names: the words of a name, the titles before it, and where it begins and ends in the text."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from spacy.attrs import IDX, LENGTH  # type: ignore[import-not-found]
from spacy.tokens import Doc, Token

from quoteminer.layout import Block
from quoteminer.lexicon import Lexicon
from quoteminer.syntax import WEEKDAYS, retired_length

HYPHENS = "-‐‑‒–"
_APOSTROPHES = "'’`´"
_MOST_WORDS_OF_TITLE, _MOST_TITLES, _LONG_LINE = 4, 8, 60
_LABELS = {
    "PERSON": "PERSON", "PER": "PERSON", "ORG": "ORG", "PLACE": "PLACE", "GPE": "PLACE", "LOC": "PLACE", "FAC": "PLACE",
}  # fmt: skip
_LINKS = frozenset(("of", "and", "for", "the", "in", "at"))
_WITH_WEEKDAY = frozenset(("ash", "black", "bloody", "cyber", "easter", "good", "palm", "sheffield", "super"))
_ARTICLES = frozenset(("al", "el", "as", "ash", "an", "ad", "ar", "at", "az"))
_NAME_LIKE = frozenset(("syed", "sayed", "seyed", "sayyed", "seyyed", "sayyid"))  # honorifics that are part of the name
_ONLY_TITLES = frozenset(("Mr", "Mrs", "Ms", "Dr", "Prof", "Professor", "HE", "HRH", "Hon"))
_PAPAL = frozenset(("saint", "st", "mother"))


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
class Page:
    """A document with what the steps need: its text (a Doc makes it anew each time), its block starts, the lists.

    Attributes:
        words: the text of each token; `lowered` the same in lower case.
        offsets: where each token begins in the text.
    """

    doc: Doc
    text: str
    starts: tuple[int, ...]
    words: list[str]
    lowered: list[str]
    offsets: list[int]
    lexicon: Lexicon
    _forms: dict[tuple[int, int], str] = field(default_factory=dict)

    @classmethod
    def of(cls, doc: Doc, blocks: Sequence[Block], lexicon: Lexicon, text: str | None = None) -> Page:
        """A Doc as a page; `text` is its text where that is known already."""
        text = doc.text if text is None else text
        offsets, lengths = doc.to_array([IDX, LENGTH]).T.tolist()
        words = [text[offset : offset + length] for offset, length in zip(offsets, lengths, strict=True)]
        lowered = [word.lower() for word in words]
        return cls(doc, text, tuple(block.start for block in blocks), words, lowered, offsets, lexicon)

    def between(self, start: int, end: int) -> str:
        """The text of the tokens from `start` to `end` as it stands, without white space after the last."""
        end = min(end, len(self.words))
        if start >= end:
            return ""
        return self.text[self.offsets[start] : self.offsets[end - 1] + len(self.words[end - 1])]

    def form(self, name: NameMention) -> str:
        """The text of a name with single spaces."""
        place = name.start, name.end
        form = self._forms.get(place)
        if form is None:
            form = self._forms[place] = " ".join(self.text[name.start : name.end].split())
        return form

    def ends_block(self, i: int) -> bool:
        """Whether token `i` is white space between two blocks; any line break where no blocks are known.

        A single break in a recognised name after a long line is taken for one that wraps the line.
        """
        space = self.doc[i]
        if "\n" not in space.text:
            return False
        if not self.starts or i + 1 >= len(self.doc):
            return True
        block = bisect_right(self.starts, space.idx)
        wrapped = space.text == "\n" and block > 0 and space.idx - self.starts[block - 1] > _LONG_LINE
        return not wrapped and block < bisect_right(self.starts, self.doc[i + 1].idx)


@lru_cache(maxsize=1 << 14)
def plain(word: str) -> str:
    """A word without case, accents, full stops, hyphens and apostrophes.

    >>> plain("Jung-tai"), plain("López"), plain("U.S.")
    ('jungtai', 'lopez', 'us')
    """
    decomposed = unicodedata.normalize("NFKD", word.replace("ı", "i").replace("ø", "o").casefold())
    return "".join(c for c in decomposed if c.isalnum())


def key_of(form: str) -> tuple[str, ...]:
    """The plain words of a name: what two spellings of one name have in common."""
    return tuple(word for part in form.split() if (word := plain(part)))


def person_key(form: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The plain words that tell a person's name from others: no particles, no al-, no Jr; all where none is left.

    Initials that stand together are told apart.

    >>> from quoteminer.lexicon import load_lexicon
    >>> person_key("Khalid al-Mansur Jr.", load_lexicon()), person_key("KB Rao", load_lexicon())
    (('khalid', 'mansur'), ('k', 'b', 'rao'))
    """
    words: list[str] = []
    parts = form.split()
    for i, part in enumerate(parts, 1):
        if part.isupper() and 1 < len(letters := plain(part)) < 4 and not parts[-1].isupper():
            words.extend(letters)
            continue
        low = part.casefold().strip(".,")
        article, hyphen, rest = low.replace("’", "-").partition("-")
        if hyphen and article in _ARTICLES and len(rest) > 1:
            low = rest
        particle = low in lexicon.name_particles and i < len(parts)  # at the end it is a surname: "Ann Delle"
        if particle or (words and low.replace(".", "") in lexicon.suffixes):
            continue
        if word := plain(low):
            words.append(word)
    return tuple(words) or key_of(form)


def title_before(doc: Doc, position: int, lexicon: Lexicon) -> int:
    """The token at which the honorifics directly before token `position` begin; `position` where there are none."""
    start = position
    for length in (3, 4) if start and doc[start - 1].text == ")" else ():
        if retired_length(doc, position - length) == length and _title_length(doc, position - length, lexicon):
            start = position - length  # "Maj Gen (retd) Ann Roe"
    for _ in range(_MOST_TITLES):
        length = _title_length(doc, start, lexicon)
        if not length:
            break
        start -= length
    return start


def _title_length(doc: Doc, end: int, lexicon: Lexicon) -> int:
    last = doc[end - 1].lower_ if end else ""
    last = last.replace(".", "") if "." in last else last
    if last not in lexicon.honorific_ends and last not in ("", "-"):
        return 0
    words: list[str] = []
    best = 0
    for i in range(end - 1, max(-1, end - 1 - _MOST_WORDS_OF_TITLE), -1):
        token = doc[i]
        if token.is_space or (token.is_punct and token.text not in (".", "-")):
            break
        words.insert(0, token.lower_.replace(".", ""))
        hyphen = i > 1 and doc[i - 1].text in HYPHENS and not doc[i - 1].whitespace_ and not doc[i - 2].whitespace_
        if token.text[:1].isupper() and not hyphen:
            phrase = " ".join(words).replace(" - ", "-").strip()
            if phrase in lexicon.honorifics and phrase not in _NAME_LIKE:
                best = end - i
            elif best and phrase in lexicon.roles:  # "Secretary General" is an office, "General" alone a title
                return 0
    return best


def trimmed(page: Page, start: int, end: int, label: str) -> Iterator[NameMention]:
    """An entity of a pipeline as names: cut where a block ends, without articles, titles, marks and possessives."""
    kind = _LABELS.get(label)
    if kind is None:
        return
    first = start
    for i in range(start, end):
        if page.doc[i].is_space and page.ends_block(i):
            yield from _trimmed(page, first, i, kind)
            first = i + 1
    yield from _trimmed(page, first, end, kind)


def _trimmed(page: Page, start: int, end: int, label: str) -> Iterator[NameMention]:
    doc, lexicon = page.doc, page.lexicon
    if label == "ORG" and 0 < end - start <= 3 and doc[start].text.endswith("."):
        office = doc[start].lower_.replace(".", "") in lexicon.office_abbreviations  # "Rep. Roe"
        label = "PERSON" if office and doc[start].is_title else label
    if label == "PERSON":
        end = _end_of_person(doc, start, end, lexicon)
    while start < end and (is_mark(doc[start]) or doc[start].lower_ in ("the", "a", "an")):
        start += 1
    while start < end and (is_mark(doc[end - 1]) or _is_possessive(doc[end - 1]) or doc[end - 1].text in _LINKS):
        end -= 1
    if end - start > 1 and doc[end - 1].lower_ in WEEKDAYS and doc[end - 2].lower_ not in _WITH_WEEKDAY:
        end -= 1  # "the Congress Monday said"
    start = (after_titles if label == "PERSON" else _after_adjectives)(doc, start, end, lexicon)
    if start < end and (name := mention(page, start, end, label)):
        form = page.form(name)
        newspaper = label == "ORG" and start > 0 and doc[start - 1].text == "The" and not doc[start - 1].is_sent_start
        if label == "PLACE" and end < len(doc) and f"{form} {doc[end].text}" in lexicon.demonyms:
            return  # the "South" of "South Korean"
        if label != "PERSON" and form.lower() in WEEKDAYS:
            return
        if newspaper or not is_adjective(form, lexicon) or title_before(doc, start, lexicon) < start:
            yield name


def is_adjective(form: str, lexicon: Lexicon) -> bool:
    """Whether a form is the adjective or inhabitant of a country and no abbreviation, surname or given name."""
    person = form in lexicon.surname_first or form in lexicon.given_names
    return lexicon.demonyms.get(form, form) != form and not (form.isupper() or "." in form or person)


def is_mark(token: Token) -> bool:
    """Whether a token has no letter and no digit."""
    return _is_bare(token.text)


@lru_cache(maxsize=1 << 14)
def _is_bare(word: str) -> bool:
    return not any(c.isalnum() for c in word)


def _is_possessive(token: Token) -> bool:
    return len(token.text) <= 2 and token.text[:1] in _APOSTROPHES


def _end_of_person(doc: Doc, start: int, end: int, lexicon: Lexicon) -> int:
    """Where a person's name ends: before a comma (unless "Jr." follows), a bracket or a possessive."""
    # Within "Ann 'Nan' Roe" a mark is no possessive.
    marked = start > 0 and doc[start - 1].text in _APOSTROPHES and not doc[start - 1].whitespace_
    for i in range(start + 1, end):
        text = doc[i].text
        marked = marked or (text in _APOSTROPHES and bool(doc[i - 1].whitespace_))
        suffix = i + 1 < end and doc[i + 1].lower_.replace(".", "") in lexicon.suffixes
        closes = any(doc[k].text in ")]" for k in range(i, end - 1))  # a nickname in brackets is part of the name
        if (
            (text == "," and not suffix)
            or (text in "([" and doc[i - 1].whitespace_ and not closes)
            or (_is_possessive(doc[i]) and not marked)
        ):
            return i
    while end > start + 2 and _is_post_nominal(doc[end - 1], lexicon):
        end -= 1
    while end > start + 1 and doc[end - 1].is_lower and doc[end - 1].is_alpha and doc[start].text[:1].isupper():
        if doc[end - 1].lower_ in lexicon.name_particles or doc[end - 1].lower_ in lexicon.suffixes:
            break
        if not doc[end - 2].whitespace_:
            break
        end -= 1
    return end


def _is_post_nominal(token: Token, lexicon: Lexicon) -> bool:
    """Whether a token is a degree, order or seat in capitals behind a name: "Ann Roe QC"; no number of a king."""
    known = token.lower_ in lexicon.suffixes or token.lower_ in lexicon.office_abbreviations
    return known and token.is_upper and not set(token.text) <= set("IVX")


def after_titles(doc: Doc, start: int, end: int, lexicon: Lexicon) -> int:
    """The token after honorifics, roles and adjectives of countries that were taken for the start of a name."""
    start = _after_inner_title(doc, start, end)
    while (after := _after_title(doc, start, end, lexicon)) > start:
        start = after
    return start


def _after_inner_title(doc: Doc, start: int, end: int) -> int:
    """The token after an honorific that stands within what was recognised: "Norland H E Ann Roe"."""
    for i in range(end - 2, start, -1):
        text = doc[i].text.replace(".", "")
        if text in _ONLY_TITLES or (text == "E" and doc[i - 1].text.replace(".", "") == "H" and i - 1 > start):
            return i + 1
    return start


def _after_title(doc: Doc, start: int, end: int, lexicon: Lexicon) -> int:
    for length in range(min(_MOST_WORDS_OF_TITLE, end - start - 1), 0, -1):
        words = (doc[i].lower_.replace(".", "") for i in range(start, start + length))
        phrase = " ".join(word for word in words if word).replace(" - ", "-")
        known = phrase in lexicon.roles or phrase in lexicon.office_abbreviations
        if length == 1 and known and (doc[start].text in lexicon.given_names or phrase in _PAPAL):
            known = False
        adjective = length == 1 and is_adjective(doc[start].text, lexicon)
        title = phrase in lexicon.honorifics and phrase not in _NAME_LIKE
        title = title and not (phrase in _PAPAL and end - start == 2)
        initials = length == 1 and doc[start].is_upper and len(phrase) > 2 and end - start > 2  # "WHO Ann Roe"
        if not phrase or not (known or adjective or title or (initials and doc[start].is_alpha)):
            continue
        after = start + length
        retired = retired_length(doc, after)
        after += retired if after + retired < end else 0
        while after < end - 1 and is_mark(doc[after]):
            after += 1
        if doc[after].text[:1].isupper() or doc[after].lower_ in lexicon.name_particles:
            return after
    return start


def _after_adjectives(doc: Doc, start: int, end: int, lexicon: Lexicon) -> int:
    """The token after words in small letters before the name of a body or place: "east Jerusalem"."""
    first = start
    while first < end and doc[first].is_lower and doc[first].is_alpha and doc[first].text not in lexicon.name_particles:
        first += 1
    return first if first >= end or doc[first].text[:1].isupper() else start


def mention(page: Page, start: int, end: int, label: str) -> NameMention | None:
    """The name that the tokens from `start` to `end` hold, None where they hold no letter."""
    doc, text = page.doc, page.text
    first, last = doc[start].idx, doc[end - 1].idx + len(doc[end - 1].text)
    for suffix in ("'s", "’s", "'", "’", "`s"):
        if text[first:last].endswith(suffix) and last - first > len(suffix):
            last -= len(suffix)
            break
    while first < last and not text[first].isalnum():
        first += 1
    while first < last and not (text[last - 1].isalnum() or text[last - 1] in ".)!+"):
        last -= 1
    if not any(c.isalpha() for c in text[first:last]):
        return None
    return NameMention(first, last, start, end, label)
