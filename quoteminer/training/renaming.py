"""Other people's names in the place of those of the training texts, so that a name is known by what stands around it.

The names are those of Faker's locales (MIT licence), of all parts of the world, so far as they are written in Latin
letters; each token of a person's name is replaced by one token, so that all annotation stays where it is.
"""

from __future__ import annotations

import importlib
import pkgutil
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy

from quoteminer.lexicon import load_lexicon
from quoteminer.pipeline.features import TITLE, Integers, WordPieces, Words
from quoteminer.training.examples import NAME_TAGS

MOST_PIECES = 505
FEWEST_NAMES = 20
SHARE = 0.35
WEIGHT = 3  # of the locales whose names the training texts have least of
SELDOM = frozenset((
    "en_IN", "en_KE", "en_NG", "en_NZ", "en_PK", "en_TH", "fr_DZ", "ha_NG", "id_ID", "ig_NG", "sw", "tr_TR", "tw_GH",
    "vi_VN", "yo_NG", "zu_ZA",
))  # fmt: skip
_NAME = re.compile("[A-ZÀ-ÖØ-ÞĀ-Ž][a-zà-öø-ÿā-žơưạ-ỹ]+")
_BEGIN, _INSIDE = NAME_TAGS.index("B-PERSON"), NAME_TAGS.index("I-PERSON")
Name = tuple[int, ...]


@dataclass(frozen=True)
class Pool:
    """The names of one locale as word pieces; given names by gender, None where it is not told."""

    given: dict[str | None, list[Name]]
    family: list[Name]


class Renamer:
    """Gives the persons of a window other names: the same one wherever the same word stands in a name.

    Args:
        pieces: the vocabulary of the examples.
    """

    def __init__(self, pieces: WordPieces) -> None:
        self.pieces = pieces
        pools = {locale: pool for locale in _locales() if (pool := self._pool(locale)) is not None}
        self.pools = [pool for name, pool in pools.items() for _ in range(WEIGHT if name in SELDOM else 1)]
        self.genders = {self._encode([name])[0]: gender for name, gender in load_lexicon().given_names.items()}

    def _encode(self, names: Sequence[str]) -> list[Name]:
        words = self.pieces.encode(names, [" "] * len(names))
        return [tuple(words.pieces[a:b].tolist()) for a, b in zip(words.offsets, words.offsets[1:], strict=False)]

    def _pool(self, locale: str) -> Pool | None:
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        found: dict[str, set[str]] = {"male": set(), "female": set(), "any": set(), "family": set()}
        for attribute in dir(provider):
            names = getattr(provider, attribute)
            if not isinstance(names, (list, tuple, dict)) or not attribute.startswith(("first_", "last_")):
                continue
            kind = "female" if "female" in attribute else "male" if "_male" in attribute else "any"
            kind = "family" if attribute.startswith("last_") else kind
            plain = (name[0] if isinstance(name, tuple) else name for name in names)
            found[kind].update(name for name in plain if isinstance(name, str) and _NAME.fullmatch(name))
        male, female, either, family = (self._encode(sorted(names)) for names in found.values())
        given = {"male": male or either, "female": female or either, None: male + female + either}
        return Pool(given, family) if min(*map(len, given.values()), len(family)) >= FEWEST_NAMES else None

    def rename(self, words: Words, tags: Integers, rng: random.Random) -> Words:
        """The words with other names of persons in a part of the calls; `tags` are theirs, numbers in `NAME_TAGS`."""
        if rng.random() >= SHARE:
            return words
        pool = rng.choice(self.pools)
        known: dict[Name, Name] = {}
        parts: list[Integers] = []
        for i, tag in enumerate(tags):
            part = words.pieces[words.offsets[i] : words.offsets[i + 1]]
            if tag in (_BEGIN, _INSIDE) and words.cases[i] == TITLE:
                old = tuple(part.tolist())
                if old not in known:
                    goes_on = i + 1 < len(tags) and tags[i + 1] == _INSIDE
                    given = tag == _BEGIN and (goes_on or old in self.genders)
                    known[old] = rng.choice(pool.given[self.genders.get(old)] if given else pool.family)
                part = numpy.array(known[old], dtype=numpy.int64)
            parts.append(part)
        sizes = numpy.array([0, *map(len, parts)]).cumsum()
        if not known or sizes[-1] > MOST_PIECES:
            return words
        return Words(numpy.concatenate(parts), sizes, words.cases, words.spacings)


def _locales() -> list[str]:
    package = importlib.import_module("faker.providers.person")
    return sorted(module.name for module in pkgutil.iter_modules(package.__path__))
