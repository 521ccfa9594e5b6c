"""Names in a text: the entities of the pipeline, trimmed, joined and made consistent over the whole document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from spacy.tokens import Doc, Token

from quoteminer.consistency import consistent, covered, missed
from quoteminer.forms import (
    HYPHENS,
    NameMention,
    Page,
    after_titles,
    is_mark,
    mention,
    title_before,
    trimmed,
)
from quoteminer.lexicon import Lexicon
from quoteminer.syntax import retired_length

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
    doc, lexicon = page.doc, page.lexicon
    words = [doc[i].lower_.replace(".", "") for i in range(name.start_token, name.end_token)]
    if " ".join(words) in lexicon.honorifics and retired_length(doc, name.end_token):
        return True
    definite = name.start_token > 0 and doc[name.start_token - 1].lower_ == "the"
    known = words[-1] in lexicon.roles or words[-1] in lexicon.office_abbreviations
    if name.label == "PLACE" or not known:
        return False
    whole = len(words) > 1 and " ".join(words) in lexicon.roles
    return whole or (definite and (name.label == "PERSON" or len(words) == 1))


def _nicknamed(page: Page, names: Sequence[NameMention]) -> list[NameMention]:
    """Persons whose nickname stands in marks or brackets within their name as one: `Ann "Nan" Roe`."""
    doc = page.doc
    persons = {name.start_token: name for name in names if name.label == "PERSON"}
    found: list[NameMention] = []
    for name in names:
        if found and name.start_token < found[-1].end_token:
            continue
        opens = name.label == "PERSON" and doc[name.end_token : name.end_token + 1].text in _MARKS
        whole = _with_nickname(page, name, persons) if opens else None
        found.append(whole or name)
    return found


def _with_nickname(page: Page, name: NameMention, persons: Mapping[int, NameMention]) -> NameMention | None:
    """The whole of a name behind which a nickname opens; `persons` are those of the text by their first token."""
    doc = page.doc
    closing = range(name.end_token + 2, min(name.end_token + 3 + _LONGEST_NICKNAME, len(doc)))
    behind = next((i + 1 for i in closing if is_mark(doc[i])), -1)
    # The second fragment begins behind the nickname, or with it.
    rest = persons.get(behind) or persons.get(name.end_token + 1)
    if rest is None or not rest.end_token > behind > 0 or retired_length(doc, name.end_token):
        return None
    nickname = _is_nickname([*doc[name.end_token : behind]])
    return mention(page, name.start_token, rest.end_token, "PERSON") if nickname else None


def _joined(page: Page, names: Sequence[NameMention]) -> list[NameMention]:
    """Names with the fragments of one name put together again, and persons with what was cut off."""
    joined: list[NameMention] = []
    forms = Counter(page.form(name) for name in names)
    for name in names:
        apart = bool(joined) and min(forms[page.form(joined[-1])], forms[page.form(name)]) > 1  # "Trump-Xi talks"
        if joined and (label := _joint_label(page, joined[-1], name, apart)):
            start = joined[-1].start_token
            if label == "PERSON":
                start = after_titles(page.doc, start, name.end_token, page.lexicon)
            joined[-1] = mention(page, start, name.end_token, label) or joined[-1]
        else:
            joined.append(name)
    limits = [0, *(name.end_token for name in joined), len(page.doc)]
    after = [*(name.start_token for name in joined[1:]), len(page.doc)]
    surnames = {page.form(name).split()[-1] for name in joined if " " in page.form(name)}
    return [
        _widened(page, name, limits[i], after[i], page.form(name) not in surnames) if name.label == "PERSON" else name
        for i, name in enumerate(joined)
    ]


def _joint_label(page: Page, first: NameMention, second: NameMention, apart: bool) -> str | None:
    """The label of two fragments of one name, None where they are two names; `apart` where both occur alone as well."""
    doc = page.doc
    if second.start_token - first.end_token > 5:
        return None
    between = [doc[i] for i in range(first.end_token, second.start_token)]
    if any(token.is_space and page.ends_block(token.i) for token in between):
        return None
    inner = [token for token in between if not token.is_space]
    text = "".join(token.text for token in inner)
    unspaced = not doc[first.end_token - 1].whitespace_ and all(not token.whitespace_ for token in between)
    same = page.form(first).split()[-1] == page.form(second).split()[-1]
    cut = same or first.end != doc[first.end_token - 1].idx + len(doc[first.end_token - 1].text)  # its possessive
    if cut:
        return None
    if first.label == "PERSON" and second.label == "PERSON":
        particles = inner and all(token.lower_ in _INNER_PARTICLES for token in inner)
        joins = not text or particles or (text in HYPHENS and unspaced and not apart)
        return "PERSON" if joins else None
    if second.label == "PERSON" and text and text in HYPHENS and unspaced and not apart:
        return "PERSON" if second.end_token - second.start_token == 1 else None  # "Ann Hill-Roe"
    if first.label == "PERSON" and _is_eastern(doc, first, second, page.lexicon) and not text:
        return "PERSON"
    if not text and (unspaced or first.label == second.label):
        return second.label if unspaced and second.label != "PERSON" else first.label
    if first.label == second.label == "ORG" and text and text in HYPHENS and unspaced:
        return first.label
    return None


def _is_eastern(doc: Doc, first: NameMention, second: NameMention, lexicon: Lexicon) -> bool:
    """Whether a surname that stands first is followed by a given name in two syllables: "Kang In-sun"."""
    given = doc[second.start_token : second.end_token].text
    alone = first.end_token - first.start_token == 1
    return alone and doc[first.start_token].text in lexicon.surname_first and "-" in given and " " not in given


def _is_nickname(tokens: Sequence[Token]) -> bool:
    """Whether tokens between a given name and a surname are a nickname in marks or brackets."""
    inside = tokens[1:-1]
    return (
        1 <= len(inside) <= _LONGEST_NICKNAME
        and tokens[0].text in _MARKS
        and tokens[-1].text in _MARKS
        and all(token.is_alpha for token in inside)
    )


def _widened(page: Page, name: NameMention, low: int, high: int, lone: bool) -> NameMention:
    """A person's name with the rest of a hyphenated word, and with particles, initials and the given name before it.

    `low` and `high` are the tokens up to which no other name reaches, `lone` says that no fuller form is known.
    """
    doc, lexicon = page.doc, page.lexicon
    start, end = name.start_token, name.end_token
    if end + 2 < high and end - start == 1 and doc[start].text in lexicon.surname_first and _is_syllables(doc, end):
        end += 3
    elif end + 1 < high and not doc[end - 1].whitespace_ and doc[end].text in HYPHENS and not doc[end].whitespace_:
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
        elif before.whitespace_ and _starts_name(page, start - 1, end - start, lone):
            start -= 1
        else:
            break
    if (start, end) == (name.start_token, name.end_token):
        return name
    return mention(page, start, end, "PERSON") or name


def _is_syllables(doc: Doc, start: int) -> bool:
    """Whether three tokens are a given name in two syllables: "In-guk"."""
    first, hyphen, second = doc[start : start + 3]
    unspaced = not first.whitespace_ and not hyphen.whitespace_ and hyphen.text in HYPHENS
    return unspaced and first.is_title and second.is_lower and second.is_alpha and len(second.text) <= 6


def _starts_name(page: Page, i: int, length: int, lone: bool) -> bool:
    """Whether token `i` is the given name or initial that belongs to the name after it."""
    token, lexicon = page.doc[i], page.lexicon
    text, known = token.text, token.lower_.replace(".", "")
    if title_before(page.doc, i + 1, lexicon) <= i:
        return False
    if len(text) == 1 or (len(text) == 2 and text[1] == "."):
        return text[0].isupper() and text not in ("I", "A") and not (token.is_sent_start and length == 1)
    if token.pos_ != "PROPN" or not text[0].isupper():
        return False
    if text in lexicon.given_names and known not in lexicon.roles:
        return length == 1 or i == 0 or page.doc[i - 1].tag_ != "IN"
    first = i == 0 or not page.doc[i - 1].text[:1].isupper()
    listed = (lexicon.roles, lexicon.org_nouns, lexicon.place_nouns, lexicon.organisation_suffixes)
    common = any(known in words for words in (*listed, lexicon.office_abbreviations)) or text in lexicon.demonyms
    plural = known.endswith("s") and known[:-1] in lexicon.roles
    unknown = not (common or plural or known in _CALENDAR)
    return length == 1 and lone and first and token.is_title and unknown


def _with_brackets(page: Page, names: Sequence[NameMention]) -> list[NameMention]:
    """Names with the acronyms in brackets after them: "Asia Society Policy Institute (ASPI)"."""
    doc = page.doc
    found = list(names)
    taken = covered(names)
    bodies = {page.form(name) for name in names if name.label == "ORG"}
    for name in names:
        inside = name.end_token + 1
        if name.label != "ORG" or inside + 1 >= len(doc) or doc[inside - 1].text != "(" or inside in taken:
            continue
        shape = doc[inside].text
        capitals = sum(c.isupper() for c in shape)
        fits = shape[:1].lower() == page.text[name.start].lower() or (capitals == len(shape) and len(shape) < 8)
        # An acronym, or a short name that stands alone as well: "Nautical Centre (Cenau)".
        short = (capitals > 1 and fits) or shape in bodies
        if doc[inside + 1].text == ")" and short and not _is_abbreviation(shape, page.lexicon):
            acronym = mention(page, inside, inside + 1, "ORG")
            found.extend([acronym] if acronym else [])
    return sorted(found, key=lambda name: name.start)


def _is_abbreviation(word: str, lexicon: Lexicon) -> bool:
    """Whether capitals are short for a country or an office: "Union Party (UK)", "Member of Parliament (MP)"."""
    return word in lexicon.demonyms or word.lower() in lexicon.office_abbreviations
