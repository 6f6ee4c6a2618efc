"""How long changes wait for reviews by machines, and for landing, on clocks kept apart."""

from __future__ import annotations

import ibis

from trueup.measure.metric import Metric, Quantiles, Tables
from trueup.measure.records.authorship import record_horizon
from trueup.measure.records.reviewing import reviewed
from trueup.units import SECONDS

_MICRO = 1e-6
_NEEDS = ("change", "review", "review_comment", "account", "ai_attribution", "repository")
_FAROS = "Faros AI (2026), The Acceleration Whiplash"
_KAPLAN = "Kaplan and Meier (1958), JASA 53"
_BOTS = "Changes by bots are left out unless the split is by actor kind."


def _first_ai_review(tables: Tables) -> ibis.Table:
    rows = reviewed(tables)
    rows = rows.filter(rows.ai_review_at.notnull())
    ready = ibis.least(rows.ready_at.fill_null(rows.opened_at), rows.ai_review_at)
    return rows.mutate(
        at=ready, value=(rows.ai_review_at - ready) * _MICRO, censored=False, known=True
    )


def _until_landed(tables: Tables, start: str) -> ibis.Table:
    """Wait from an instant until landing; given up and open changes are cut off, not dropped."""
    until = record_horizon(tables) or 0
    rows = reviewed(tables)
    rows = rows.filter(rows[start].notnull())
    landed = rows.state == "merged"
    end = ibis.ifelse(landed, rows.landed_at, rows.closed_at.fill_null(until))
    return rows.mutate(
        at=rows[start],
        value=ibis.greatest(end - rows[start], 0) * _MICRO,
        censored=~landed,
        known=end.notnull(),
    )


def _review_to_landed(tables: Tables) -> ibis.Table:
    return _until_landed(tables, "human_review_at")


def _opened_to_landed(tables: Tables) -> ibis.Table:
    return _until_landed(tables, "opened_at")


FIRST_AI_REVIEW_SECONDS = Metric(
    name="first_ai_review_seconds",
    question="How soon does an AI agent review a change, where one does?",
    definition="From being put up for review to the first review or comment by an AI agent; 0 "
    "where it came while the change was a draft. Changes no agent reviewed are left out: their "
    "share is changes_reviewed_by_ai_ratio. It is a clock of its own and closes no human one. "
    + _BOTS,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_first_ai_review,
    summary=Quantiles(),
    n_of="changes",
    version=1,
    references=("LinearB (2026), benchmarks of review pickup",),
    caveats=(
        (
            "Agents mostly answer within seconds or not at all: a quick one says nothing of the "
            "wait for a person."
        ),
    ),
    remedy="Wait until AI agents have reviewed more changes.",
    requires=("change.opened_at",),
    source="forge",
)

REVIEW_TO_LANDED_SECONDS = Metric(
    name="review_to_landed_seconds",
    question="How long does a change take from its first human review until it lands?",
    definition="From the first review or comment by a person other than the author to landing. "
    "Changes still open are censored at the newest record, those given up when they were. " + _BOTS,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_review_to_landed,
    summary=Quantiles(with_mean=True),
    n_of="changes",
    version=1,
    references=(_FAROS, _KAPLAN),
    caveats=(
        (
            "Published figures of time in review seldom say on which of two clocks: the other is "
            "opened_to_landed_seconds."
        ),
        "A mean is moved by a few very long waits.",
    ),
    remedy="Wait until more changes have landed.",
    requires=("change.opened_at",),
    source="forge",
)

OPENED_TO_LANDED_SECONDS = Metric(
    name="opened_to_landed_seconds",
    question="How long is a change open until it lands?",
    definition="From opening to landing, drafts included. Changes still open are censored at the "
    "newest record, those given up when they were. " + _BOTS,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_opened_to_landed,
    summary=Quantiles(with_mean=True),
    n_of="changes",
    version=1,
    references=(_FAROS, _KAPLAN),
    caveats=(
        "Opening late, when the work is done, makes it short.",
        "A mean is moved by a few very long waits.",
    ),
    remedy="Wait until more changes have landed.",
    requires=("change.opened_at",),
    source="forge",
)
