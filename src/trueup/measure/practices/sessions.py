"""Points of teams and repositories from sessions with AI tools, for groups large enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
from ibis import _

from trueup.errors import MeasureError
from trueup.measure.metric import Tables
from trueup.measure.practices.rubric import Points, Standing
from trueup.measure.records.authorship import NO
from trueup.measure.windows import DAY

WINDOW_DAYS = 90
FEWEST_SESSIONS = 20
"""Of fewer sessions whose tool records a kind of act, nothing is said of it."""
SESSION_K = 8
LARGEST_RATIO = 0.40
"""No person has more of the sessions of a group that is shown."""
_KINDS = {
    "plan": ("plan",),
    "agent": ("tool_call",),
    "extended": ("subagent", "skill", "hook"),
    "tested": ("test_run",),
    "mcp": ("mcp",),
    "turned": ("tool_rejected", "interrupted", "edit_rejected"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the sessions of a group that may be shown have in common.

    Parameters
    ----------
    unit
        ``team`` or ``repository``.
    name
        Its id.
    persons, sessions
        How many; at least eight persons, of whom none has more than 40 % of the sessions.
    prompts
        Median of prompts a session; None where tools do not record them.
    ratios
        Share of sessions with each kind of act; kinds that tools do not record are left out.
    models
        Models with a tenth of all requests or more; None where none is named.
    newest
        When the newest session began.

    Raises
    ------
    MeasureError
        The group is too small, or one person dominates it.
    """

    unit: str
    name: str
    persons: int
    largest_ratio: float
    sessions: int
    prompts: float | None
    ratios: Mapping[str, float]
    models: int | None
    newest: int

    def __post_init__(self) -> None:
        if self.persons < SESSION_K or self.largest_ratio > LARGEST_RATIO:
            raise MeasureError(
                f"Sessions of a {self.unit} would point at persons.",
                hint=f"Show groups of {SESSION_K} persons, none with over 40 % of sessions.",
            )


def shown_sessions(tables: Tables, k: int) -> tuple[tuple[Shown, ...], int]:
    """Return every team and repository that may be shown, and how many may not.

    Sessions of the last 90 days that records reach, those of subagents within their parents.
    """
    rows = _by_session(tables)
    if rows is None:
        return (), 0
    models = _models(tables, rows)
    shown: list[Shown] = []
    hidden = 0
    for unit in ("team", "repository"):
        for row in _by_unit(rows, unit).to_pyarrow().to_pylist():
            if row["persons"] < max(k, SESSION_K) or row["largest_ratio"] > LARGEST_RATIO:
                hidden += 1
            else:
                shown.append(_shown(unit, row, models.get((unit, row["name"]))))
    return tuple(shown), hidden


def _shown(unit: str, row: Mapping[str, Any], models: int | None) -> Shown:
    return Shown(
        unit=unit,
        name=row["name"],
        persons=row["persons"],
        largest_ratio=row["largest_ratio"],
        sessions=row["sessions"],
        prompts=float(row["prompts"]) if row["prompts_known"] >= FEWEST_SESSIONS else None,
        ratios={
            kind: row[f"{kind}_hits"] / row[f"{kind}_known"]
            for kind in _KINDS
            if row[f"{kind}_known"] >= FEWEST_SESSIONS
        },
        models=models,
        newest=row["newest"],
    )


def grade_sessions(seen: Shown) -> Standing:
    """Return the points that sessions show."""
    plan, prompts = seen.ratios.get("plan"), seen.prompts
    several = None if plan is None or prompts is None else prompts >= 3 and plan >= 0.2
    turned = seen.ratios.get("turned")
    return Standing(
        points={
            "decompose": Points(
                first=several, second=_over(plan, 0.5), seen=_said(seen, "plan", "a plan")
            ),
            "orchestrate": Points(
                first=_over(seen.ratios.get("agent"), 0.5),
                second=_over(seen.ratios.get("extended"), 0.2),
                seen=_said(seen, "extended", "subagents, skills or hooks"),
            ),
            "evaluate": Points(
                first=_over(seen.ratios.get("tested"), 0.5), seen=_said(seen, "tested", "tests run")
            ),
            "integrate": Points(
                second=_over(seen.ratios.get("mcp"), 0.2), seen=_said(seen, "mcp", "MCP tools")
            ),
            "adapt": Points(
                first=None if turned is None else 0.1 <= turned <= 0.9,
                second=True if (seen.models or 0) > 1 else None,
                seen=_said(seen, "turned", "acts turned down"),
            ),
        }
    )


