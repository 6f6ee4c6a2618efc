"""The practice of every repository and team at the end of each quarter that is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trueup.measure.metric import Tables
from trueup.measure.practices.grading import grade_artefacts
from trueup.measure.practices.past import Past
from trueup.measure.practices.rubric import Standing
from trueup.measure.practices.sessions import (
    Shown,
    first_session,
    grade_sessions,
    shown_sessions,
)
from trueup.measure.records.authorship import usage_horizon
from trueup.measure.windows import Bucket, buckets
from trueup.model.evidence import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """What was seen of a unit's practice at the end of a quarter.

    Parameters
    ----------
    unit, name
        ``repository`` or ``team``, and its id.
    quarter
        Its label, e.g. ``2026-Q1``.
    ends_at
        First instant after it; what landed or was recorded from then on is not in it.
    standing
        What was seen then.
    in_use
        Whether anything at all showed that AI tools were used.
    """

    unit: str
    name: str
    quarter: str
    ends_at: int
    standing: Standing
    in_use: bool


def practice_history(
    tables: Tables, found: Sequence[Past], *, k: int, timezone: str
) -> tuple[Dated, ...]:
    """Return repositories by name, then teams, at the end of each quarter since the first sign.

    A repository is left out before its history is known, and where it has none but its newest
    state; a team where its sessions may not be shown.

    Parameters
    ----------
    found
        Of `pasts`.
    k
        Fewest persons whose sessions are read together; never under eight.
    timezone
        In which quarters end.
    """
    quarters = _quarters(tables, found, timezone)
    shown, _hidden = shown_sessions(tables, k, [each.window.end_at for each in quarters])
    seen = {(each.unit, each.name, each.until): each for each in shown}
    dated = [
        _of_repository(past, quarter, seen.get(("repository", past.repository_id, _end(quarter))))
        for past in found
        for quarter in quarters
    ]
    teams = sorted({each.name for each in shown if each.unit == "team"})
    dated += [
        _of_team(seen.get(("team", team, _end(quarter))), quarter)
        for team in teams
        for quarter in quarters
    ]
    return tuple(each for each in dated if each is not None)


def _quarters(tables: Tables, found: Sequence[Past], timezone: str) -> tuple[Bucket, ...]:
    """Return the quarters that are over, from that of the first sign of AI tools on."""
    signs = [first_session(tables), *(past.begins for past in found)]
    first = min((sign for sign in signs if sign is not None), default=None)
    until = usage_horizon(tables)
    if first is None or until is None or first >= until:
        return ()
    spans = buckets(Window(start_at=first, end_at=until), "quarter", timezone)
    return tuple(each for each in spans if _end(each) <= until)


def _end(quarter: Bucket) -> int:
    return quarter.window.end_at


def _of_repository(past: Past, quarter: Bucket, seen: Shown | None) -> Dated | None:
    facts = past.then(_end(quarter) - 1)
    if facts is None:
        return None
    standing = grade_artefacts(facts)
    if seen is not None:
        standing = standing.joined(grade_sessions(seen))
    return Dated(
        unit="repository",
        name=past.repository_id,
        quarter=quarter.label,
        ends_at=_end(quarter),
        standing=standing,
        in_use=facts.in_use or seen is not None,
    )


def _of_team(seen: Shown | None, quarter: Bucket) -> Dated | None:
    if seen is None:
        return None
    return Dated(
        unit="team",
        name=seen.name,
        quarter=quarter.label,
        ends_at=_end(quarter),
        standing=grade_sessions(seen),
        in_use=True,
    )
