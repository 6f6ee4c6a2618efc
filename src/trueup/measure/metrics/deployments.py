"""How often production is changed, by how much at once, and how much of that was not planned."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Metric, PerWeek, RatioOfSums, Tables
from trueup.measure.production.deployed import brought, deployments, fates, reworked
from trueup.measure.records.authorship import YES
from trueup.units import ITEMS, PER_WEEK, RATIO

_NEEDS = ("deployment",)
_BRINGS = ("deployment", "deployment_change", "change", "service", "account", "ai_attribution")
_DORA = "DORA, Software delivery performance metrics (deployment frequency)"
_REWORK = "DORA (2024), Accelerate State of DevOps Report (rework rate)"
_SCOPE = "Successful deployments to production, rollbacks left out"
_BATCH = "It counts batches: fewer deployments may bring more changes."
_UNDATED = "have no instant at which they ended"
_REMEDY = "Connect deployments: the forge, the CI system or a file."
_TABLES = ("deployment",)


def _things(rows: ibis.Table) -> ibis.Table:
    """Return deployments as event rows: nobody's, resampled by service."""
    return rows.mutate(
        at=rows.finished_at.fill_null(rows.started_at),
        person=ibis.null("string"),
        cluster=rows.service,
        known=rows.finished_at.notnull(),
        weight=1.0,
    )


def _planned_or_not(tables: Tables) -> ibis.Table:
    rows = deployments(tables)
    return _things(rows.filter(rows.kind != "rollback")).mutate(value=1.0)


def _on_days(tables: Tables) -> ibis.Table:
    one = ibis.literal("production")
    return _planned_or_not(tables).mutate(actor=one, cluster=one, active=YES)


def _batches(tables: Tables) -> ibis.Table:
    rows = _planned_or_not(tables)
    part = brought(tables)
    size = part.group_by(sized_id=part.deployment_id).agg(changes=_.change_id.nunique())
    rows = rows.left_join(size, rows.deployment_id == size.sized_id)
    one_chain = ibis.window(group_by=["repository", "service"], order_by="at")
    is_first = ibis.row_number().over(one_chain) == 0
    return rows.mutate(
        value=rows.changes.fill_null(0).cast("float64"), known=rows.known & ~is_first
    )


def _arriving(tables: Tables) -> ibis.Table:
    rows = fates(tables)
    rows = rows.filter(rows.deployed_at.notnull())
    return rows.mutate(at=rows.deployed_at, known=YES, value=1.0, weight=1.0)


def _rework(tables: Tables) -> ibis.Table:
    rows, again = _things(deployments(tables)), reworked(tables)
    rows = rows.left_join(again, rows.deployment_id == again.rework_id)
    return rows.mutate(value=rows.reason.notnull().cast("float64"), stage=rows.reason)


DEPLOYMENTS_PER_WEEK = Metric(
    name="deployments_per_week",
    question="How often is something deployed to production?",
    definition=_SCOPE + ", by the instant they ended, per seven days. The same commit deployed "
    "again counts; a pipeline and those it starts are one deployment to each service.",
    unit=PER_WEEK,
    kind="flow",
    better="higher",
    needs=_NEEDS,
    rows=_planned_or_not,
    summary=PerWeek(),
    n_of="deployments",
    version=1,
    references=(_DORA, "Faros AI (2026), The Acceleration Whiplash"),
    caveats=(_BATCH, "Splitting one service into two doubles it."),
    remedy=_REMEDY,
    unknown_because=_UNDATED,
    requires=_TABLES,
    of_artefacts=True,
    source="deployments",
)

DEPLOYMENT_DAYS_PER_WEEK = Metric(
    name="deployment_days_per_week",
    question="On how many days of a week is anything deployed to production?",
    definition="Days of the workspace's time zone with one or more: " + _SCOPE.lower() + "; per "
    "seven days.",
    unit=PER_WEEK,
    kind="flow",
    better="higher",
    needs=_NEEDS,
    rows=_on_days,
    summary=PerWeek(period="day"),
    n_of="days with a deployment",
    version=1,
    references=(_DORA, "DevLake, Deployment frequency (which counts days)"),
    caveats=("More than one deployment a day is not seen: deployments_per_week counts them.",),
    remedy=_REMEDY,
    unknown_because=_UNDATED,
    requires=_TABLES,
    of_artefacts=True,
    source="deployments",
)

DEPLOYMENT_BATCH_ITEMS = Metric(
    name="deployment_batch_items",
    question="How many changes does a deployment bring?",
    definition="Mean number of changes that a successful deployment to production brought and the "
    "one before it had not. The first deployment known of a service brings nobody knows what, and "
    "lowers the coverage. Links less likely than 50 % are not counted.",
    unit=ITEMS,
    kind="flow",
    better="lower",
    needs=_BRINGS,
    rows=_batches,
    summary=RatioOfSums(clusters_of="services"),
    n_of="deployments",
    version=1,
    references=("DORA, Capabilities: working in small batches",),
    caveats=(
        "Deploying the same commit again brings nothing and lowers it.",
        "Several services deployed from one change each count it.",
    ),
    remedy=_REMEDY,
    unknown_because="are the first known of their service, or have no instant",
    requires=_TABLES,
    of_artefacts=True,
    source="deployments, git",
)

CHANGES_DEPLOYED_PER_WEEK = Metric(
    name="changes_deployed_per_week",
    question="How many changes reach production in a week?",
    definition="Changes by the instant of the first successful deployment to production that "
    "brings them, per seven days. Bots are left out unless the split is by actor kind.",
    unit=PER_WEEK,
    kind="outcome",
    better="higher",
    needs=_BRINGS,
    rows=_arriving,
    summary=PerWeek(),
    n_of="changes",
    version=1,
    references=(_DORA, "Reinertsen (2009), The Principles of Product Development Flow, chapter 5"),
    caveats=(
        "Splitting one change into several raises it.",
        "Reaching production and staying there are two things: see rework_free_changes_ratio.",
    ),
    remedy=_REMEDY,
    requires=_TABLES,
    source="deployments, git",
)

DEPLOYMENT_REWORK_RATIO = Metric(
    name="deployment_rework_ratio",
    question="Which share of deployments was not planned, but had to mend production?",
    definition="Of successful deployments to production: rollbacks; redeploys of the same commit "
    "while an incident of the service was open; and hotfixes, the last deployment that ended while "
    "an incident of the service was open, before the incident ended. Split by stage, the three "
    "kinds.",
    unit=RATIO,
    kind="quality",
    better="lower",
    needs=("deployment", "incident", "incident_link", "deployment_change", "change"),
    rows=_rework,
    summary=RatioOfSums(of_flags=True, parts=("stage",), clusters_of="services"),
    n_of="deployments",
    version=1,
    references=(_REWORK,),
    caveats=(
        "This is deployment rework: not review rework, not rewritten lines, not reverts.",
        "A planned deployment that happens to end just before an incident does counts as hotfix.",
        "What mends an incident that still lasts is not known yet.",
    ),
    qualifier="about",
    remedy=_REMEDY,
    unknown_because=_UNDATED,
    requires=("deployment", "incident"),
    of_artefacts=True,
    source="deployments, incidents",
)
