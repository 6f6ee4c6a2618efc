"""Changes on their way to production, whose they are, and what became of them in 30 days."""

from __future__ import annotations

from typing import Literal

import ibis
from ibis import _

from trueup.measure.metric import Tables
from trueup.measure.records.authorship import MARKED, changes, people, shared
from trueup.measure.records.lines import removals
from trueup.measure.windows import DAY

UnitKind = Literal["team", "repository"]
WATCHED = 30 * DAY
"""How long a change is watched after it reached production, microseconds."""
_ALWAYS = -(1 << 62)
_FOR_EVER = 1 << 62
_LIKELY = 0.5
"""A link less likely than this is not counted."""


def spells(tables: Tables) -> ibis.Table:
    """Return who belongs to which team and when, in spells that do not overlap.

    Columns: ``spell_person``, ``spell_team``, ``spell_starts_at``, ``spell_ends_at``. Of two
    memberships at once the one begun later holds, so that nobody counts twice.
    """
    return shared(tables, "spells", lambda: _spells(tables))


def _spells(tables: Tables) -> ibis.Table:
    rows = tables["membership"]
    rows = rows.filter(rows.person_id.notnull()).mutate(
        starts=rows.started_at.fill_null(_ALWAYS), ends=rows.ended_at.fill_null(_FOR_EVER)
    )
    one_person = ibis.window(group_by="person_id", order_by=["starts", "team_id"])
    following = rows.starts.lead().over(one_person).fill_null(_FOR_EVER)
    rows = rows.select(
        spell_person="person_id",
        spell_team="team_id",
        spell_starts_at="starts",
        spell_ends_at=ibis.least(rows.ends, following),
    )
    return rows.filter(rows.spell_starts_at < rows.spell_ends_at)


def in_teams(rows: ibis.Table, tables: Tables, person: str, instant: str) -> ibis.Table:
    """Add ``person_team``: the team of a person at an instant; null where there is none."""
    spell = spells(tables)
    return rows.left_join(
        spell,
        [
            rows[person] == spell.spell_person,
            rows[instant] >= spell.spell_starts_at,
            rows[instant] < spell.spell_ends_at,
        ],
    ).rename(person_team="spell_team")


def delivered(tables: Tables, unit: UnitKind) -> ibis.Table:
    """Return every landed change that is not a bot's, with its unit and what became of it.

    A change belongs to its author's team when it was begun, else to the team that owns the
    repository. Columns: ``unit``, ``change_id``, ``author`` (null unless a person), ``landed_at``,
    ``first_commit_at``, ``produced_at`` (null: not in production), ``is_marked``, ``is_undoing``,
    ``is_rework``, ``is_failed``, ``incidents``.
    """
    rows = changes(tables)
    rows = rows.filter(rows.known & (rows.actor_kind.fill_null("unknown") != "bot"))
    rows = rows.mutate(landed_at=rows["at"], begun_at=rows.first_commit_at.fill_null(rows["at"]))
    rows = in_units(rows, tables, unit)
    rows = produced(rows, tables)
    return _judged(rows, tables)


def owners(tables: Tables) -> ibis.Table:
    """Return which team owns each repository: ``owned_repository_id``, ``owner_team``.

    Where several do (a monorepo), the change's author decides or nobody does.
    """
    return shared(tables, "owners", lambda: _owners(tables))


def _owners(tables: Tables) -> ibis.Table:
    rows = tables["service"]
    rows = rows.filter(rows.team_id.notnull())
    found = rows.group_by(owned_repository_id=rows.repository_id).agg(
        teams=_.team_id.nunique(), owner_team=_.team_id.max()
    )
    return found.filter(found.teams == 1).drop("teams")


def in_units(rows: ibis.Table, tables: Tables, unit: UnitKind) -> ibis.Table:
    """Add ``unit``: the team of the person when it was begun, else of the owner; or the repository.

    Needs ``person``, ``begun_at`` and ``repository_id``.
    """
    if unit == "repository":
        return rows.mutate(unit=rows.repository_id)
    rows = in_teams(rows, tables, "person", "begun_at")
    owner = owners(tables)
    rows = rows.left_join(owner, rows.repository_id == owner.owned_repository_id)
    return rows.mutate(unit=rows.person_team.fill_null(rows.owner_team))


