"""Names in a text: the entities of the pipeline, trimmed, joined and made consistent over the whole document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from quoteminer.consistency import consistent, covered, missed
from quoteminer.forms import HYPHENS, is_mark
from quoteminer.lexicon import Lexicon
from quoteminer.page import NameMention, Page
from quoteminer.syntax import retired_length
from quoteminer.trimming import after_titles, trimmed

_LONGEST_NICKNAME = 3
_MARKS = frozenset("\"'“”‘’()")
_CALENDAR = frozenset(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january",
                       "february", "march", "april", "june", "july", "august", "september", "october", "november",
                       "december", "today", "yesterday"))  # fmt: skip
_INNER_PARTICLES = frozenset(("bin", "bint", "ibn", "al", "el", "van", "von", "der", "den", "della", "di", "du", "da",
                              "dos", "das", "del", "de", "la", "ben", "y", "abu", "binti", "ul", "ur"))  # fmt: skip


def find_names(page: Page) -> tuple[NameMention, ...]:
    """The names of a document, in order, none inside another.

    Args:
        page: a Doc with entities; labels of the OntoNotes and of the CoNLL scheme are read, other labels dropped. No
            name reaches from one block into the next.

    Returns:
        Names with offsets in code points, ends exclusive.
    """
    pieces = [piece for ent in page.doc.ents for piece in trimmed(page, ent.start, ent.end, ent.label_)]
    pieces = [piece for piece in pieces if not _is_office(page, piece)]
    names = _with_brackets(page, _joined(page, _nicknamed(page, pieces)))
    names = consistent(page, names)
    return tuple(sorted((*names, *missed(page, names)), key=lambda name: name.start))


def _is_office(page: Page, name: NameMention) -> bool:
    """Whether what was recognised is nothing but an office: "the Prime Minister", "the Lakeside MP", "PM".

    A person's name has no article, and no office ends it; before "(retd)" stands a rank.
    """
    lexicon = page.lexicon
    retired = retired_length(page.words, name.end_token) > 0
    last = page.lowered[name.end_token - 1].replace(".", "")
    known = name.label != "PLACE" and (last in lexicon.roles or last in lexicon.office_abbreviations)
    if not known and not retired:
        return False
    words = [word.replace(".", "") for word in page.lowered[name.start_token : name.end_token]]
    phrase = " ".join(words)
    if retired and phrase in lexicon.honorifics:
        return True
    definite = name.start_token > 0 and page.lowered[name.start_token - 1] == "the"
    whole = len(words) > 1 and phrase in lexicon.roles
    return known and (whole or (definite and (name.label == "PERSON" or len(words) == 1)))


def _nicknamed(page: Page, names: Sequence[NameMention]) -> list[NameMention]:
    """Persons whose nickname stands in marks or brackets within their name as one: `Ann "Nan" Roe`."""
    persons = {name.start_token: name for name in names if name.label == "PERSON"}
    found: list[NameMention] = []
    for name in names:
        if found and name.start_token < found[-1].end_token:
            continue
        opens = name.label == "PERSON" and name.end_token < len(page.words) and page.words[name.end_token] in _MARKS
        whole = _with_nickname(page, name, persons) if opens else None
        found.append(whole or name)
    return found


def _with_nickname(page: Page, name: NameMention, persons: Mapping[int, NameMention]) -> NameMention | None:
    """The whole of a name behind which a nickname opens; `persons` are those of the text by their first token."""
    closing = range(name.end_token + 2, min(name.end_token + 3 + _LONGEST_NICKNAME, len(page.words)))
    behind = next((i + 1 for i in closing if is_mark(page.words[i])), -1)
    # The second fragment begins behind the nickname, or with it.
    rest = persons.get(behind) or persons.get(name.end_token + 1)
    if rest is None or not rest.end_token > behind > 0 or retired_length(page.words, name.end_token):
        return None
    nickname = _is_nickname(page.words[name.end_token : behind])
    return page.name(name.start_token, rest.end_token, "PERSON") if nickname else None


def _joined(page: Page, names: Sequence[NameMention]) -> list[NameMention]:
    """Names with the fragments of one name put together again, and persons with what was cut off."""
    joined: list[NameMention] = []
    forms = Counter(name.form for name in names)
    for name in names:
        apart = bool(joined) and min(forms[joined[-1].form], forms[name.form]) > 1  # "Trump-Xi talks"
        if joined and (label := _joint_label(page, joined[-1], name, apart)):
            start = joined[-1].start_token
            if label == "PERSON":
                start = after_titles(page, start, name.end_token)
            joined[-1] = page.name(start, name.end_token, label) or joined[-1]
        else:
            joined.append(name)
    limits = [0, *(name.end_token for name in joined), len(page.words)]
    after = [*(name.start_token for name in joined[1:]), len(page.words)]
    surnames = {name.form.split()[-1] for name in joined if " " in name.form}
    return [
        _widened(page, name, limits[i], after[i], name.form not in surnames) if name.label == "PERSON" else name
        for i, name in enumerate(joined)
    ]


def _joint_label(page: Page, first: NameMention, second: NameMention, apart: bool) -> str | None:
    """The label of two fragments of one name, None where they are two names; `apart` where both occur alone as well."""
    low, high = first.end_token, second.start_token
    if high - low > 5 or any(page.words[i].isspace() and page.ends_block(i) for i in range(low, high)):
        return None
    if first.end != page.offsets[low - 1] + len(page.words[low - 1]):  # its possessive
        return None
    if first.form.split()[-1] == second.form.split()[-1]:
        return None
    inner = [word for word in page.words[low:high] if not word.isspace()]
    text = "".join(inner)
    unspaced = not any(page.spaced[low - 1 : high])
    if first.label == "PERSON" and second.label == "PERSON":
        particles = inner and all(word.lower() in _INNER_PARTICLES for word in inner)
        joins = not text or particles or (text in HYPHENS and unspaced and not apart)
        return "PERSON" if joins else None
    if second.label == "PERSON" and text and text in HYPHENS and unspaced and not apart:
        return "PERSON" if second.end_token - second.start_token == 1 else None  # "Ann Hill-Roe"
    if first.label == "PERSON" and _is_eastern(page, first, second) and not text:
        return "PERSON"
    if not text and (unspaced or first.label == second.label):
        return second.label if unspaced and second.label != "PERSON" else first.label
    if first.label == second.label == "ORG" and text and text in HYPHENS and unspaced:
        return first.label
    return None


def _is_eastern(page: Page, first: NameMention, second: NameMention) -> bool:
    """Whether a surname that stands first is followed by a given name in two syllables: "Kang In-sun"."""
    given = page.between(second.start_token, second.end_token)
    alone = first.end_token - first.start_token == 1
    return alone and page.words[first.start_token] in page.lexicon.surname_first and "-" in given and " " not in given


def _is_nickname(words: Sequence[str]) -> bool:
    """Whether words between a given name and a surname are a nickname in marks or brackets."""
    inside = words[1:-1]
    return (
        1 <= len(inside) <= _LONGEST_NICKNAME
        and words[0] in _MARKS
        and words[-1] in _MARKS
        and all(word.isalpha() for word in inside)
    )


def _widened(page: Page, name: NameMention, low: int, high: int, lone: bool) -> NameMention:
    """A person's name with the rest of a hyphenated word, and with particles, initials and the given name before it.

    `low` and `high` are the tokens up to which no other name reaches, `lone` says that no fuller form is known.
    """
    words, spaced, lexicon = page.words, page.spaced, page.lexicon
    start, end = name.start_token, name.end_token
    if end + 2 < high and end - start == 1 and words[start] in lexicon.surname_first and _is_syllables(page, end):
        end += 3
    elif end + 1 < high and not spaced[end - 1] and words[end] in HYPHENS and not spaced[end]:
        tail = page.doc[end + 1]
        eastern = words[start] in lexicon.surname_first and end - start > 1 and tail.tag_ in ("NNP", "NN", "FW")
        if tail.pos_ == "PROPN" or (eastern and tail.is_alpha and len(tail.text) <= 6):
            end += 2
    while start - 1 >= low:
        if words[start - 1] in HYPHENS and start - 2 >= low and not spaced[start - 1] and not spaced[start - 2]:
            if page.lowered[start - 2] not in lexicon.name_particles and words[start - 2] not in lexicon.given_names:
                break
            start -= 2
        elif spaced[start - 1] and _starts_name(page, start - 1, end - start, lone):
            start -= 1
        else:
            break
    if (start, end) == (name.start_token, name.end_token):
        return name
    return page.name(start, end, "PERSON") or name


def _is_syllables(page: Page, start: int) -> bool:
    """Whether three tokens are a given name in two syllables: "In-guk"."""
    first, hyphen, second = page.words[start : start + 3]
    unspaced = hyphen in HYPHENS and not page.spaced[start] and not page.spaced[start + 1]
    return unspaced and first.istitle() and second.islower() and second.isalpha() and len(second) <= 6


def _starts_name(page: Page, i: int, length: int, lone: bool) -> bool:
    """Whether token `i` is the given name or initial that belongs to the name after it."""
    text, lexicon = page.words[i], page.lexicon
    if not text[0].isupper() or page.title_before(i + 1) <= i:
        return False
    token, known = page.doc[i], page.lowered[i].replace(".", "")
    if len(text) == 1 or (len(text) == 2 and text[1] == "."):
        return text not in ("I", "A") and not (token.is_sent_start and length == 1)
    if token.pos_ != "PROPN":
        return False
    if text in lexicon.given_names and known not in lexicon.roles:
        return length == 1 or i == 0 or page.doc[i - 1].tag_ != "IN"
    first = i == 0 or not page.words[i - 1][:1].isupper()
    listed = (lexicon.roles, lexicon.org_nouns, lexicon.place_nouns, lexicon.organisation_suffixes)
    common = any(known in words for words in (*listed, lexicon.office_abbreviations)) or text in lexicon.demonyms
    plural = known.endswith("s") and known[:-1] in lexicon.roles
    unknown = not (common or plural or known in _CALENDAR)
    return length == 1 and lone and first and token.is_title and unknown


def _with_brackets(page: Page, names: Sequence[NameMention]) -> list[NameMention]:
    """Names with the acronyms in brackets after them: "Asia Society Policy Institute (ASPI)"."""
    words = page.words
    found = list(names)
    taken = covered(names)
    bodies = {name.form for name in names if name.label == "ORG"}
    for name in names:
        inside = name.end_token + 1
        if name.label != "ORG" or inside + 1 >= len(words) or words[inside - 1] != "(" or inside in taken:
            continue
        shape = words[inside]
        capitals = sum(c.isupper() for c in shape)
        fits = shape[:1].lower() == page.text[name.start].lower() or (capitals == len(shape) and len(shape) < 8)
        # An acronym, or a short name that stands alone as well: "Nautical Centre (Cenau)".
        short = (capitals > 1 and fits) or shape in bodies
        if words[inside + 1] == ")" and short and not _is_abbreviation(shape, page.lexicon):
            acronym = page.name(inside, inside + 1, "ORG")
            found.extend([acronym] if acronym else [])
    return sorted(found, key=lambda name: name.start)


def _is_abbreviation(word: str, lexicon: Lexicon) -> bool:
    """Whether capitals are short for a country or an office: "Union Party (UK)", "Member of Parliament (MP)"."""
    return word in lexicon.demonyms or word.lower() in lexicon.office_abbreviations
