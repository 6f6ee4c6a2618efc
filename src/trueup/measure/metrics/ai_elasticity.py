"""Whether teams that use up more tokens in a week bring more that stays: an association."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Elasticity, Metric, Tables
from trueup.measure.records.authorship import YES, record_horizon
from trueup.measure.records.lines import deaths, spans
from trueup.measure.records.spending import requests
from trueup.measure.windows import DAY
from trueup.units import ELASTICITY

STAYED = 30 * DAY
"""How long a line must be there to count as output, microseconds."""
_HAUSMAN = "Griliches and Hausman (1986), Errors in variables in panel data"


def _rows(tables: Tables) -> ibis.Table:
    """Tokens, and lines that stayed, by person and instant; both end 30 days before the records."""
    until = (record_horizon(tables) or 0) - STAYED
    used = requests(tables)
    used = used.select(
        *("person", "cluster", "at", "repository"),
        value=ibis.literal(0.0),
        weight=used.tokens.cast("float64"),
        known=YES,
    )
    made = _stayed(tables)
    rows = made.select(used.columns).union(used)
    return rows.filter(rows["at"] <= until)


def _stayed(tables: Tables) -> ibis.Table:
    rows, gone = spans(tables), deaths(tables)
    rows = rows.filter(rows.known & ~rows.is_bulk)
    dead = rows.inner_join(
        gone,
        [
            rows.span_repository_id == gone.dead_repository_id,
            rows.line_id == gone.dead_line_id,
            gone.died_at <= rows["at"] + STAYED,
        ],
    )
    dead = dead.group_by(early_repository_id=_.span_repository_id, early_line_id=_.line_id).agg(
        dead=_.dead.sum()
    )
    rows = rows.left_join(
        dead,
        [
            rows.span_repository_id == dead.early_repository_id,
            rows.line_id == dead.early_line_id,
        ],
    )
    left = ibis.greatest(rows.line_count - rows.dead.fill_null(0), 0)
    return rows.select(
        *("person", "cluster", "at", "repository"),
        value=left.cast("float64"),
        weight=ibis.literal(0.0),
        known=YES,
    )


AI_SURVIVING_OUTPUT_ELASTICITY = Metric(
    name="ai_surviving_output_elasticity",
    question="Where a team uses up one per cent more tokens, how much more code stays?",
    definition="By how many per cent a team's lines of code and tests that are still there 30 days "
    "later are more, in weeks in which it uses up one per cent more tokens. Teams are compared "
    "with themselves and weeks with each other (constants for both, in logarithms); team-weeks "
    "without tokens or without such lines are left out.",
    unit=ELASTICITY,
    kind="exposure",
    better="neither",
    needs=("ai_request", "ai_session", "line_span", "line_death", "commit", "membership"),
    rows=_rows,
    summary=Elasticity(),
    n_of="team-weeks",
    version=1,
    references=(_HAUSMAN,),
    caveats=(
        "This is an association: busy weeks bring both, whatever the tokens do.",
        "Tokens are a noisy measure of use, which pulls it towards 0.",
        "Below 1 the last tokens bring less than the first; it says nothing of worth.",
    ),
    remedy="Connect the logs of more teams, or wait: 10 teams and 10 weeks with both are needed.",
    requires=("ai_request", "membership"),
    of_sessions=True,
    source="AI tools, git",
)