def produced(rows: ibis.Table, tables: Tables) -> ibis.Table:
    """Add ``produced_at``: the first successful deployment, else the release."""
    run, part = production_runs(tables), tables["deployment_change"]
    part = part.filter(part.probability.fill_null(1.0) >= _LIKELY)
    brought = part.inner_join(run, part.deployment_id == run.run_id)
    first = brought.group_by(brought_change_id=brought.change_id).agg(brought_at=_.ran_at.min())
    recorded = run.select(run_repository_id="run_repository_id").distinct()
    rows = rows.left_join(first, rows.change_id == first.brought_change_id)
    rows = rows.left_join(recorded, rows.repository_id == recorded.run_repository_id)
    release = ibis.ifelse(rows.run_repository_id.isnull(), rows.released_at, ibis.null("int64"))
    return rows.mutate(produced_at=rows.brought_at.fill_null(release))


def production_runs(tables: Tables) -> ibis.Table:
    """Return successful production deployments: ``run_id``, ``run_repository_id``, ``ran_at``."""
    run = tables["deployment"]
    run = run.filter(
        (run.environment == "production")
        & (run.kind != "rollback")
        & (run.outcome == "success")
        & run.finished_at.notnull()
    )
    return run.select(
        run_id="deployment_id", run_repository_id="repository_id", ran_at="finished_at"
    )


def _judged(rows: ibis.Table, tables: Tables) -> ibis.Table:
    rows = rows.select(
        "unit",
        "change_id",
        "landed_at",
        "first_commit_at",
        "produced_at",
        author="person",
        is_marked=rows.origin == MARKED,
    )
    limit = rows.select(limit_change_id="change_id", limit_at=rows.produced_at + WATCHED)
    repair = repairs(tables)
    repair = repair.inner_join(limit, repair.early_change_id == limit.limit_change_id)
    repair = repair.filter(repair.later_at <= repair.limit_at)
    undone = repair.select(undone_id="early_change_id").distinct()
    rework = repair.select(rework_id="late_change_id").distinct()
    undoing = _undoing(tables)
    hurt = incidents_by(tables, limit)
    rows = rows.left_join(undone, rows.change_id == undone.undone_id)
    rows = rows.left_join(rework, rows.change_id == rework.rework_id)
    rows = rows.left_join(undoing, rows.change_id == undoing.undoing_id)
    rows = rows.left_join(hurt, rows.change_id == hurt.hurt_id)
    incidents = rows.incidents.fill_null(0)
    return rows.select(
        "unit",
        "change_id",
        "author",
        "landed_at",
        "first_commit_at",
        "produced_at",
        "is_marked",
        is_undoing=rows.undoing_id.notnull(),
        is_rework=rows.rework_id.notnull(),
        is_failed=rows.undone_id.notnull() | (incidents > 0),
        incidents=incidents,
    )


def repairs(tables: Tables) -> ibis.Table:
    """Return which change takes back or mends which: ``early_change_id``, ``late_change_id``.

    Further column: ``later_at``, when the later one was committed. Taking back is what messages
    or contents say; mending is a fix-like commit that removes or rewrites a line (SZZ candidates).
    """
    revert, commit = tables["commit_revert"], tables["commit"]
    when = commit.filter(commit.clock == "ok").select(
        when_commit_id="commit_id", later_at="committed_at"
    )
    revert = revert.inner_join(when, revert.commit_id == when.when_commit_id)
    taken = revert.select(
        "later_at", early_commit_id="reverted_commit_id", late_commit_id="commit_id"
    )
    gone, span = removals(tables), tables["line_span"]
    gone = gone.filter(gone.killer_fix_rule.notnull() & gone.died_at.notnull())
    mended = span.inner_join(
        gone, [span.repository_id == gone.dead_repository_id, span.line_id == gone.dead_line_id]
    )
    mended = mended.select(
        later_at="died_at", early_commit_id="commit_id", late_commit_id="killer_id"
    )
    pairs = taken.union(mended.distinct())
    part = tables["change_commit"]
    early = part.select(early_change_id="change_id", early_part_id="commit_id")
    late = part.select(late_change_id="change_id", late_part_id="commit_id")
    pairs = pairs.inner_join(early, pairs.early_commit_id == early.early_part_id)
    pairs = pairs.left_join(late, pairs.late_commit_id == late.late_part_id)
    apart = pairs.late_change_id.isnull() | (pairs.late_change_id != pairs.early_change_id)
    return pairs.filter(apart).select("early_change_id", "late_change_id", "later_at")


