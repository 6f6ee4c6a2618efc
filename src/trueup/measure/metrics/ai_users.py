"""Who uses AI tools: developers by week, and teams in which most do."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Metric, PerActive, RatioOfSums, Tables
from trueup.measure.records.acts import active
from trueup.measure.records.authorship import NO, YES, shared
from trueup.measure.records.delivery import in_teams
from trueup.measure.windows import DAY, WEEK
from trueup.units import RATIO

_FAROS = "Faros AI (2026), The Acceleration Whiplash"
_DORA = "DORA (2025), State of AI-assisted Software Development"
_USES = {
    "ai_session": "started_at",
    "ai_request": "requested_at",
    "ai_activity": "happened_at",
    "ai_lines": "happened_at",
}
_ACTS = (
    *("commit", "change", "change_commit", "proposed_commit", "review", "review_comment"),
    *("change_event", "account", "ai_attribution", "repository"),
)
_ANY = "|".join(_USES)
_MONDAY = 3 * DAY
"""From the Monday before the epoch to the epoch."""
_CONNECT = "Connect AI tools: the logs of machines, telemetry, or a vendor's admin interface."
_ONCE = "One use a week and a hundred count alike."
_UNSEEN = "Those whose tools are not connected count as not using any."


def _uses(tables: Tables) -> ibis.Table:
    """Return uses by persons: ``person``, ``at``, ``repository``."""
    return shared(tables, "ai uses", lambda: _united(tables))


def _united(tables: Tables) -> ibis.Table:
    found = [
        tables[name].select(person="person_id", at=instant, repository="repository_id")
        for name, instant in _USES.items()
    ]
    rows = ibis.union(*found, distinct=False)
    return rows.filter(rows.person.notnull() & rows["at"].notnull())


def _by_person(tables: Tables) -> ibis.Table:
    columns = ["person", "at", "repository", "actor", "cluster", "active", "known", "item"]
    ground = active(tables).mutate(item=ibis.null("string")).select(columns)
    used = _uses(tables).mutate(
        actor=_.person, cluster=_.person, active=NO, known=YES, item=ibis.literal("use")
    )
    return used.select(columns).union(ground).mutate(value=ibis.literal(0.0))


def _by_team(tables: Tables) -> ibis.Table:
    acted = active(tables).select("person", "at", used=NO)
    rows = acted.union(_uses(tables).select("person", "at", used=YES))
    rows = in_teams(rows, tables, "person", "at").filter(_.person_team.notnull())
    week = (rows["at"] + _MONDAY) // WEEK
    seats = rows.group_by(team=rows.person_team, week_number=week, person=rows.person).agg(
        acts=(~_.used).cast("int64").max(), uses=_.used.cast("int64").max()
    )
    seats = seats.filter(seats.acts > 0)
    teams = seats.group_by("team", "week_number").agg(
        developers=_.person.nunique(), users=_.uses.sum()
    )
    return teams.select(
        "team",
        person=ibis.null("string"),
        cluster=teams.team,
        at=(teams.week_number * WEEK - _MONDAY).cast("int64"),
        known=YES,
        value=(2 * teams.users > teams.developers).cast("float64"),
        weight=ibis.literal(1.0),
    )


AI_ACTIVE_DEVELOPERS_RATIO = Metric(
    name="ai_active_developers_ratio",
    question="Which share of active developers uses an AI tool in a week?",
    definition="Developers with one use of an AI tool or more in a week (a session, a request, an "
    "act of an agent, lines from one), over developers active in it: a commit, a review, a comment "
    "or an event of a change is recorded of them.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=(*_USES, *_ACTS),
    rows=_by_person,
    summary=PerActive(period="week", distinct=True, of_active=True),
    n_of="developer-weeks",
    version=2,
    references=(_FAROS, _DORA),
    caveats=(_ONCE, _UNSEEN),
    remedy=_CONNECT,
    requires=(_ANY,),
    of_sessions=True,
    qualifier="at least",
    source="AI tools, git, forge",
)

TEAMS_MOSTLY_USING_AI_RATIO = Metric(
    name="teams_mostly_using_ai_ratio",
    question="In which share of teams do more than half of the developers use AI tools weekly?",
    definition="Team-weeks in which more than half of the active developers use AI tools, as "
    "ai_active_developers_ratio counts both, over team-weeks with active developers. Weeks begin "
    "on Monday, UTC.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=(*_USES, *_ACTS, "membership"),
    rows=_by_team,
    summary=RatioOfSums(of_flags=True, clusters_of="teams"),
    n_of="team-weeks",
    version=2,
    references=(_FAROS,),
    caveats=("Small teams cross one half with one person more.", _UNSEEN),
    remedy=_CONNECT,
    requires=(_ANY, "membership"),
    of_sessions=True,
    qualifier="at least",
    source="AI tools, git, forge",
)
