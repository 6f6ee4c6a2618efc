"""The answers of one survey as arrays, and whom it asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueup.measure.metric import Tables
from trueup.model.surveys.scales import SCALES, Scale

Floats = NDArray[np.float64]
OTHERS = "other groups"
"""Where those stand whose group is not said, or too small to be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A result another tool worked out; the team is None for everyone."""

    measure: str
    team: str | None
    value: float
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """One survey, as it was sent out on one day.

    Parameters
    ----------
    name
        As a reader calls it.
    asked_at
        Epoch microseconds UTC.
    teams
        Of each respondent, shape (n,).
    items
        What each respondent ticked, shape (n,), by the code of the question; not a number where
        nothing was.
    invited
        How many were asked, by team; None is everyone.
    """

    survey_id: str
    name: str
    asked_at: int
    teams: tuple[str, ...]
    items: Mapping[str, Floats]
    invited: Mapping[str | None, int]
    totals: tuple[Total, ...]

    def of(self, scale: Scale) -> Floats | None:
        """Return answers to a scale, shape (n, questions); None where it was not asked."""
        asked = [self.items.get(item) for item in scale.items]
        found = [each for each in asked if each is not None]
        if not found:
            return None
        nothing = np.full(len(self.teams), np.nan)
        return np.column_stack([nothing if each is None else each for each in asked])

    @property
    def scales(self) -> tuple[Scale, ...]:
        """Which scales were asked."""
        return tuple(scale for scale in SCALES.values() if self.of(scale) is not None)


def read_surveys(tables: Tables) -> tuple[Answers, ...]:
    """Return every survey at its newest date, by name."""
    names = {
        row["team_id"]: row["name"] for row in _rows(tables, "team") if row["name"] is not None
    }
    gathered: dict[str, _Gathering] = {}
    for table in ("survey_response", "survey_group", "survey_total"):
        for row in _rows(tables, table):
            begun = gathered.setdefault(row["survey_id"], _Gathering(row["asked_at"] or 0))
            begun.add(table, row, names)
    newest: dict[str, Answers] = {}
    for survey_id, found in gathered.items():
        one = found.finished(survey_id)
        if one.name not in newest or newest[one.name].asked_at < one.asked_at:
            newest[one.name] = one
    return tuple(newest[name] for name in sorted(newest))


class _Gathering:
    def __init__(self, asked_at: int) -> None:
        self._asked_at = asked_at
        self._ticked: dict[str, dict[str, int]] = {}
        self._teams: dict[str, str] = {}
        self._invited: dict[str | None, int] = {}
        self._totals: list[Total] = []

    def add(self, table: str, row: Mapping[str, Any], names: Mapping[str, str]) -> None:
        team_id = row["team_id"]
        team = None if team_id is None else names.get(team_id, team_id.rpartition(":")[2])
        if table == "survey_response":
            self._ticked.setdefault(row["respondent"], {})[row["item"]] = row["value"]
            self._teams[row["respondent"]] = team or OTHERS
        elif table == "survey_group":
            if row["invited_count"] is not None:
                self._invited[team] = row["invited_count"]
        elif row["value"] is not None and row["answered_count"] is not None:
            self._totals.append(
                Total(
                    measure=row["measure"] or "result",
                    team=team,
                    value=row["value"],
                    answered=row["answered_count"],
                )
            )

    def finished(self, survey_id: str) -> Answers:
        respondents = sorted(self._ticked)
        codes = sorted({code for ticked in self._ticked.values() for code in ticked})
        return Answers(
            survey_id=survey_id,
            name=survey_id.partition("/")[2].rpartition("/")[0] or survey_id,
            asked_at=self._asked_at,
            teams=tuple(self._teams[one] for one in respondents),
            items={
                code: np.array([self._ticked[one].get(code, np.nan) for one in respondents])
                for code in codes
            },
            invited=self._invited,
            totals=tuple(sorted(self._totals, key=lambda one: (one.measure, one.team or ""))),
        )


def _rows(tables: Tables, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tables[name].to_pyarrow().to_pylist()
    return found
