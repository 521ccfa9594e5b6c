"""Forms of names: the words that a name is known by, and what they tell whatever the text around it."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from quoteminer.lexicon import Lexicon

HYPHENS = "-‐‑‒–"
_ARTICLES = frozenset(("al", "el", "as", "ash", "an", "ad", "ar", "at", "az"))

Key = tuple[str, ...]


@lru_cache(maxsize=1 << 14)
def plain(word: str) -> str:
    """A word without case, accents, full stops, hyphens and apostrophes.

    >>> plain("Jung-tai"), plain("López"), plain("U.S.")
    ('jungtai', 'lopez', 'us')
    """
    decomposed = unicodedata.normalize("NFKD", word.replace("ı", "i").replace("ø", "o").casefold())
    return "".join(c for c in decomposed if c.isalnum())


@lru_cache(maxsize=1 << 14)
def key_of(form: str) -> Key:
    """The plain words of a name: what two spellings of one name have in common."""
    return tuple(word for part in form.split() if (word := plain(part)))


@lru_cache(maxsize=1 << 14)
def person_key(form: str, lexicon: Lexicon) -> Key:
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


@lru_cache(maxsize=1 << 14)
def is_mark(word: str) -> bool:
    """Whether a word has no letter and no digit."""
    return not any(c.isalnum() for c in word)


def is_adjective(form: str, lexicon: Lexicon) -> bool:
    """Whether a form is the adjective or inhabitant of a country and no abbreviation, surname or given name."""
    if lexicon.demonyms.get(form, form) == form or form.isupper() or "." in form:
        return False
    return form not in lexicon.surname_first and form not in lexicon.given_names