def _undoing(tables: Tables) -> ibis.Table:
    """Return the changes that take another change back."""
    part, revert = tables["change_commit"], tables["commit_revert"]
    revert = revert.select(revert_commit_id="commit_id").distinct()
    found = part.inner_join(revert, part.commit_id == revert.revert_commit_id)
    return found.select(undoing_id="change_id").distinct()


def incidents_by(tables: Tables, limit: ibis.Table) -> ibis.Table:
    """Return how many incidents each change had by its limit: ``hurt_id``, ``incidents``.

    Parameters
    ----------
    limit
        ``limit_change_id``, and ``limit_at``: what opens later does not count.
    """
    link, incident = tables["incident_link"], tables["incident"]
    link = link.filter(link.probability.fill_null(1.0) >= _LIKELY)
    direct = link.filter(link.target_kind == "change")
    direct = direct.select("incident_id", hurt_id="target_id")
    part = tables["deployment_change"].select("change_id", part_run_id="deployment_id")
    run = link.filter(link.target_kind == "deployment").select("incident_id", "target_id")
    through = run.inner_join(part, run.target_id == part.part_run_id)
    hurt = direct.union(through.select("incident_id", hurt_id="change_id")).distinct()
    opened = incident.select("opened_at", opened_incident_id="incident_id")
    hurt = hurt.inner_join(opened, hurt.incident_id == opened.opened_incident_id)
    hurt = hurt.inner_join(limit, hurt.hurt_id == limit.limit_change_id)
    hurt = hurt.filter(hurt.opened_at <= hurt.limit_at)
    return hurt.group_by("hurt_id").agg(incidents=_.incident_id.nunique())


def writers(tables: Tables) -> ibis.Table:
    """Return commits by persons: ``person``, ``acted_at`` (author instant), ``repository_id``.

    Also those that never landed: they are work. Further column: ``commit_id``.
    """
    commit, account = tables["commit"], people(tables)
    rows = commit.filter(commit.clock == "ok").left_join(
        account,
        [
            commit.repository_id == account.account_repository_id,
            commit.author_account_id == account.account_id,
        ],
    )
    kind = rows.account_actor_kind.fill_null(rows.actor_kind).fill_null("unknown")
    rows = rows.filter(kind.notin(("bot", "ai_agent")))
    return rows.select(
        "repository_id",
        "commit_id",
        acted_at="authored_at",
        person=rows.person_id.fill_null(rows.author_account_id),
    )


def reviewers(tables: Tables) -> ibis.Table:
    """Return reviews by persons: ``person``, ``acted_at``, ``repository_id``, ``change_id``.

    Further column: ``requested_at``.
    """
    review, account = tables["review"], people(tables)
    rows = review.filter(review.actor_kind.fill_null("unknown").notin(("bot", "ai_agent")))
    rows = rows.left_join(
        account,
        [
            rows.repository_id == account.account_repository_id,
            rows.reviewer_account_id == account.account_id,
        ],
    )
    return rows.select(
        "repository_id",
        "change_id",
        "requested_at",
        acted_at="submitted_at",
        person=rows.person_id.fill_null(rows.reviewer_account_id),
    )
