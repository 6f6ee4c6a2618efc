"""What runs in production: deployments, the changes each brought, and what failed after it.

Only what a source says of production counts: without a record of a deployment a change is not
known to have reached users, and is never taken to have got there when it landed.
"""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Tables
from trueup.measure.records.authorship import proposals, record_horizon, shared
from trueup.measure.records.change_stages import staged
from trueup.measure.records.placing import placed
from trueup.measure.records.presence import has
from trueup.measure.windows import DAY

LIKELY = 0.5
"""A link less likely than this is not counted."""
WATCHED_DAYS = 7
"""How long a deployment is watched: what opens later is not laid at its door."""
DEPLOYED, WAITING = "deployed", "waiting"
BEFORE_FIRST, NO_RECORD = "before the first deployment", "no deployment recorded"
UNMAPPED = (BEFORE_FIRST, NO_RECORD)


def deployments(tables: Tables) -> ibis.Table:
    """Return the successful deployments to production, rollbacks among them.

    Columns: ``deployment_id``, ``repository`` (id), ``service``, ``kind``, ``started_at``,
    ``finished_at`` (null: it succeeded nobody knows when).
    """
    rows = tables["deployment"]
    rows = rows.filter((rows.environment == "production") & (rows.outcome == "success"))
    return rows.select(
        "deployment_id",
        "finished_at",
        repository="repository_id",
        service=rows.service_id.fill_null(rows.repository_id),
        kind=rows.kind.fill_null("deploy"),
        started_at=rows.started_at.fill_null(rows.finished_at),
    )


def brought(tables: Tables) -> ibis.Table:
    """Return which change each dated deployment brought, rollbacks left out.

    Columns: those of `deployments` and ``change_id``.
    """
    run, part = deployments(tables), tables["deployment_change"]
    run = run.filter(run.finished_at.notnull() & (run.kind != "rollback"))
    part = part.filter(part.probability.fill_null(1.0) >= LIKELY)
    part = part.select("change_id", part_deployment_id="deployment_id")
    rows = run.inner_join(part, run.deployment_id == part.part_deployment_id)
    return rows.drop("part_deployment_id")


def fates(tables: Tables) -> ibis.Table:
    """Return every change, with when it was begun and when production got it.

    Columns: those of `trueup.measure.records.authorship.proposals`, and ``begun_at`` (null:
    unknown), ``deployment_id`` and ``deployed_at`` (the first that brought it), and ``fate`` of
    what landed: `DEPLOYED`; `WAITING`; `BEFORE_FIRST`, where the first deployment known of its
    service came later and so swallowed it; `NO_RECORD`, where no deployment of its repository is
    known.
    """
    return shared(tables, "fates", lambda: _fates(tables))


def _fates(tables: Tables) -> ibis.Table:
    rows = proposals(tables)
    begun = staged(tables).select("begun_at", begun_change_id="change_id")
    rows = rows.left_join(begun, rows.change_id == begun.begun_change_id)
    own = ibis.ifelse(rows.is_proposed, rows.begun_at, rows.first_commit_at)
    rows = rows.mutate(begun_at=own).drop("begun_change_id")
    first = brought(tables)
    first = first.group_by(first_change_id=first.change_id).agg(
        deployment_id=_.deployment_id.argmin(_.finished_at), deployed_at=_.finished_at.min()
    )
    rows = rows.left_join(first, rows.change_id == first.first_change_id).drop("first_change_id")
    rows = _with_first_known(rows, tables)
    fate = ibis.cases(
        (rows.state != "merged", ibis.null("string")),
        (rows.deployed_at.notnull(), DEPLOYED),
        (rows.known_since_at.isnull(), NO_RECORD),
        (rows.landed_at <= rows.known_since_at, BEFORE_FIRST),
        else_=WAITING,
    )
    return rows.mutate(fate=fate)


def _with_first_known(rows: ibis.Table, tables: Tables) -> ibis.Table:
    """Add ``known_since_at``: when the first known deployment of a change's service began."""
    run = deployments(tables)
    run = run.filter(run.finished_at.notnull())
    whole = run.group_by(run_repository_id=run.repository).agg(whole_since_at=_.started_at.min())
    rows = rows.left_join(whole, rows.repository == whole.run_repository_id)
    rows = rows.drop("run_repository_id")
    if not has(tables, "service"):
        return rows.rename(known_since_at="whole_since_at")
    each = run.group_by(run_repository_id=run.repository, run_service=run.service).agg(
        service_since_at=_.started_at.min()
    )
    rows = placed(rows, tables, "service")
    rows = rows.left_join(
        each, [rows.repository == each.run_repository_id, rows.service == each.run_service]
    )
    since = rows.service_since_at.fill_null(rows.whole_since_at)
    rows = rows.mutate(known_since_at=since)
    return rows.drop("run_repository_id", "run_service", "service_since_at", "whole_since_at")


