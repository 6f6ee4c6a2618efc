"""Which slices of a metric may be shown: splits, and the k-rule that limits them.

A split by tool, model, origin or actor kind shows groups of authors. A group needs k distinct
persons; smaller ones are put together, and as long as *they* are fewer than k the smallest
group that could be shown is put with them, so that no small group can be had by subtraction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.measure.frames.frame import Frame
from trueup.measure.metric import ABOUT_AUTHORS, ABOUT_USERS
from trueup.measure.numerics.places import places_of, rows_by_place
from trueup.measure.records.authorship import NOT_PERSONS, UNMARKED
from trueup.model.evidence import Group

Places = NDArray[np.int64]
Member = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Rows of a frame that one number speaks of.

    Parameters
    ----------
    rows
        Places of the rows in it.
    base
        Places of the rows it is a part of; equal to `rows` unless it is a share of a whole.
    """

    group: Group
    rows: Places
    base: Places


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A split that would point at fewer than k persons, and so is not made."""

    group: Group
    split: tuple[str, ...]
    n: int


def slices(frame: Frame, k: int, parts: tuple[str, ...] = ()) -> list[Slice | Withheld]:
    """Cut a frame along its dimensions, as finely as the k-rule allows.

    Parameters
    ----------
    parts
        Dimensions along which only the numerator is split (`RatioOfSums.parts`).
    """
    of_things = ("service", "tool", "model") if frame.crews is not None else ()
    about = ABOUT_USERS if frame.of_sessions else ABOUT_AUTHORS
    asked = [name for name in about if name not in of_things]
    about_authors = tuple(name for name in frame.dimensions if name in asked)
    rest = [name for name in frame.dimensions if name not in asked]
    neutral = tuple(name for name in rest if name not in parts)
    inner = tuple(name for name in rest if name in parts)
    found: list[Slice | Withheld] = []
    for context, places in _members(frame, neutral, np.arange(frame.n.size)).items():
        group = tuple(zip(neutral, context, strict=True))
        cuts: list[Slice | Withheld] = [Slice(group=tuple(sorted(group)), rows=places, base=places)]
        if about_authors:
            cuts = _author_slices(frame, group, places, about_authors, k=k, parts=parts)
        for cut in cuts:
            found.extend(_parts(frame, cut, inner))
    return found


def _parts(frame: Frame, cut: Slice | Withheld, inner: tuple[str, ...]) -> list[Slice | Withheld]:
    """Split the numerator of a slice along dimensions that are not about authors."""
    if isinstance(cut, Withheld) or not inner:
        return [cut]
    return [
        Slice(
            group=tuple(sorted((*cut.group, *zip(inner, member, strict=True)))),
            rows=rows,
            base=cut.base,
        )
        for member, rows in _members(frame, inner, cut.rows, skip_null=True).items()
    ]


def _author_slices(
    frame: Frame,
    context: Group,
    places: Places,
    split: tuple[str, ...],
    *,
    k: int,
    parts: tuple[str, ...],
) -> list[Slice | Withheld]:
    whole = set(split) <= set(parts)
    members = _members(frame, split, places, skip_null=whole)
    persons = {member: _persons(frame, rows, member) for member, rows in members.items()}
    shown = roll_up(persons, k, split, protected=frozenset(m for m in members if UNMARKED in m))
    if shown is None:
        n = int(frame.n[places].sum())
        return [Withheld(group=tuple(sorted(context)), split=split, n=n)]
    found: list[Slice | Withheld] = []
    for label in sorted(set(shown.values())):
        rows = np.sort(np.concatenate([members[m] for m in members if shown[m] == label]))
        group = tuple(sorted((*context, *zip(split, label, strict=True))))
        found.append(Slice(group=group, rows=rows, base=places if whole else rows))
    return found


def roll_up(
    persons: Mapping[Member, frozenset[int] | frozenset[str]],
    k: int,
    split: tuple[str, ...],
    *,
    protected: frozenset[Member] = frozenset(),
) -> dict[Member, Member] | None:
    """Say under which label each member may be shown; None when the split may not be made.

    Parameters
    ----------
    persons
        Which persons stand behind each member.
    split
        The dimensions members are of; they name what is put together.
    protected
        Members that may not be put together with others (the unmarked); if one of them is
        too small, there is no split.
    """
    counted = {m: p for m, p in persons.items() if not set(m) & set(NOT_PERSONS)}
    small = {m for m, p in counted.items() if len(p) < k}
    if small & protected or small & _fixed(small):
        return None
    large = sorted(set(counted) - small - protected, key=lambda m: (len(counted[m]), m))
    together: frozenset[int | str] = frozenset().union(*(counted[m] for m in small))
    while small and len(together) < k and large:
        smallest = large.pop(0)
        small.add(smallest)
        together |= counted[smallest]
    if small and len(together) < k:
        return None
    other = tuple(f"other {_plural(name)} (fewer than {k} authors)" for name in split)
    return {m: other if m in small else m for m in persons}


def _plural(dimension: str) -> str:
    return "repositories" if dimension == "repository" else f"{dimension.replace('_', ' ')}s"


def _fixed(members: set[Member]) -> set[Member]:
    two_sided = {"marked", UNMARKED, "human", "unknown", "deleted"}
    return {member for member in members if set(member) & two_sided}


def _persons(frame: Frame, rows: Places, member: Member) -> frozenset[int] | frozenset[str]:
    """Return who stands behind a member: who acted, or of things the team they belong to."""
    if frame.crews is not None:
        return frozenset[str]().union(*(frame.crews.get(name, ()) for name in member))
    codes, known = frame.person.codes[rows], frame.n[rows] > 0
    if not known.any():  # it has no number, and may say so where it is of enough persons
        known = np.ones(rows.size, dtype=bool)
    return frozenset(int(code) for code in np.unique(codes[(codes >= 0) & known]))


def _members(
    frame: Frame, dimensions: tuple[str, ...], places: Places, *, skip_null: bool = False
) -> dict[Member, Places]:
    if not dimensions:
        return {(): places}
    if not places.size:
        return {}
    columns = [frame.dimensions[name] for name in dimensions]
    codes = [column.codes[places] for column in columns]
    kinds, member = _kinds(codes)
    found: dict[Member, Places] = {}
    for place, rows in enumerate(rows_by_place(member, kinds.shape[1])):
        null = kinds[:, place] < 0
        if null.any() and (skip_null or _without_time(dimensions, null)):
            continue
        label = tuple(
            column.names[code] if code >= 0 else _missing(name)
            for name, column, code in zip(dimensions, columns, kinds[:, place], strict=True)
        )
        found[label] = places[rows]
    return found


def _kinds(codes: list[Places]) -> tuple[Places, Places]:
    """Return the distinct combinations of codes, shape (columns, kinds), and each row's among them.

    In order of the first column, then the second, and so on.
    """
    member = np.zeros(codes[0].size, dtype=np.int64)
    for column in codes:
        kinds, place = places_of(column)
        _, member = places_of(member * kinds.size + place)
    first = np.zeros(int(member.max()) + 1, dtype=np.int64)
    first[member] = np.arange(member.size)
    return np.stack([column[first] for column in codes]), member


def _missing(dimension: str) -> str:
    return UNMARKED if dimension in ("origin", "tool", "model") else "unknown"


def _without_time(dimensions: tuple[str, ...], null: NDArray[np.bool_]) -> bool:
    return any(
        name in ("month", "quarter", "week") and bool(missing)
        for name, missing in zip(dimensions, null, strict=True)
    )
