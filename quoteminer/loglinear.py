"""Log-linear models: the score of some features by fitted weights, and scores as probabilities."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Features = dict[str, float]


def score_of(found: Features, weights: Mapping[str, float]) -> float:
    """The sum of each feature's value times its weight; features without a weight count for nothing."""
    score = 0.0
    for name, value in found.items():
        if name in weights:
            score += weights[name] * value
    return score


def softmax(scores: Sequence[float]) -> list[float]:
    """Scores as probabilities; none for none."""
    top = max(scores, default=0.0)
    exponentials = [math.exp(score - top) for score in scores]
    total = sum(exponentials)
    return [value / total for value in exponentials]
