"""What fails in production: how often, how soon it is noticed, how long until it is mended."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Metric, Quantiles, RatioOfSums, Tables
from trueup.measure.production.deployed import failures, incidents, judged
from trueup.measure.records.authorship import YES, record_horizon
from trueup.units import PER_DEPLOYMENT, RATIO, SECONDS

_MICRO = 1e-6
_NEEDS = ("deployment", "incident", "incident_link", "deployment_change", "change")
_DORA = "DORA, Software delivery performance metrics"
_KAPLAN = "Kaplan and Meier (1958), JASA 53"
_LINKED = (
    "An incident follows from a deployment if it opened while that ran or within 7 days of its end "
    "and is linked, 50 % likely or more, to it or to a change it was the first to bring."
)
_POPULATION = (
    "Successful deployments to production that ended 7 days or more before the newest record; "
    "rollbacks are left out. "
)
_OPEN = "What still lasts is censored at the newest record."
_REMEDY = "Connect deployments and the incident tool, and wait until deployments are 7 days old."
_UNREPORTED = "What nobody reports as an incident did not happen."
_CAUSE = "A link says which deployment came before, by rule: not why anything broke."


def _deployments(tables: Tables) -> ibis.Table:
    rows = judged(tables)
    return rows.mutate(
        at=rows.finished_at.fill_null(rows.started_at),
        person=ibis.null("string"),
        cluster=rows.service,
        known=rows.finished_at.notnull(),
        weight=1.0,
    )


def _failed(tables: Tables) -> ibis.Table:
    rows = _deployments(tables)
    return rows.mutate(value=(rows.incidents > 0).cast("float64"), stage=rows.grade)


def _incidents_each(tables: Tables) -> ibis.Table:
    rows = _deployments(tables)
    return rows.mutate(value=rows.incidents.cast("float64"))


def _durations(rows: ibis.Table, tables: Tables, start: str, end: str) -> ibis.Table:
    until = record_horizon(tables) or 0
    left = rows[end].fill_null(until)
    return rows.mutate(
        at=rows[start],
        person=ibis.null("string"),
        cluster=rows.service.fill_null("no service"),
        known=YES,
        value=ibis.greatest(left - rows[start], 0) * _MICRO,
        censored=rows[end].isnull(),
    )


def _failed_deployments(tables: Tables) -> ibis.Table:
    """One row per failed deployment: noticed with the first incident, restored with the last."""
    rows = failures(tables)
    return rows.group_by("deployment_id", "repository", "service", "finished_at").agg(
        noticed_at=ibis.greatest(_.opened_at.min(), _.finished_at.min()),
        restored_at=ibis.ifelse(_.resolved_at.isnull().any(), None, _.resolved_at.max()),
    )


def _recovery(tables: Tables) -> ibis.Table:
    return _durations(_failed_deployments(tables), tables, "finished_at", "restored_at")


def _detection(tables: Tables) -> ibis.Table:
    return _durations(_failed_deployments(tables), tables, "finished_at", "noticed_at")


def _repair(tables: Tables) -> ibis.Table:
    return _durations(_failed_deployments(tables), tables, "noticed_at", "restored_at")


def _resolution(tables: Tables) -> ibis.Table:
    rows = incidents(tables)
    return _durations(rows.filter(rows.opened_at.notnull()), tables, "opened_at", "resolved_at")


FAILED_DEPLOYMENTS_RATIO = Metric(
    name="failed_deployments_ratio",
    question="Which share of deployments is followed by a failure in production?",
    definition="The change failure share: deployments from which one incident or more followed, "
    "over deployments. " + _POPULATION + _LINKED + " Split by stage, by what the best link rests "
    "on: declared, derived or guessed.",
    unit=RATIO,
    kind="quality",
    better="lower",
    needs=_NEEDS,
    rows=_failed,
    summary=RatioOfSums(of_flags=True, parts=("stage",), clusters_of="services"),
    n_of="deployments",
    version=1,
    references=(_DORA + " (change fail rate)", "Wilson (1927), JASA 22"),
    caveats=(
        _UNREPORTED,
        _CAUSE,
        (
            "Deploying more often with the same number of incidents lowers it: read it beside "
            "incidents_per_week."
        ),
    ),
    remedy=_REMEDY,
    unknown_because="have no instant at which they ended",
    requires=("deployment", "incident"),
    of_artefacts=True,
    source="deployments, incidents",
)

INCIDENTS_PER_DEPLOYMENT = Metric(
    name="incidents_per_deployment",
    question="How many incidents follow from a deployment?",
    definition="Incidents that followed, over deployments: the number can exceed 1. "
    + _POPULATION
    + _LINKED,
    unit=PER_DEPLOYMENT,
    kind="quality",
    better="lower",
    needs=_NEEDS,
    rows=_incidents_each,
    summary=RatioOfSums(clusters_of="services"),
    n_of="deployments",
    version=1,
    references=(_DORA, "DevLake, Change failure rate (which divides incidents by deployments)"),
    caveats=(_UNREPORTED, _CAUSE),
    remedy=_REMEDY,
    unknown_because="have no instant at which they ended",
    requires=("deployment", "incident"),
    of_artefacts=True,
    source="deployments, incidents",
)

FAILED_DEPLOYMENT_RECOVERY_SECONDS = Metric(
    name="failed_deployment_recovery_seconds",
    question="How long from a failed deployment until production is whole again?",
    definition="From the end of a deployment that failed until the last of the incidents that "
    "followed from it is resolved. " + _OPEN + " " + _LINKED,
    unit=SECONDS,
    kind="quality",
    better="lower",
    needs=_NEEDS,
    rows=_recovery,
    summary=Quantiles(shares=(0.5, 0.75, 0.9), clusters_of="services", with_mean=True),
    n_of="failed deployments",
    version=1,
    references=(_DORA + " (failed deployment recovery time)", _KAPLAN),
    caveats=(
        "Tools close incidents when someone clicks, not when users are well.",
        "Detection and repair add up to it one by one, not in their medians.",
    ),
    remedy=_REMEDY,
    requires=("deployment", "incident"),
    of_artefacts=True,
    source="deployments, incidents",
)

FAILURE_DETECTION_SECONDS = Metric(
    name="failure_detection_seconds",
    question="How long does a failed deployment go unnoticed?",
    definition="From the end of a deployment that failed until the first incident that followed "
    "from it opened; 0 where it opened while the deployment ran. " + _LINKED,
    unit=SECONDS,
    kind="quality",
    better="lower",
    needs=_NEEDS,
    rows=_detection,
    summary=Quantiles(clusters_of="services", with_mean=True),
    n_of="failed deployments",
    version=1,
    references=(_DORA,),
    caveats=("Longer than 7 days cannot be seen: then nothing links the two.",),
    qualifier="at least",
    remedy=_REMEDY,
    requires=("deployment", "incident"),
    of_artefacts=True,
    source="deployments, incidents",
)

FAILURE_REPAIR_SECONDS = Metric(
    name="failure_repair_seconds",
    question="How long does it take to mend a failed deployment once it is noticed?",
    definition="From the first incident that followed from a deployment until the last of them is "
    "resolved. " + _OPEN + _LINKED,
    unit=SECONDS,
    kind="quality",
    better="lower",
    needs=_NEEDS,
    rows=_repair,
    summary=Quantiles(clusters_of="services", with_mean=True),
    n_of="failed deployments",
    version=1,
    references=(_DORA, _KAPLAN),
    caveats=("Tools close incidents when someone clicks, not when users are well.",),
    remedy=_REMEDY,
    requires=("deployment", "incident"),
    of_artefacts=True,
    source="deployments, incidents",
)

INCIDENT_RESOLUTION_SECONDS = Metric(
    name="incident_resolution_seconds",
    question="How long does an incident last, whatever brought it?",
    definition="From opening to resolution of every incident of production, linked to a deployment "
    "or not. " + _OPEN,
    unit=SECONDS,
    kind="quality",
    better="lower",
    needs=("incident",),
    rows=_resolution,
    summary=Quantiles(shares=(0.5, 0.75, 0.9), clusters_of="services", with_mean=True),
    n_of="incidents",
    version=1,
    references=("Middleware and Faros CE, Mean time to restore", _KAPLAN),
    caveats=(
        "Vendors' outages are in it: failed_deployment_recovery_seconds leaves them out.",
        "An incident nobody closes is censored, not dropped.",
    ),
    remedy="Connect the incident tool, or name incidents in a file.",
    requires=("incident",),
    of_artefacts=True,
    source="incidents",
)
