"""What the whole document says about its names: their labels, and where they occur once more.

A recogniser sees one sentence at a time. A document says more: a form that is a person five times is one the sixth
time, and a surname that was missed once is found by its other occurrences.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from quoteminer.forms import HYPHENS, Key, is_mark, key_of
from quoteminer.page import NameMention, Page

_LONGEST_FORM = 12
_DOUBLE_MARKS = frozenset('"“”')
_STUCK = re.compile(r"[\"“”](?<=\S.)(?=\w)")


def consistent(page: Page, names: Sequence[NameMention]) -> list[NameMention]:
    """Names with one label for each form: its commonest, or PERSON where a title or a full name says so."""
    votes: defaultdict[Key, dict[str, int]] = defaultdict(dict)
    keys = [key_of(name.form) for name in names]
    surnames: set[Key] = set()
    initials: set[Key] = set()
    definite: set[Key] = set()
    bodies = {name.end_token for name in names if name.label == "ORG"}
    for key, name in zip(keys, names, strict=True):
        if name.label == "PERSON" and len(key) > 1:
            surnames.add(key[:1] if page.words[name.start_token] in page.lexicon.surname_first else key[-1:])
            letters = "".join(part[0] for part in name.form.replace("-", " ").split() if part[0].isalpha())
            initials.update(((letters.lower(),),) if len(letters) > 2 else ())
        if name.start_token and page.lowered[name.start_token - 1] == "the":
            definite.add(key)
        titled = name.label != "PLACE" and _is_titled(page, name)
        # What stands in brackets right behind a body's name is its acronym or short name.
        short = name.label != "PLACE" and len(key) == 1 and page.text[name.start - 1 : name.start] == "("
        short = short and (name.label == "ORG" or name.start_token - 1 in bodies)
        label = "PERSON" if titled else "ORG" if short else name.label
        votes[key][label] = votes[key].get(label, 0) + (3 if titled or short else 1)

    def label_of(key: Key, counts: Mapping[str, int]) -> str:
        label = max(counts, key=counts.__getitem__)
        body = len(key) > 1 and key[-1] in page.lexicon.org_nouns
        if label == "ORG" and ((key in surnames and counts[label] <= 2) or key in initials):
            return "PERSON"
        if body and ((label == "PERSON" and key in definite) or "ORG" in counts):
            return "ORG"
        return label

    decided = {key: label_of(key, counts) for key, counts in votes.items()}
    labels = (decided[key] for key in keys)
    return [n if n.label == label else n._replace(label=label) for n, label in zip(names, labels, strict=True)]


def _is_titled(page: Page, name: NameMention) -> bool:
    """Whether an honorific or the short form of an office ("Rep.") stands before a name."""
    i = name.start_token - 1
    if i < 0:
        return False
    short = page.words[i].endswith(".") and page.lowered[i].replace(".", "") in page.lexicon.office_abbreviations
    return short or page.title_before(name.start_token) <= i


def missed(page: Page, names: Sequence[NameMention]) -> Iterator[NameMention]:
    """Further occurrences of forms that are names elsewhere in the document."""
    forms = _forms(page, names)
    longest: defaultdict[str, int] = defaultdict(int)
    for words in forms:
        longest[words[0]] = max(longest[words[0]], min(len(words), _LONGEST_FORM))
    taken = covered(names)
    behind = 0  # the last one found
    stuck = _STUCK.search(page.text) is not None
    for i in [i for i, text in enumerate(page.words) if text in longest or (stuck and not text.isalpha())]:
        text = page.words[i]
        if i < behind or i in taken:
            continue
        for length in range(min(longest.get(text, 0), len(page.words) - i), 0, -1):
            words = tuple(page.words[i : i + length])
            if words in forms and not taken.intersection(range(i, i + length)):
                if _stands_alone(page, i, i + length, taken) and (name := page.name(i, i + length, forms[words])):
                    yield name
                    behind = i + length
                break
        else:
            if len(text) > 1 and not _DOUBLE_MARKS.isdisjoint(text):
                yield from _stuck(page, i, forms)


def _stuck(page: Page, i: int, forms: Mapping[Key, str]) -> Iterator[NameMention]:
    """A name in a token that holds more, because a space is missing: `over,"Roe said`."""
    text = page.words[i]
    for mark in '"“”':
        before, found, piece = text.rpartition(mark)
        if found and before and (piece,) in forms:
            start = page.offsets[i] + len(text) - len(piece)
            yield NameMention(start, start + len(piece), i, i + 1, forms[(piece,)], piece)
            return


def _forms(page: Page, names: Sequence[NameMention]) -> dict[Key, str]:
    """The words of each name, and the surname of each full one, with their label."""
    forms: dict[Key, str] = {}
    for name in names:
        words = tuple(page.words[name.start_token : name.end_token])
        forms.setdefault(words, name.label)
        if name.label == "PERSON" and len(words) > 1:
            surname = words[0] if words[0] in page.lexicon.surname_first and len(words) < 4 else words[-1]
            if len(surname) > 1 and surname[0].isupper():
                forms.setdefault((surname,), "PERSON")
    return forms


def covered(names: Iterable[NameMention]) -> set[int]:
    """The tokens of some names."""
    return {i for name in names for i in range(name.start_token, name.end_token)}


def _stands_alone(page: Page, start: int, end: int, taken: set[int]) -> bool:
    """Whether an occurrence of a name's words is that name and no part of another name or a common word."""
    words, spaced, lexicon = page.words, page.spaced, page.lexicon
    if end - start == 1 and (not words[start][:1].isupper() or page.doc[start].pos_ not in ("PROPN", "X", "")):
        return False
    if start and words[start - 1] in HYPHENS and not spaced[start - 1]:
        return False
    if start and spaced[start - 1] and _is_name_word(page, start - 1):
        known = page.lowered[start - 1].replace(".", "")
        titled = known in lexicon.honorifics or known in lexicon.roles or words[start - 1] in lexicon.demonyms
        if start - 1 in taken or not titled:
            return False
    return not (end < len(words) and spaced[end - 1] and _is_name_word(page, end))


def _is_name_word(page: Page, i: int) -> bool:
    word = page.words[i]
    return word[:1].isupper() and not is_mark(word) and page.doc[i].pos_ in ("PROPN", "")
