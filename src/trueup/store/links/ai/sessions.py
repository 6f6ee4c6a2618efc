"""Sessions, what was done and written in them, and money, as several sources tell of them."""

from __future__ import annotations

from trueup.model.ai_tables import AI_ACTIVITY, AI_LINES, AI_SESSION, AI_SPEND
from trueup.store.links.ai.requests import RANK
from trueup.store.links.records import Records

_DAY = 86_400_000_000

_TOLD = f"""
SELECT t.* EXCLUDE (source, collected_at) REPLACE (
           coalesce(p.person_id, t.person_id) AS person_id),
       coalesce({RANK}, 9) AS rank
FROM raw_$table AS t LEFT JOIN person AS p ON p.account_id = t.person_id
"""  # noqa: S608 - constants

_ORDER = "started_at, rank, landed_for"
_PLAIN = ("parent_session_id", "person_id", "tool", "repository_id", "branch", "commit_id")
_KNOWN = ", ".join(
    f"first({name} ORDER BY {_ORDER}) FILTER ({name} IS NOT NULL) AS {name}" for name in _PLAIN
)
_SESSION = f"""
SELECT session_id, first(landed_for ORDER BY rank, landed_for) AS landed_for, {_KNOWN},
       min(started_at) AS started_at, max(ended_at) AS ended_at,
       max(active_seconds) AS active_seconds,
       first(seen_by ORDER BY rank, landed_for) AS seen_by
FROM told GROUP BY session_id
"""  # noqa: S608 - constants

_ONE_TELLER = """
-- of a session several targets tell of, one tells of each kind: who tells of most in all
WITH told AS (
    SELECT t.* EXCLUDE (source, collected_at) REPLACE (
        coalesce(p.person_id, t.person_id) AS person_id)
    FROM raw_$table AS t LEFT JOIN person AS p ON p.account_id = t.person_id
), teller AS (
    SELECT session_id, landed_for, sum($weight) AS weight FROM told
    WHERE session_id IS NOT NULL GROUP BY session_id, landed_for
), chosen AS (
    SELECT DISTINCT session_id, $kind,
           first(landed_for) OVER (PARTITION BY session_id, $kind
               ORDER BY weight DESC, landed_for) AS landed_for
    FROM (SELECT DISTINCT session_id, $kind, landed_for FROM told) JOIN teller
        USING (session_id, landed_for)
), day_known AS (
    SELECT DISTINCT tool, $kind, happened_at // $day AS day, person_id FROM told
    WHERE session_id IS NOT NULL
), any_known AS (
    SELECT tool, $kind, day, bool_or(person_id IS NULL) AS is_open FROM day_known GROUP BY ALL
)
SELECT told.* FROM told SEMI JOIN chosen
    ON chosen.session_id = told.session_id AND chosen.$kind IS NOT DISTINCT FROM told.$kind
    AND chosen.landed_for = told.landed_for
UNION ALL
SELECT told.* FROM told
LEFT JOIN day_known AS same ON same.tool = told.tool AND same.$kind = told.$kind
    AND same.day = told.happened_at // $day AND same.person_id = told.person_id
LEFT JOIN any_known AS anyone ON anyone.tool = told.tool AND anyone.$kind = told.$kind
    AND anyone.day = told.happened_at // $day AND (anyone.is_open OR told.person_id IS NULL)
WHERE told.session_id IS NULL AND same.tool IS NULL AND anyone.tool IS NULL
"""

_SPEND = f"""
-- within one kind of money, of one tool, person and span, the most trusted
WITH spent AS (
    SELECT *, coalesce(tool, chr(31) || coalesce(provider, '')) AS subject,
           CASE WHEN ended_at IS NULL THEN started_at // {_DAY} * {_DAY} ELSE started_at END
               AS from_at,
           CASE WHEN ended_at IS NULL THEN (started_at // {_DAY} + 1) * {_DAY} ELSE ended_at END
               AS until_at
    FROM told
)
SELECT r.* FROM spent AS r ANTI JOIN spent AS c
    ON c.cost_basis = r.cost_basis AND c.subject = r.subject AND c.rank < r.rank
    AND r.started_at >= c.from_at AND r.started_at < c.until_at
    AND (c.person_id = r.person_id OR c.person_id IS NULL OR r.person_id IS NULL)
"""  # noqa: S608 - constants


def unite_sessions(records: Records) -> None:
    """Leave the tables ``use_ai_session``, ``use_ai_activity``, ``use_ai_lines``, ``use_ai_spend``.

    A session is one row, at the target of the most trusted source that saw it. What a report of a
    day counts gives way to what sessions of the same tool, person and day tell of.
    Needs the views of every target and the table ``person``.
    """
    for table, query in ((AI_SESSION, _SESSION), (AI_SPEND, _SPEND)):
        records.make("told", _TOLD.replace("$table", table.name))
        records.make(f"use_{table.name}", query)
    records.drop("told")
    for table, kind, weight in (
        (AI_ACTIVITY, "kind", "coalesce(count, 1)"),
        (AI_LINES, "layer", "coalesce(lines_added, 0) + coalesce(lines_removed, 0)"),
    ):
        query = _ONE_TELLER.replace("$table", table.name).replace("$kind", kind)
        query = query.replace("$weight", weight).replace("$day", str(_DAY))
        records.make(f"use_{table.name}", query)
