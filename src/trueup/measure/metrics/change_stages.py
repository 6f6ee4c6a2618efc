"""The stages of a change from first commit to production, each on its own clock."""

from __future__ import annotations

from functools import reduce

import ibis

from trueup.measure.metric import Metric, Quantiles, RatioOfSums, Tables
from trueup.measure.records.authorship import record_horizon
from trueup.measure.records.change_stages import STAGES, UNATTRIBUTED, staged
from trueup.measure.records.reviewing import landed_on_forge
from trueup.units import SECONDS

_MICRO = 1e-6
_NEEDS = (
    *("change", "proposed_commit", "review", "review_comment", "deployment", "deployment_change"),
    *("account", "ai_attribution", "repository"),
)
_KAPLAN = "Kaplan and Meier (1958), JASA 53"
_DORA = "DORA, Software delivery performance metrics (change lead time)"
_STAGED = "Definitions of the stages in DevLake, Middleware and Swarmia, which differ"
_BOTS = "Changes by bots are left out unless the split is by actor kind."
_CENSORED = (
    "Changes still in the stage are censored at the newest record, those closed without leaving "
    "it when they were closed. "
)
_LANDS = "Wait until more changes have passed the stage, or connect the forge."


def _stage(tables: Tables, start: str, end: str, *, least: str = "opened_at") -> ibis.Table:
    """Wait in one stage: from `start`, not before `least`, until `end`, else closing, else now."""
    until = record_horizon(tables) or 0
    rows = staged(tables)
    rows = rows.filter(rows[start].notnull())
    entered = ibis.greatest(rows[start], rows[least].fill_null(rows[start]))
    reached = rows[end].notnull()
    left = ibis.ifelse(reached, rows[end], rows.closed_at.fill_null(until))
    return rows.mutate(
        at=entered,
        value=ibis.greatest(left - entered, 0) * _MICRO,
        censored=~reached,
        known=True,
    )


def _coding(tables: Tables) -> ibis.Table:
    rows = _stage(tables, "opened_at", "ready_at")
    until = record_horizon(tables) or 0
    begun = ibis.least(rows.begun_at, rows.ready_at.fill_null(rows.opened_at))
    left = ibis.coalesce(rows.ready_at, rows.closed_at, ibis.literal(until))
    return rows.mutate(
        at=rows.begun_at.fill_null(rows.opened_at),
        value=ibis.greatest(left - begun, 0) * _MICRO,
        known=rows.begun_at.notnull(),
    )


def _pickup(tables: Tables) -> ibis.Table:
    return _stage(tables, "ready_at", "human_review_at")


def _review(tables: Tables) -> ibis.Table:
    return _stage(tables, "human_review_at", "approved_at", least="ready_at")


def _merge(tables: Tables) -> ibis.Table:
    return _stage(tables, "approved_at", "landed_at", least="ready_at")


def _deploy(tables: Tables) -> ibis.Table:
    until = record_horizon(tables) or 0
    rows = staged(tables)
    rows = rows.filter(rows.landed_at.notnull())
    left = rows.produced_at.fill_null(until)
    return rows.mutate(
        at=rows.landed_at,
        value=ibis.greatest(left - rows.landed_at, 0) * _MICRO,
        censored=rows.produced_at.isnull(),
        known=True,
        cluster=rows.brought_at.cast("string").fill_null(rows.repository_id),
    )


def _whole(tables: Tables) -> ibis.Table:
    """Return a row per landed change and stage; the first of each stands for the change."""
    rows = staged(tables)
    rows = landed_on_forge(rows.filter(rows.landed_at.notnull()))
    first = STAGES[0]
    parts = [
        rows.mutate(
            stage=ibis.literal(stage),
            value=rows[stage],
            weight=ibis.literal(float(stage == first)),
            items=ibis.literal(int(stage == first)),
        )
        for stage in (*STAGES, UNATTRIBUTED)
    ]
    return reduce(lambda left, right: left.union(right), parts)


