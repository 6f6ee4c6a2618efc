"""From the first commit, or from being ready for review, to production."""

from __future__ import annotations

import ibis

from trueup.measure.metric import Metric, Quantiles, RatioOfSums, Tables
from trueup.measure.production.deployed import DEPLOYED, UNMAPPED, WAITING, fates
from trueup.measure.records.authorship import YES, record_horizon
from trueup.units import RATIO, SECONDS

_MICRO = 1e-6
_NEEDS = (
    *("change", "change_commit", "commit", "proposed_commit", "deployment", "deployment_change"),
    *("service", "account", "ai_attribution", "repository"),
)
_DORA = "DORA, Software delivery performance metrics (change lead time)"
_KAPLAN = "Kaplan and Meier (1958), JASA 53"
_RULE = (
    "the first successful deployment to production that brings the change, as a source records it: "
    "landing and release tags do not stand in. By the instant at which it starts. What is open, or "
    "landed and waits, is censored at the newest record; what was given up, when it was closed. "
    "Changes that landed before the first deployment known of their service, or in a repository "
    "without any, are unmapped: they lower the coverage and are in no quantile. Bots are left out "
    "unless the split is by actor kind."
)
_REMEDY = "Connect deployments: the forge, the CI system or a file."
_SWITCH = "A change behind a switch is deployed long before any user meets it."
_HIDDEN = "A deployment nobody recorded makes every change in it wait for the next."


def _lead(tables: Tables, start: str) -> ibis.Table:
    """Time from `start` to production; what landed before it could be known is not known."""
    until = record_horizon(tables) or 0
    rows = fates(tables)
    begun, ended = rows[start], rows.deployed_at
    mapped = rows.known_since_at.notnull() & rows.fate.fill_null(WAITING).notin(UNMAPPED)
    given_up = ibis.ifelse(rows.state == "closed", rows.closed_at, ibis.null("int64"))
    left = ibis.coalesce(ended, given_up, ibis.literal(until))
    return rows.mutate(
        at=begun.fill_null(rows.landed_at),
        value=ibis.greatest(left - begun, 0).fill_null(0) * _MICRO,
        censored=ended.isnull(),
        known=mapped & begun.notnull(),
        cluster=rows.deployment_id.fill_null("waiting in " + rows.repository),
    )


def _from_commit(tables: Tables) -> ibis.Table:
    return _lead(tables, "begun_at")


def _from_ready(tables: Tables) -> ibis.Table:
    rows = _lead(tables, "ready_at")
    return rows.filter(rows.ready_at.notnull())


def _unmapped(tables: Tables) -> ibis.Table:
    rows = fates(tables)
    rows = rows.filter(rows.state == "merged")
    lost = rows.fate.isin(UNMAPPED)
    return rows.mutate(
        at=rows.landed_at,
        known=YES,
        value=lost.cast("float64"),
        weight=1.0,
        stage=ibis.ifelse(lost, rows.fate, ibis.null("string")),
    )


def _deployed(tables: Tables) -> ibis.Table:
    rows = fates(tables)
    rows = rows.filter(rows.fate.isin((DEPLOYED, WAITING)))
    return rows.mutate(
        at=rows.landed_at, known=YES, value=(rows.fate == DEPLOYED).cast("float64"), weight=1.0
    )


LEAD_TIME_FROM_COMMIT_SECONDS = Metric(
    name="lead_time_from_commit_seconds",
    question="How long does a change take from its first commit to production?",
    definition="From the author instant of the first commit, ignoring those 180 days or more older "
    "than the proposal, to " + _RULE,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_from_commit,
    summary=Quantiles(shares=(0.5, 0.75, 0.9), clusters_of="deployments", with_mean=True),
    n_of="changes",
    version=1,
    references=(_DORA, _KAPLAN),
    caveats=(
        _SWITCH,
        _HIDDEN,
        "Author instants survive a rebase; amending the first commit with a new date shortens it.",
    ),
    remedy=_REMEDY,
    unknown_because="are unmapped, or have no commit that tells when they were begun",
    requires=("deployment",),
    source="git, forge, deployments",
)

LEAD_TIME_FROM_READY_SECONDS = Metric(
    name="lead_time_from_ready_seconds",
    question="How long does a change take from being ready for review to production?",
    definition="From being put up for review, last, to " + _RULE,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_from_ready,
    summary=Quantiles(shares=(0.5, 0.75, 0.9), clusters_of="deployments", with_mean=True),
    n_of="changes",
    version=1,
    references=(_DORA, _KAPLAN),
    caveats=(_SWITCH, _HIDDEN, "Opening a draft early and putting it up late shortens it."),
    remedy=_REMEDY,
    unknown_because="are unmapped",
    requires=("deployment", "change.opened_at"),
    source="forge, deployments",
)

UNMAPPED_CHANGES_RATIO = Metric(
    name="unmapped_changes_ratio",
    question="Of which share of landed changes is not known when they reached production?",
    definition="Changes that landed before the first deployment known of their service, or in a "
    "repository of which no deployment is recorded, over all that landed. Split by stage, these "
    "two. What landed later and waits is not among them.",
    unit=RATIO,
    kind="activity",
    better="neither",
    needs=_NEEDS,
    rows=_unmapped,
    summary=RatioOfSums(of_flags=True, parts=("stage",)),
    n_of="landed changes",
    version=1,
    references=("DevLake, issues 7193 and 8929 (the first deployment that swallowed years)",),
    caveats=("It is a share of what is known, not of what is done.",),
    remedy=_REMEDY,
    requires=("deployment",),
    source="git, forge, deployments",
)

DEPLOYED_CHANGES_RATIO = Metric(
    name="deployed_changes_ratio",
    question="Which share of landed changes has reached production by now?",
    definition="Changes that a successful deployment to production has brought, over landed "
    "changes that are not unmapped. By landing.",
    unit=RATIO,
    kind="flow",
    better="higher",
    needs=_NEEDS,
    rows=_deployed,
    summary=RatioOfSums(of_flags=True),
    n_of="landed changes",
    version=1,
    references=(_DORA,),
    caveats=("The newest changes had less time: compare windows that ended alike long ago.",),
    remedy=_REMEDY,
    requires=("deployment",),
    source="git, forge, deployments",
)