def incidents(tables: Tables) -> ibis.Table:
    """Return the incidents of production: ``incident_id``, ``service``, ``team``, instants.

    Where the source does not say of which environment, it is taken to be production.
    """
    rows = tables["incident"]
    rows = rows.filter(rows.environment.fill_null("production") == "production")
    return rows.select(
        *("incident_id", "opened_at", "acknowledged_at", "resolved_at"),
        service="service_id",
        team="team_id",
    )


def failures(tables: Tables) -> ibis.Table:
    """Return which incident followed from which deployment.

    One that opened while it ran or within `WATCHED_DAYS` of its end, and is linked to it or to a
    change it was the first to bring. Columns: those of `deployments`; ``incident_id``,
    ``opened_at``, ``resolved_at`` (null: it lasts), ``grade`` of the link.
    """
    return shared(tables, "failures", lambda: _failures(tables))


def _failures(tables: Tables) -> ibis.Table:
    run, link, incident = deployments(tables), tables["incident_link"], incidents(tables)
    run = run.filter((run.kind != "rollback") & run.finished_at.notnull())
    link = link.filter(link.probability.fill_null(1.0) >= LIKELY)
    link = link.select("target_kind", "target_id", "grade", link_incident_id="incident_id")
    direct = link.filter(link.target_kind == "deployment")
    direct = direct.select("grade", "link_incident_id", hit_id="target_id")
    first = brought(tables)
    first = first.group_by(first_change_id=first.change_id).agg(
        hit_id=_.deployment_id.argmin(_.finished_at)
    )
    through = link.filter(link.target_kind == "change")
    through = through.inner_join(first, through.target_id == first.first_change_id)
    pairs = direct.union(through.select(direct.columns))
    pairs = pairs.group_by("link_incident_id", "hit_id").agg(grade=_.grade.min())
    rows = run.inner_join(pairs, run.deployment_id == pairs.hit_id)
    moment = incident.select("incident_id", "opened_at", "resolved_at")
    rows = rows.inner_join(moment, rows.link_incident_id == moment.incident_id)
    late = rows.finished_at + WATCHED_DAYS * DAY
    rows = rows.filter((rows.opened_at >= rows.started_at) & (rows.opened_at <= late))
    return rows.drop("link_incident_id", "hit_id")


def judged(tables: Tables) -> ibis.Table:
    """Return deployments that were watched to the end, with the incidents that followed.

    Rollbacks are left out: they end a failure. Columns: those of `deployments`; ``incidents``.
    """
    until = record_horizon(tables) or 0
    run, failed = deployments(tables), failures(tables)
    run = run.filter(run.kind != "rollback")
    run = run.filter(run.finished_at.isnull() | (run.finished_at <= until - WATCHED_DAYS * DAY))
    count = failed.group_by(failed_id=failed.deployment_id).agg(
        incidents=_.incident_id.nunique(), grade=_.grade.min()
    )
    rows = run.left_join(count, run.deployment_id == count.failed_id).drop("failed_id")
    return rows.mutate(incidents=rows.incidents.fill_null(0))


def reworked(tables: Tables) -> ibis.Table:
    """Return why a deployment was one nobody planned: ``rework_id``, ``reason``.

    A rollback; the same commit again while an incident of the service is open; or the hotfix: the
    last deployment that ended between the opening and the end of an incident linked to the service.
    """
    run = deployments(tables)
    run = run.filter(run.finished_at.notnull())
    back = run.filter(run.kind == "rollback")
    back = back.select(rework_id="deployment_id", reason=ibis.literal("rollback"))
    hurt = failures(tables)
    own = incidents(tables).filter(_.service.notnull())
    spans = hurt.select("incident_id", "service", "opened_at", "resolved_at").union(
        own.select("incident_id", "service", "opened_at", "resolved_at"), distinct=True
    )
    spans = spans.rename(hurt_service="service")
    met = run.filter(run.kind != "rollback").inner_join(
        spans,
        [
            run.service == spans.hurt_service,
            run.started_at >= spans.opened_at,
            (run.finished_at <= spans.resolved_at) | spans.resolved_at.isnull(),
        ],
    )
    again = met.filter(met.kind == "redeploy")
    again = again.select(rework_id="deployment_id", reason=ibis.literal("redeploy"))
    ended = met.filter(met.resolved_at.notnull())
    hotfix = ended.group_by("incident_id", "service").agg(
        rework_id=_.deployment_id.argmax(_.finished_at)
    )
    hotfix = hotfix.select("rework_id", reason=ibis.literal("hotfix"))
    rows = back.union(again).union(hotfix)
    return rows.group_by("rework_id").agg(reason=_.reason.max())
