"""What the shipped encoder points at, read as shares of the entities; nothing on other pipelines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quoteminer.candidates import Roster
from quoteminer.view import View

NOBODY = -1
DEEPEST = 3
LEAST_SHARE = 0.002  # what the logarithms of shares start from
KINDS = ("mention", "speaker", "antecedent")
Target = tuple[int, float]


def targets_of(view: View, kind: str) -> dict[int, Sequence[Target]]:
    """What the encoder points at from each token that asks: (token or -1 for none, probability), the likeliest first.

    "mention" and "speaker" are asked by opening marks, "antecedent" by pronouns and definite nouns.
    """
    found: Mapping[str, Any] = view.pointers or {}
    return dict(found.get(kind, ()))


@dataclass
class Shares:
    """How likely each entity is by one pointer.

    Attributes:
        of: the share of each entity by its number, NOBODY included.
        at: the tokens pointed at, the likeliest first.
        most: the largest share of an entity, or of NOBODY.
    """

    of: Mapping[int, float]
    at: Sequence[Target]
    most: float

    def within(self, span: tuple[int, int]) -> float:
        """The share of the tokens of a span."""
        return sum(share for target, share in self.at if span[0] <= target < span[1])


class Pointers:
    """Follows pointers to entities: from a mark to "she", from "she" to the name that it stands for."""

    def __init__(self, view: View, roster: Roster) -> None:
        self.roster = roster
        self.targets = {kind: targets_of(view, kind) for kind in KINDS}

    def shares(self, kind: str, token: int) -> Shares:
        """The shares of the entities that `token` points at."""
        at = self.targets[kind].get(token, ())
        of = self._follow(at, DEEPEST)
        of[NOBODY] = sum(share for target, share in at if target < 0)
        return Shares(of, at, max(of.values()))

    def likeliest(self, kind: str, token: int) -> Target:
        """The token that `token` points at most, or -1 for none, and its share."""
        return next(iter(self.targets[kind].get(token, ())), (-1, 0.0))

    def _follow(self, targets: Sequence[Target], depth: int) -> dict[int, float]:
        found: dict[int, float] = defaultdict(float)
        for target, share in targets:
            number = self.roster.stands_for(target)
            if number is not None:
                found[number] += share
            elif depth and target >= 0:
                for entity, part in self._follow(self.targets["antecedent"].get(target, ()), depth - 1).items():
                    found[entity] += share * part
        return found
