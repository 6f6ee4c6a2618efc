"""Learning labels from sessions persons read, and labels for these by one that did not see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.measure.labels.learning.features import Floats, features, standardised
from trueup.measure.labels.learning.logistic import Head, fit

RATER = "hashed words 1"
"""Name and version; raised when features or penalty change."""
PENALTY = 3e-3
FOLDS = 10
_SEED = 20260202


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What labels any session, and what it says of those it was taught with.

    Parameters
    ----------
    held_out
        Labels of the sessions that persons read, each by a classifier that was taught with other
        sessions only. What is known of its mistakes comes from these.
    """

    names: tuple[str, ...]
    head: Head
    mean: Floats
    scale: Floats
    held_out: Mapping[str, str]

    def label(self, prompts: Sequence[str], counts: Sequence[int]) -> str:
        """Return the likeliest label of a session."""
        row = (features(prompts, counts) - self.mean) / self.scale
        return self.names[int(self.head.labels(row[None, :])[0])]


def learn(known: Mapping[str, Floats], truth: Mapping[str, str]) -> Learned:
    """Learn from sessions that persons read.

    Sessions are dealt into ten parts, labels evenly. They are dealt singly and not by person: the
    sessions that will be labelled are of the same persons as those that were read.

    Parameters
    ----------
    known
        Features of sessions.
    truth
        Their labels; one that no session has is never given.
    """
    sessions = sorted(known.keys() & truth.keys())
    names = tuple(sorted({truth[session] for session in sessions}))
    labels = np.array([names.index(truth[session]) for session in sessions])
    rows = np.array([known[session] for session in sessions])
    mean, scale = standardised(rows)
    short, axes = _shortened((rows - mean) / scale)
    held_out: dict[str, str] = {}
    for part in _parts(labels):
        taught = np.delete(labels, part)
        there, place = np.unique(taught, return_inverse=True)
        head = fit(np.delete(short, part, 0), place, there.size, penalty=PENALTY)
        said = there[head.labels(short[part])]
        held_out |= {sessions[at]: names[one] for at, one in zip(part, said, strict=True)}
    head = fit(short, labels, len(names), penalty=PENALTY)
    whole = Head(weights=axes @ head.weights, bias=head.bias)
    return Learned(names=names, head=whole, mean=mean, scale=scale, held_out=held_out)


def _shortened(rows: Floats) -> tuple[Floats, Floats]:
    """Return rows along as many axes as they span, and these axes: the same lengths and angles."""
    spread, turned = np.linalg.eigh(rows @ rows.T)
    kept = spread > 1e-10 * max(float(spread[-1]), 1e-300)
    root = np.sqrt(spread[kept])
    return turned[:, kept] * root, rows.T @ (turned[:, kept] / root)


def _parts(labels: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield the places of each part, labels dealt evenly over them."""
    shuffled = np.random.default_rng(_SEED).permutation(labels.size)
    dealt = shuffled[np.argsort(labels[shuffled], kind="stable")]
    for part in range(min(FOLDS, labels.size)):
        yield dealt[part::FOLDS]
