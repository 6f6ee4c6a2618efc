"""From ticked answers to scores, with one rule for questions left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.model.surveys.scales import Scale

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """Scores of one scale.

    Parameters
    ----------
    scores
        Shape (n,); not a number where too much was left out.
    turned
        Shape (n, questions); answers with reversed questions turned, not a number where left out.
    """

    scores: Floats
    turned: Floats

    @property
    def whole(self) -> Floats:
        """Answers of those who left nothing out, shape (m, questions)."""
        return self.turned[~np.isnan(self.turned).any(axis=1)]

    @property
    def is_scored(self) -> NDArray[np.bool_]:
        """Who has a score, shape (n,)."""
        return ~np.isnan(self.scores)


def scored(scale: Scale, answers: Floats) -> Scored:
    """Score a scale: the mean of what was answered stands for what was left out.

    Parameters
    ----------
    answers
        Shape (n, questions) in the order of ``scale.items``, as ticked; not a number where a
        question was left out.
    """
    is_reversed = np.array([item in scale.reversed_items for item in scale.items])
    turned = np.where(is_reversed, scale.lowest + scale.highest - answers, answers)
    answered = (~np.isnan(turned)).sum(axis=1)
    enough = answered >= max(1, len(scale.items) - scale.most_missing)
    mean = np.full(len(turned), np.nan)
    mean[enough] = np.nanmean(turned[enough], axis=1)
    scores = {"sum": mean * len(scale.items), "mean": mean, "less": -mean / 100}[scale.made_by]
    return Scored(scores=scores, turned=turned)
