"""What the whole document says about its names: their labels, and where they occur once more.

A recogniser sees one sentence at a time. A document says more: a form that is a person five times is one the sixth
time, and a surname that was missed once is found by its other occurrences.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from spacy.tokens import Doc, Token

from quoteminer.forms import HYPHENS, NameMention, Page, is_mark, key_of, mention, title_before
from quoteminer.lexicon import Lexicon

_LONGEST_FORM = 12

Key = tuple[str, ...]


def consistent(page: Page, names: Sequence[NameMention]) -> list[NameMention]:
    """Names with one label for each form: its commonest, or PERSON where a title or a full name says so."""
    votes: defaultdict[Key, Counter[str]] = defaultdict(Counter)
    keys = [key_of(page.form(name)) for name in names]
    surnames: set[Key] = set()
    initials: set[Key] = set()
    definite: set[Key] = set()
    bodies = {name.end_token for name in names if name.label == "ORG"}
    for key, name in zip(keys, names, strict=True):
        first = page.doc[name.start_token]
        if name.label == "PERSON" and len(key) > 1:
            surnames.add(key[:1] if first.text in page.lexicon.surname_first else key[-1:])
            letters = "".join(part[0] for part in page.form(name).replace("-", " ").split() if part[0].isalpha())
            initials.update(((letters.lower(),),) if len(letters) > 2 else ())
        if name.start_token and page.doc[name.start_token - 1].lower_ == "the":
            definite.add(key)
        titled = name.label != "PLACE" and _is_titled(page, name)
        # What stands in brackets right behind a body's name is its acronym or short name.
        short = name.label != "PLACE" and len(key) == 1 and page.text[name.start - 1 : name.start] == "("
        short = short and (name.label == "ORG" or name.start_token - 1 in bodies)
        label = "PERSON" if titled else "ORG" if short else name.label
        votes[key][label] += 3 if titled or short else 1

    def label_of(key: Key, counts: Counter[str]) -> str:
        label = max(counts, key=lambda label: counts[label])
        body = len(key) > 1 and key[-1] in page.lexicon.org_nouns
        if label == "ORG" and ((key in surnames and counts[label] <= 2) or key in initials):
            return "PERSON"
        if body and ((label == "PERSON" and key in definite) or counts["ORG"]):
            return "ORG"
        return label

    decided = {key: label_of(key, counts) for key, counts in votes.items()}
    labels = (decided[key] for key in keys)
    return [n if n.label == label else replace(n, label=label) for n, label in zip(names, labels, strict=True)]


def _is_titled(page: Page, name: NameMention) -> bool:
    """Whether an honorific or the short form of an office ("Rep.") stands before a name."""
    i, lexicon = name.start_token - 1, page.lexicon
    if i < 0:
        return False
    short = page.doc[i].text.endswith(".") and page.doc[i].lower_.replace(".", "") in lexicon.office_abbreviations
    return short or title_before(page.doc, name.start_token, lexicon) <= i


def missed(page: Page, names: Sequence[NameMention]) -> Iterator[NameMention]:
    """Further occurrences of forms that are names elsewhere in the document."""
    doc, texts = page.doc, page.words
    forms = _forms(page, names)
    longest: defaultdict[str, int] = defaultdict(int)
    for words in forms:
        longest[words[0]] = max(longest[words[0]], min(len(words), _LONGEST_FORM))
    taken = covered(names)
    behind = 0  # the last one found
    for i, text in enumerate(texts):
        if i < behind:
            continue
        for length in range(longest[text], 0, -1) if text in longest else ():
            words = tuple(texts[i : i + length])
            if words in forms and not taken.intersection(range(i, i + length)):
                if _stands_alone(doc, i, i + length, taken, page.lexicon) and (
                    name := mention(page, i, i + length, forms[words])
                ):
                    yield name
                    behind = i + length
                break
        else:
            if len(text) > 1 and not text.isalpha() and i not in taken:
                yield from _stuck(page, i, forms)


def _stuck(page: Page, i: int, forms: Mapping[Key, str]) -> Iterator[NameMention]:
    """A name in a token that holds more, because a space is missing: `over,"Roe said`."""
    text = page.words[i]
    for mark in '"“”':
        before, found, piece = text.rpartition(mark)
        if found and before and (piece,) in forms:
            start = page.doc[i].idx + len(text) - len(piece)
            yield NameMention(start, start + len(piece), i, i + 1, forms[(piece,)])
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


def _stands_alone(doc: Doc, start: int, end: int, taken: set[int], lexicon: Lexicon) -> bool:
    """Whether an occurrence of a name's words is that name and no part of another name or a common word."""
    if end - start == 1 and (doc[start].pos_ not in ("PROPN", "X", "") or not doc[start].text[:1].isupper()):
        return False
    before = doc[start - 1] if start else None
    after = doc[end] if end < len(doc) else None
    if before is not None and _is_name_word(before) and before.whitespace_:
        known = before.lower_.replace(".", "")
        titled = known in lexicon.honorifics or known in lexicon.roles or before.text in lexicon.demonyms
        if start - 1 in taken or not titled:
            return False
    if before is not None and before.text in HYPHENS and not before.whitespace_:
        return False
    return not (after is not None and doc[end - 1].whitespace_ and _is_name_word(after))


def _is_name_word(token: Token) -> bool:
    return token.text[:1].isupper() and token.pos_ in ("PROPN", "") and not is_mark(token)
