"""What a session looks like to the classifier: hashed words and letters of its prompts, counts.

Words are hashed into a fixed number of places, so there is no vocabulary that could be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_PLACES = 1 << 11
"""Of each of the three bags; a power of two."""
_WORD = re.compile(r"\w+|[?!]|```")
_LETTERS = 4


def features(prompts: Sequence[str], counts: Sequence[int]) -> Floats:
    """Return the features of a session; all sessions have the same number.

    Three bags, each of length 1: words and pairs of words of the first prompt, of all later ones,
    and runs of four letters of all. Then logarithms of counts.

    Parameters
    ----------
    prompts
        What a person wrote, in order; one at least.
    counts
        What was done in the session, by kind.
    """
    first, later = prompts[0].lower(), "\n".join(prompts[1:]).lower()
    bags = (
        _bag(_words(first)),
        _bag(_words(later)),
        _bag(_runs(f"{first}\n{later}")),
    )
    asked = sum(words.rstrip().endswith("?") for words in prompts)
    length = sum(map(len, prompts)) / len(prompts)
    known = (len(prompts), length, asked, asked / len(prompts), "```" in later, *counts)
    return np.concatenate([*bags, np.log1p(np.array(known, dtype=np.float64))])


def standardised(rows: Floats) -> tuple[Floats, Floats]:
    """Return mean and scale of features, shapes (features,), so that counts weigh like a bag.

    Bags stay as they are. What does not vary is given no weight.
    """
    mean, scale = np.zeros(rows.shape[1]), np.ones(rows.shape[1])
    counts = rows[:, 3 * _PLACES :]
    spread = counts.std(0)
    mean[3 * _PLACES :] = counts.mean(0)
    scale[3 * _PLACES :] = np.where(spread > 0, spread * np.sqrt(counts.shape[1]), np.inf)
    return mean, scale


def _words(text: str) -> Iterator[str]:
    words = _WORD.findall(text)
    yield from words
    yield from map(" ".join, pairwise(words))


def _runs(text: str) -> Iterator[str]:
    for word in _WORD.findall(text):
        padded = f"^{word}$"
        yield from (padded[at : at + _LETTERS] for at in range(max(len(padded) - _LETTERS, 0) + 1))


def _bag(parts: Iterator[str]) -> Floats:
    places = [crc32(part.encode()) & (_PLACES - 1) for part in parts]
    bag = np.log1p(np.bincount(places, minlength=_PLACES).astype(np.float64))
    length = float(np.linalg.norm(bag))
    return bag / length if length else bag
