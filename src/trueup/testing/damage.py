"""Damaged payloads: missing fields, wrong types, nulls, huge and impossible values, from a seed."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

HUGE = "x" * 100_000
_ODD: tuple[Any, ...] = (
    None,
    "",
    HUGE,
    "\ud800 half a pair",
    "nul \x00 inside",
    0,
    -1,
    10**30,
    -(2**63),
    1.5,
    float("nan"),
    True,
    [],
    {},
    [None],
    {"login": None},
    "2026-03-29T02:30:00+25:00",
    "2026-03-29T02:30:00.123456789+05:45",
    "2026-02-30T00:00:00Z",
    "0000-00-00T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "not an instant",
)

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Damage:
    """A damaged payload, and where the damage is.

    Parameters
    ----------
    path
        Keys and places leading to it.
    """

    payload: Any
    path: Path
    kind: str

    def touches(self, needed: str) -> bool:
        """Say whether the damage is at, above or below a dotted path of keys.

        ``*`` stands for every place of a list.
        """
        wanted = needed.split(".")
        given = ["*" if isinstance(step, int) else step for step in self.path]
        shared = min(len(wanted), len(given))
        return wanted[:shared] == given[:shared]


def damages(payload: Any, seed: int, count: int, *, below: int = 0) -> Iterator[Damage]:
    """Yield damaged copies of a JSON payload, the same for the same seed.

    Parameters
    ----------
    below
        Only what lies deeper than so many steps is damaged.
    """
    chance = random.Random(seed)  # noqa: S311 - a seed, not a secret
    places = [path for path in _paths(payload, ()) if len(path) > below]
    for _ in range(count if places else 0):
        path = chance.choice(places)
        yield _damaged(payload, path, chance)


def _paths(node: Any, path: Path) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _paths(value, (*path, key))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from _paths(value, (*path, place))


def _damaged(payload: Any, path: Path, chance: random.Random) -> Damage:
    whole = copy.deepcopy(payload)
    holder: Any = whole
    for step in path[:-1]:
        holder = holder[step]
    last: Any = path[-1]
    if chance.random() < 0.2:
        del holder[last]
        return Damage(whole, path, "missing")
    if isinstance(holder, list) and chance.random() < 0.2:
        holder.append(copy.deepcopy(holder[last]))
        return Damage(whole, path, "twice")
    odd = chance.choice(_ODD)
    holder[last] = copy.deepcopy(odd)
    return Damage(whole, path, type(odd).__name__)


def planted(payload: Any, keys: frozenset[str], canary: str) -> Any:
    """Return `payload` with a canary at the end of every text under one of `keys`."""
    if isinstance(payload, dict):
        return {
            key: f"{value} {canary}"
            if key in keys and isinstance(value, str)
            else planted(value, keys, canary)
            for key, value in payload.items()
        }
    if isinstance(payload, list):
        return [planted(item, keys, canary) for item in payload]
    return payload
