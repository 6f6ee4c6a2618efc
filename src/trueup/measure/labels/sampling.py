"""Which sessions there are to label, which of them to read, and what was done in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from ibis import _

from trueup.measure.metric import Tables
from trueup.model.labelling import Scheme

COUNTED = ("prompt", "tool_call", "tool_rejected", "interrupted", "plan", "test_run", "subagent")
"""Kinds of acts whose counts a classifier sees beside the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToLabel:
    """A session of a person that may be labelled.

    Parameters
    ----------
    month
        In which it began, ``YYYY-MM``, UTC; empty where that is not known.
    """

    session_id: str
    tool: str
    month: str


def to_label(tables: Tables, among: Collection[str]) -> tuple[list[ToLabel], int]:
    """Return a person's sessions, not a subagent's, among these, and how many there are besides."""
    session = tables["ai_session"]
    session = session.filter(session.parent_session_id.isnull() & session.person_id.notnull())
    every = int(session.count().to_pyarrow().as_py())
    rows = session.filter(session.session_id.isin(sorted(among)))
    rows = rows.select("session_id", "started_at", tool=session.tool.cast("string"))
    found = [
        ToLabel(
            session_id=row["session_id"], tool=row["tool"] or "", month=_month(row["started_at"])
        )
        for row in rows.order_by("session_id").to_pyarrow().to_pylist()
    ]
    return found, every - len(found)


def read_already(tables: Tables, scheme: Scheme) -> frozenset[str]:
    """Return the sessions that persons gave a label."""
    rows = tables["ai_session_label"]
    rows = rows.filter((rows.scheme == scheme.name) & (rows.labelled_by == "person"))
    return frozenset(rows.select("session_id").to_pyarrow()["session_id"].to_pylist())


def labelled_already(tables: Tables, scheme: Scheme, rater: str) -> frozenset[str]:
    """Return the sessions a rater gave a label."""
    rows = tables["ai_session_label"]
    rows = rows.filter((rows.scheme == scheme.name) & (rows.rater == rater))
    return frozenset(rows.select("session_id").to_pyarrow()["session_id"].to_pylist())


def draw(sessions: Sequence[ToLabel], size: int, *, seed: int) -> list[ToLabel]:
    """Return so many sessions, of each tool and month in proportion, in no order.

    Within a tool and month every session is as likely as any other. Places left over by rounding
    go to the largest remainders.
    """
    strata: dict[tuple[str, str], list[ToLabel]] = defaultdict(list)
    for session in sessions:
        strata[session.tool, session.month].append(session)
    names = sorted(strata)
    size = min(size, len(sessions))
    exact = np.array([len(strata[name]) * size / max(len(sessions), 1) for name in names])
    whole = np.floor(exact + 1e-9).astype(int)
    left = size - int(whole.sum())
    whole[np.argsort(-(exact - whole), kind="stable")[:left]] += 1
    chance = np.random.default_rng(seed)
    drawn = [
        strata[name][at]
        for name, count in zip(names, whole, strict=True)
        for at in chance.choice(len(strata[name]), count, replace=False)
    ]
    return [drawn[at] for at in chance.permutation(len(drawn))]


def counts(tables: Tables, sessions: Collection[str]) -> dict[str, tuple[int, ...]]:
    """Return how often each kind of act of `COUNTED` was done, by session; none of it is text."""
    act = tables["ai_activity"]
    act = act.filter(act.session_id.isin(sorted(sessions)))
    sums: dict[str, Any] = {
        kind: _["count"].sum(where=_.kind == kind).fill_null(0) for kind in COUNTED
    }
    rows = act.group_by("session_id").agg(**sums).to_pyarrow().to_pylist()
    found = {row["session_id"]: tuple(int(row[kind]) for kind in COUNTED) for row in rows}
    return {session: found.get(session, (0,) * len(COUNTED)) for session in sessions}


def _month(at: int | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at / 1e6, UTC).strftime("%Y-%m")
