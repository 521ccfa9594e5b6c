"""Where a name begins and ends: the entities of a pipeline without articles, titles, marks and possessives."""

from __future__ import annotations

from collections.abc import Iterator

from quoteminer.forms import is_adjective, is_mark
from quoteminer.lexicon import Lexicon
from quoteminer.page import MOST_WORDS_OF_TITLE, NAME_LIKE, NameMention, Page
from quoteminer.syntax import WEEKDAYS, retired_length

_APOSTROPHES = "'’`´"
_LABELS = {
    "PERSON": "PERSON", "PER": "PERSON", "ORG": "ORG", "PLACE": "PLACE", "GPE": "PLACE", "LOC": "PLACE", "FAC": "PLACE",
}  # fmt: skip
_LINKS = frozenset(("of", "and", "for", "the", "in", "at"))
_DETERMINERS = frozenset(("the", "a", "an"))
_WITH_WEEKDAY = frozenset(("ash", "black", "bloody", "cyber", "easter", "good", "palm", "sheffield", "super"))
_ONLY_TITLES = frozenset(("Mr", "Mrs", "Ms", "Dr", "Prof", "Professor", "HE", "HRH", "Hon"))
_PAPAL = frozenset(("saint", "st", "mother"))


def trimmed(page: Page, start: int, end: int, label: str) -> Iterator[NameMention]:
    """An entity of a pipeline as names: cut where a block ends, without articles, titles, marks and possessives."""
    kind = _LABELS.get(label)
    if kind is None:
        return
    first = start
    for i in range(start, end):
        if page.words[i].isspace() and page.ends_block(i):
            yield from _trimmed(page, first, i, kind)
            first = i + 1
    yield from _trimmed(page, first, end, kind)


def _trimmed(page: Page, start: int, end: int, label: str) -> Iterator[NameMention]:
    words, lowered, lexicon = page.words, page.lowered, page.lexicon
    if label == "ORG" and 0 < end - start <= 3 and words[start].endswith("."):
        office = lowered[start].replace(".", "") in lexicon.office_abbreviations  # "Rep. Roe"
        label = "PERSON" if office and words[start].istitle() else label
    if label == "PERSON":
        end = _end_of_person(page, start, end)
    while start < end and (lowered[start] in _DETERMINERS or is_mark(words[start])):
        start += 1
    while start < end and (words[end - 1] in _LINKS or is_mark(words[end - 1]) or _is_possessive(words[end - 1])):
        end -= 1
    if end - start > 1 and lowered[end - 1] in WEEKDAYS and lowered[end - 2] not in _WITH_WEEKDAY:
        end -= 1  # "the Congress Monday said"
    start = (after_titles if label == "PERSON" else _after_adjectives)(page, start, end)
    if start < end and (name := page.name(start, end, label)):
        form = name.form
        if label == "PLACE" and end < len(words) and f"{form} {words[end]}" in lexicon.demonyms:
            return  # the "South" of "South Korean"
        if label != "PERSON" and form.lower() in WEEKDAYS:
            return
        if not is_adjective(form, lexicon) or page.title_before(start) < start or _is_newspaper(page, name):
            yield name


def _is_newspaper(page: Page, name: NameMention) -> bool:
    """Whether an article with a capital within a sentence shows that an adjective names a paper: "The Australian"."""
    before = name.start_token - 1
    return name.label == "ORG" and before >= 0 and page.words[before] == "The" and not page.doc[before].is_sent_start


def _is_possessive(word: str) -> bool:
    return len(word) <= 2 and word[:1] in _APOSTROPHES


def _end_of_person(page: Page, start: int, end: int) -> int:
    """Where a person's name ends: before a comma (unless "Jr." follows), a bracket or a possessive."""
    words, lowered, lexicon = page.words, page.lowered, page.lexicon
    # Within "Ann 'Nan' Roe" a mark is no possessive.
    marked = start > 0 and words[start - 1] in _APOSTROPHES and not page.spaced[start - 1]
    for i in range(start + 1, end):
        text = words[i]
        if text.isalpha():
            continue
        marked = marked or (text in _APOSTROPHES and bool(page.spaced[i - 1]))
        suffix = i + 1 < end and lowered[i + 1].replace(".", "") in lexicon.suffixes
        closes = any(words[k] in ")]" for k in range(i, end - 1))  # a nickname in brackets is part of the name
        if (
            (text == "," and not suffix)
            or (text in "([" and page.spaced[i - 1] and not closes)
            or (_is_possessive(text) and not marked)
        ):
            return i
    while end > start + 2 and _is_post_nominal(words[end - 1], lexicon):
        end -= 1
    while end > start + 1 and words[end - 1].islower() and words[end - 1].isalpha() and words[start][:1].isupper():
        if lowered[end - 1] in lexicon.name_particles or lowered[end - 1] in lexicon.suffixes:
            break
        if not page.spaced[end - 2]:
            break
        end -= 1
    return end


def _is_post_nominal(word: str, lexicon: Lexicon) -> bool:
    """Whether a word is a degree, order or seat in capitals behind a name: "Ann Roe QC"; no number of a king."""
    if not word.isupper() or set(word) <= set("IVX"):
        return False
    return word.lower() in lexicon.suffixes or word.lower() in lexicon.office_abbreviations


def after_titles(page: Page, start: int, end: int) -> int:
    """The token after honorifics, roles and adjectives of countries that were taken for the start of a name."""
    start = _after_inner_title(page, start, end)
    while (after := _after_title(page, start, end)) > start:
        start = after
    return start


def _after_inner_title(page: Page, start: int, end: int) -> int:
    """The token after an honorific that stands within what was recognised: "Norland H E Ann Roe"."""
    for i in range(end - 2, start, -1):
        text = page.words[i].replace(".", "")
        if text in _ONLY_TITLES or (text == "E" and page.words[i - 1].replace(".", "") == "H" and i - 1 > start):
            return i + 1
    return start


def _after_title(page: Page, start: int, end: int) -> int:
    words, lexicon = page.words, page.lexicon
    for length in range(min(MOST_WORDS_OF_TITLE, end - start - 1), 0, -1):
        parts = (word.replace(".", "") for word in page.lowered[start : start + length])
        phrase = " ".join(part for part in parts if part).replace(" - ", "-")
        known = phrase in lexicon.roles or phrase in lexicon.office_abbreviations
        if length == 1 and known and (words[start] in lexicon.given_names or phrase in _PAPAL):
            known = False
        adjective = length == 1 and is_adjective(words[start], lexicon)
        title = phrase in lexicon.honorifics and phrase not in NAME_LIKE
        title = title and not (phrase in _PAPAL and end - start == 2)
        initials = length == 1 and words[start].isupper() and len(phrase) > 2 and end - start > 2  # "WHO Ann Roe"
        if not phrase or not (known or adjective or title or (initials and words[start].isalpha())):
            continue
        after = start + length
        retired = retired_length(words, after)
        after += retired if after + retired < end else 0
        while after < end - 1 and is_mark(words[after]):
            after += 1
        if words[after][:1].isupper() or page.lowered[after] in lexicon.name_particles:
            return after
    return start


def _after_adjectives(page: Page, start: int, end: int) -> int:
    """The token after words in small letters before the name of a body or place: "east Jerusalem"."""
    words, first = page.words, start
    while first < end and words[first].islower() and words[first].isalpha():
        if words[first] in page.lexicon.name_particles:
            break
        first += 1
    return first if first >= end or words[first][:1].isupper() else start
