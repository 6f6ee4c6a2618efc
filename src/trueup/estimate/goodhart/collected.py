"""From the records of a workspace to the verdict on inflated tokens."""

from __future__ import annotations

import json

import pyarrow as pa

from trueup.estimate.estimator import SEED
from trueup.estimate.goodhart.excess import OUTPUT, TOKENS
from trueup.estimate.goodhart.finding import Goodhart, Policy
from trueup.estimate.goodhart.judging import METRIC, judge
from trueup.estimate.reading import PanelColumns, panel_from_table
from trueup.measure.metric import Tables
from trueup.measure.records.presence import has
from trueup.measure.units.token_weeks import token_weeks
from trueup.model.evidence import Abstention

_KEYS = frozenset(("unit", "week", "week_start_at", "exposed_week"))
_NEEDED = (
    ("ai_request", "No use of tokens is recorded.", "Connect an AI tool, its bill or its logs."),
    ("membership", "No teams are recorded.", "Name the teams in a file, or connect the forge."),
    ("change", "No landed change is recorded.", "Connect the repositories or the forge."),
)


def goodhart(
    tables: Tables, *, timezone: str = "UTC", k: int = 8, seed: int = SEED
) -> Goodhart | Abstention:
    """Say whether tokens were inflated once they were counted, from a workspace's records.

    Parameters
    ----------
    timezone
        In which weeks begin.
    k
        Persons each arm needs: what tokens say of fewer is not said.
    """
    for name, reason, remedy in _NEEDED:
        if not has(tables, name):
            return Abstention(metric=METRIC, reason=reason, remedy=remedy)
    table = token_weeks(tables, timezone=timezone)
    if not table.num_rows:
        return Abstention(
            metric=METRIC,
            reason="No tokens are tied to a team.",
            remedy="Let the AI tools' accounts be known: link them to persons with teams.",
        )
    refused = _too_few(table, k)
    if refused is not None:
        return refused
    columns = PanelColumns(
        unit="unit",
        time="week",
        outcomes=(TOKENS, OUTPUT),
        adopted="exposed_week",
        covariates=tuple(name for name in table.column_names if name not in _KEYS),
        grain="week",
    )
    panel = panel_from_table(table, columns, source="workspace")
    return judge(panel, policies=_policies(table), seed=seed)


def _metadata(table: pa.Table, key: bytes) -> str:
    return str((table.schema.metadata or {})[key].decode())


def _policies(table: pa.Table) -> tuple[Policy, ...]:
    return tuple(
        Policy(kind=one["kind"], started_at=one["started_at"], ended_at=one["ended_at"])
        for one in json.loads(_metadata(table, b"policies"))
    )


def _too_few(table: pa.Table, k: int) -> Abstention | None:
    """Refuse arms of fewer than k persons; an arm without anyone is not a group."""
    people = json.loads(_metadata(table, b"people"))
    small = [many for many in people.values() if 0 < many < k]
    if not small:
        return None
    return Abstention(
        metric=METRIC,
        reason=f"One side of the comparison has fewer than {k} persons.",
        remedy=f"Nothing is said of fewer than {k} persons: bring more teams.",
        n=sum(people.values()),
        n_of="persons",
    )
