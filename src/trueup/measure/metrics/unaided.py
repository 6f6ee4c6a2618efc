"""What people who use AI tools do without them, by their own choice."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Metric, Tables, Trend
from trueup.measure.records.authorship import UNMARKED, proposals
from trueup.measure.records.passing import judged
from trueup.measure.records.spending import tied
from trueup.units import RATIO_PER_YEAR

_NEEDS = (
    *("change", "commit", "change_commit", "account", "ai_attribution", "repository"),
    *("commit_revert", "line_span", "line_death", "line_removal", "incident", "incident_link"),
    *("ai_session", "ai_request", "ai_session_commit"),
)


def _unaided(tables: Tables) -> ibis.Table:
    used = tables["ai_session"].filter(_.person_id.notnull())
    used = used.group_by(user_id=used.person_id).agg(first_at=_.started_at.min())
    made = tied(tables).filter(_.change_id.notnull()).select("change_id").distinct()
    rows = proposals(tables)
    rows = rows.filter((rows.origin == UNMARKED) & rows.change_id.notin(made.change_id))
    rows = rows.inner_join(used, rows.person == used.user_id)
    begun = rows.first_commit_at.fill_null(rows.opened_at).fill_null(rows.landed_at)
    rows = rows.filter(begun > rows.first_at)
    return judged(rows, tables)


UNAIDED_FIRST_PASS_RATIO_PER_YEAR = Metric(
    name="unaided_first_pass_ratio_per_year",
    question="Do changes that people who use AI tools make without them go through as they did?",
    definition="Changes that carry no mark and that no session went into, by persons who had a "
    "session before they began; judged as in ai_first_pass_ratio. How much the share that goes "
    "through the first time rises in a year: the slope of a straight line through all of them.",
    unit=RATIO_PER_YEAR,
    kind="quality",
    better="higher",
    needs=_NEEDS,
    rows=_unaided,
    summary=Trend(),
    n_of="changes made without AI tools",
    version=1,
    references=(
        "Liu and others (2026), arXiv 2604.04721: unaided work after help, in three experiments",
    ),
    caveats=(
        "Descriptive: people choose when not to use AI, and what they choose changes.",
        "Nothing follows about skill.",
        "A session nobody recorded makes a change look unaided.",
        "A straight line says nothing of when it rose, nor of what comes next.",
    ),
    remedy="Wait, or record outages of the tools: days without them by nobody's choice.",
    unknown_because="are younger than 60 days",
    requires=("ai_session_commit",),
    of_sessions=True,
    source="git, forge, AI tools",
)
