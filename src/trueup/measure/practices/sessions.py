"""Points of teams and repositories from sessions with AI tools, for groups large enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import pyarrow as pa
from ibis import _

from trueup.measure.metric import Tables
from trueup.measure.practices.rubric import Points, Standing
from trueup.measure.records.authorship import NO
from trueup.measure.windows import DAY
from trueup.model.cohort import FEWEST, Cohort, may_be_shown

WINDOW_DAYS = 90
FEWEST_SESSIONS = 20
"""Of fewer sessions whose tool records a kind of act, nothing is said of it."""
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
    until
        End of the 90 days they began in.
    cohort
        Whose sessions they are: enough persons, of whom none has too many of them.
    sessions
        How many.
    prompts
        Median of prompts a session; None where tools do not record them.
    ratios
        Share of sessions with each kind of act; kinds that tools do not record are left out.
    models
        Models with a tenth of all requests or more; None where none is named.
    newest
        When the newest session began.
    """

    unit: str
    name: str
    until: int
    cohort: Cohort
    sessions: int
    prompts: float | None
    ratios: Mapping[str, float]
    models: int | None
    newest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A group whose sessions of the 90 days before an instant would point at persons."""

    unit: str
    name: str
    until: int


def newest_session(tables: Tables) -> int | None:
    """Return when the newest session of a person began; None where there is none."""
    newest = _of_persons(tables).started_at.max().to_pyarrow().as_py()
    return None if newest is None else int(newest)


def first_session(tables: Tables) -> int | None:
    """Return when the first session of a person began; None where there is none."""
    first = _of_persons(tables).started_at.min().to_pyarrow().as_py()
    return None if first is None else int(first)


def shown_sessions(
    tables: Tables, k: int, ends: Sequence[int]
) -> tuple[tuple[Shown, ...], tuple[Hidden, ...]]:
    """Return every team and repository that may be shown, and those that may not.

    Parameters
    ----------
    k
        Fewest persons; where it is less than the rule for behaviour, the rule holds.
    ends
        Instants, 90 days apart or more, in order: sessions of the 90 days before each are read
        together, those of subagents within their parents. What had not been recorded by then is
        not known then.
    """
    if not ends:
        return (), ()
    rows = _by_session(tables, ends)
    models = _models(tables, rows)
    shown: list[Shown] = []
    hidden: list[Hidden] = []
    for unit in ("team", "repository"):
        for row in _by_unit(rows, unit).to_pyarrow().to_pylist():
            until, few = ends[row["window"]], row["persons"] < max(k, FEWEST["behaviour"])
            if few or not may_be_shown("behaviour", row["persons"], row["largest_ratio"]):
                hidden.append(Hidden(unit=unit, name=row["name"], until=until))
            else:
                shown.append(_shown(unit, row, until, models))
    return tuple(shown), tuple(hidden)


def _shown(
    unit: str, row: Mapping[str, Any], until: int, models: Mapping[tuple[str, str, int], int]
) -> Shown:
    return Shown(
        unit=unit,
        name=row["name"],
        until=until,
        cohort=Cohort(
            about="behaviour", persons=row["persons"], largest_ratio=row["largest_ratio"]
        ),
        sessions=row["sessions"],
        prompts=float(row["prompts"]) if row["prompts_known"] >= FEWEST_SESSIONS else None,
        ratios={
            kind: row[f"{kind}_hits"] / row[f"{kind}_known"]
            for kind in _KINDS
            if row[f"{kind}_known"] >= FEWEST_SESSIONS
        },
        models=models.get((unit, row["name"], row["window"])),
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


def _of_persons(tables: Tables) -> ibis.Table:
    session = tables["ai_session"]
    return session.filter(session.parent_session_id.isnull() & session.person_id.notnull())


def _by_session(tables: Tables, ends: Sequence[int]) -> ibis.Table:
    """Return one row a session of the windows with a person: what its tool records, what it holds.

    A tool records a kind of act if any session of the window anywhere has one by it.
    """
    session, windows = _of_persons(tables), _windows(ends)
    session = session.inner_join(
        windows, (session.started_at >= windows.begins) & (session.started_at < windows.ends)
    )
    act = tables["ai_activity"].filter(_.session_id.notnull())
    kinds = {**_KINDS, "prompts": ("prompt",)}
    counts = act.group_by(act_session_id=act.session_id).agg(
        **{kind: act["count"].sum(where=act.kind.isin(names)) for kind, names in kinds.items()}
    )
    dated = act.inner_join(
        windows, (act.happened_at >= windows.begins) & (act.happened_at < windows.ends)
    )
    recorded = dated.group_by(recording_tool=dated.tool, recording_window=dated.window).agg(
        **{f"records_{kind}": dated.kind.isin(names).any() for kind, names in kinds.items()}
    )
    rows = session.left_join(counts, session.session_id == counts.act_session_id)
    rows = rows.left_join(
        recorded,
        (rows.tool == recorded.recording_tool) & (rows.window == recorded.recording_window),
    )
    rows = rows.select(
        *("session_id", "person_id", "repository_id", "started_at", "window"),
        **{kind: rows[kind].fill_null(0).cast("int64") for kind in kinds},
        **{f"records_{kind}": rows[f"records_{kind}"].fill_null(NO) for kind in kinds},
    )
    return ibis.memtable(_with_team(rows, tables).to_pyarrow())


def _windows(ends: Sequence[int]) -> ibis.Table:
    return ibis.memtable(
        pa.table(
            {
                "window": pa.array(range(len(ends)), pa.int64()),
                "begins": pa.array([end - WINDOW_DAYS * DAY for end in ends], pa.int64()),
                "ends": pa.array(ends, pa.int64()),
            }
        )
    )


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
    each = rows.group_by("name", "window", "person_id").agg(own=_.count())
    most = each.group_by(most_name=each.name, most_window=each.window).agg(most=each.own.max())
    records = {kind: rows[f"records_{kind}"] for kind in (*_KINDS, "prompts")}
    found = rows.group_by("name", "window").agg(
        persons=rows.person_id.nunique(),
        sessions=rows.count(),
        newest=rows.started_at.max(),
        prompts=rows.prompts.quantile(0.5, where=rows.records_prompts),
        **{f"{kind}_known": seen.sum() for kind, seen in records.items()},
        **{f"{kind}_hits": (records[kind] & (rows[kind] > 0)).sum() for kind in _KINDS},
    )
    found = found.inner_join(
        most, (found.name == most.most_name) & (found.window == most.most_window)
    )
    return found.mutate(largest_ratio=found.most / found.sessions).order_by("window", "name")


def _models(tables: Tables, rows: ibis.Table) -> dict[tuple[str, str, int], int]:
    """Return how many models have a tenth of the requests of each group."""
    request = tables["ai_request"].filter(_.session_id.notnull() & _.model.notnull())
    request = request.select("model", asked_session_id="session_id")
    found = request.inner_join(rows, request.asked_session_id == rows.session_id)
    counted: dict[tuple[str, str, int], list[int]] = {}
    for unit in ("team", "repository"):
        each = found.filter(found[unit].notnull())
        each = each.group_by("window", name=each[unit].cast("string"), of=each.model)
        for row in each.agg(own=_.count()).to_pyarrow().to_pylist():
            counted.setdefault((unit, row["name"], row["window"]), []).append(row["own"])
    return {key: sum(10 * one >= sum(own) for one in own) for key, own in counted.items()}