CODING_SECONDS = Metric(
    name="coding_seconds",
    question="How long is a change worked on before it is put up for review?",
    definition="From the first author instant of the proposed commits, ignoring those 180 days or "
    "more older than the proposal, to being put up for review; a commit written after opening "
    "counts as begun when opened. Drafts are censored. " + _BOTS,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_coding,
    summary=Quantiles(),
    n_of="changes",
    version=1,
    references=(_STAGED, _KAPLAN),
    caveats=(
        "Thinking and designing before the first commit is not in it.",
        (
            "Author instants survive a rebase; amending the first commit with a new author date "
            "makes the stage shorter."
        ),
    ),
    remedy="Let the forge connector read the commits of changes.",
    unknown_because="have no commit that tells when they were begun",
    requires=("change.opened_at",),
    source="forge",
)

PICKUP_SECONDS = Metric(
    name="pickup_seconds",
    question="How long does a change wait for the first person to review it?",
    definition="From being put up for review, last, to the first review or comment by a person "
    "other than the author; 0 where it came while the change was a draft. Reviews by AI agents "
    "and bots leave the clock running. " + _CENSORED + _BOTS,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_pickup,
    summary=Quantiles(with_mean=True),
    n_of="changes",
    version=1,
    references=(_STAGED, "DevLake, pull request 9000 (bots closed the clock)", _KAPLAN),
    caveats=(
        "Nights and weekends count: it is what the change waits, not what the reviewer owes.",
        "A change landed without review is censored when it lands: that is not a quick pickup.",
    ),
    remedy=_LANDS,
    requires=("change.opened_at",),
    source="forge",
)

REVIEW_SECONDS = Metric(
    name="review_seconds",
    question="How long does review last until the last approval?",
    definition="From the first review by a person, not before the change was put up, to the last "
    "approval by a person; 0 where the first review approves. " + _CENSORED + _BOTS,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_review,
    summary=Quantiles(with_mean=True),
    n_of="changes",
    version=1,
    references=(_STAGED, _KAPLAN),
    caveats=(
        "Where a project never approves formally, every review is censored.",
        "It holds the author's work on remarks as well as the reviewer's waiting.",
    ),
    remedy=_LANDS,
    requires=("change.opened_at",),
    source="forge",
)

MERGE_SECONDS = Metric(
    name="merge_seconds",
    question="How long does an approved change wait to land?",
    definition="From the last approval by a person, not before the change was put up, to landing. "
    + _CENSORED
    + _BOTS,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_merge,
    summary=Quantiles(),
    n_of="approved changes",
    version=1,
    references=(_STAGED, _KAPLAN),
    caveats=("Waiting for checks, for a merge queue and for a release window is all in it.",),
    remedy=_LANDS,
    requires=("change.opened_at",),
    source="forge",
)

DEPLOY_SECONDS = Metric(
    name="deploy_seconds",
    question="How long does a landed change wait for its first exposure in production?",
    definition="From landing to the first successful production deployment that brings the change; "
    "in repositories without recorded deployments, to the first release. Changes not there yet "
    "are censored at the newest record. " + _BOTS,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_deploy,
    summary=Quantiles(clusters_of="deployments"),
    n_of="changes",
    version=1,
    references=(_DORA, _KAPLAN),
    caveats=(
        "A change behind a switch is deployed long before any user meets it.",
        "A deployment nobody recorded makes every change in it wait for the next.",
    ),
    remedy="Connect deployments: the forge, the CI system or a file.",
    requires=("change.opened_at",),
    source="forge",
)

CYCLE_TIME_SECONDS = Metric(
    name="cycle_time_seconds",
    question="How long does a landed change take from first commit to production, and where?",
    definition="Mean over landed changes of the time from the first commit (else opening) to "
    "production (else landing). Split by stage, the parts coding, pickup, review, merge, deploy "
    "and unattributed add up to it exactly: unattributed is the time between two events of "
    "which one did not happen, because nobody reviewed or nobody approved. " + _BOTS,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_whole,
    summary=RatioOfSums(parts=("stage",)),
    n_of="changes",
    version=1,
    references=(_DORA, _STAGED, "Middleware, pull request 697 (stages that did not add up)"),
    caveats=(
        "A mean is moved by a few very long waits: the stages' quantiles stand apart.",
        (
            "Only landed changes are in it; those not yet in production end at landing, so deploy "
            "is too short in the newest weeks."
        ),
    ),
    remedy=_LANDS,
    requires=("change.opened_at",),
    source="forge",
)