def _over(ratio: float | None, least: float) -> bool | None:
    return None if ratio is None else ratio >= least


def _said(seen: Shown, kind: str, words: str) -> tuple[str, ...]:
    ratio = seen.ratios.get(kind)
    return () if ratio is None else (f"{words} in {ratio:.0%} of sessions",)


def _by_session(tables: Tables) -> ibis.Table | None:
    """Return one row a session of the window with a person: what its tool records, what it holds.

    A tool records a kind of act if any session anywhere has one by it.
    """
    session = tables["ai_session"]
    session = session.filter(session.parent_session_id.isnull() & session.person_id.notnull())
    newest = session.started_at.max().to_pyarrow().as_py()
    if newest is None:
        return None
    session = session.filter(session.started_at > newest - WINDOW_DAYS * DAY)
    act = tables["ai_activity"].filter(_.session_id.notnull())
    kinds = {**_KINDS, "prompts": ("prompt",)}
    counts = act.group_by(act_session_id=act.session_id).agg(
        **{kind: act["count"].sum(where=act.kind.isin(names)) for kind, names in kinds.items()}
    )
    recorded = act.group_by(recording_tool=act.tool).agg(
        **{f"records_{kind}": act.kind.isin(names).any() for kind, names in kinds.items()}
    )
    rows = session.left_join(counts, session.session_id == counts.act_session_id)
    rows = rows.left_join(recorded, rows.tool == recorded.recording_tool)
    rows = rows.select(
        *("session_id", "person_id", "repository_id", "started_at"),
        **{kind: rows[kind].fill_null(0).cast("int64") for kind in kinds},
        **{f"records_{kind}": rows[f"records_{kind}"].fill_null(NO) for kind in kinds},
    )
    return ibis.memtable(_with_team(rows, tables).to_pyarrow())


def _with_team(rows: ibis.Table, tables: Tables) -> ibis.Table:
    """Add ``team``: the one whose member the person was; of several, the first by id."""
    member = tables["membership"].select(
        "team_id", "ended_at", member_id="person_id", joined_at="started_at"
    )
    found = rows.inner_join(member, rows.person_id == member.member_id)
    found = found.filter(
        (found.joined_at.isnull() | (found.joined_at <= found.started_at))
        & (found.ended_at.isnull() | (found.ended_at > found.started_at))
    )
    found = found.group_by(placed_session_id=found.session_id).agg(team=found.team_id.min())
    rows = rows.left_join(found, rows.session_id == found.placed_session_id)
    return rows.drop("placed_session_id").rename(repository="repository_id")


def _by_unit(rows: ibis.Table, unit: str) -> ibis.Table:
    rows = rows.filter(rows[unit].notnull()).mutate(name=rows[unit].cast("string"))
    each = rows.group_by("name", "person_id").agg(own=_.count())
    most = each.group_by(most_name=each.name).agg(most=each.own.max())
    records = {kind: rows[f"records_{kind}"] for kind in (*_KINDS, "prompts")}
    found = rows.group_by("name").agg(
        persons=rows.person_id.nunique(),
        sessions=rows.count(),
        newest=rows.started_at.max(),
        prompts=rows.prompts.quantile(0.5, where=rows.records_prompts),
        **{f"{kind}_known": seen.sum() for kind, seen in records.items()},
        **{f"{kind}_hits": (records[kind] & (rows[kind] > 0)).sum() for kind in _KINDS},
    )
    found = found.inner_join(most, found.name == most.most_name)
    return found.mutate(largest_ratio=found.most / found.sessions).order_by("name")


def _models(tables: Tables, rows: ibis.Table) -> dict[tuple[str, str], int]:
    """Return how many models have a tenth of the requests of each group."""
    request = tables["ai_request"].filter(_.session_id.notnull() & _.model.notnull())
    request = request.select("model", asked_session_id="session_id")
    found = request.inner_join(rows, request.asked_session_id == rows.session_id)
    counted: dict[tuple[str, str], list[int]] = {}
    for unit in ("team", "repository"):
        each = found.filter(found[unit].notnull())
        each = each.group_by(name=each[unit].cast("string"), of=each.model).agg(own=_.count())
        for row in each.to_pyarrow().to_pylist():
            counted.setdefault((unit, row["name"]), []).append(row["own"])
    return {key: sum(10 * one >= sum(own) for one in own) for key, own in counted.items()}
