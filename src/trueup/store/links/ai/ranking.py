"""Which of several tellings of the same use counts: the most trusted; and what the others say.

Keys have made rows of one request one row before this. What is left is use that sources tell of
each in its own way, and that no key ties together: a session's log beside its telemetry, a
person's day in the vendor's report beside both. Two levels of trust tell of the same use

- of one session, where both know sessions;
- of one tool, person and day (UTC), where one of them does not.

Rows whose keys can be compared, and differ, are different requests: both count. The sessions of
a gateway are its own, so its rows are compared by the day, too. A report on a whole account names
no tool; it counts where nothing else that may be part of it tells of that provider and day.
"""

from __future__ import annotations

import pyarrow as pa

from trueup.model.ai_tables import SEEN_BY
from trueup.store.links.records import Records, landed_as

_DAY = 86_400_000_000

_UNLIKE = """
    count(*) AS rows_any, count(*) FILTER (NOT has_message) AS rows_no_message,
    count(*) FILTER (NOT has_asked) AS rows_no_asked,
    count(*) FILTER (NOT has_message AND NOT has_asked) AS rows_no_key
"""
_MAY_BE = """CASE
    WHEN r.has_message AND r.has_asked THEN c.rows_no_key
    WHEN r.has_message THEN c.rows_no_message
    WHEN r.has_asked THEN c.rows_no_asked
    ELSE c.rows_any END > 0
"""
"""Whether the more trusted `c` has a row that `r` may be: one no key tells apart from it."""

_OF_SESSION = f"""
SELECT session_id, rank, {_UNLIKE} FROM united
WHERE session_id IS NOT NULL GROUP BY session_id, rank
"""  # noqa: S608 - constants
_IN_SESSION = f"""
SELECT r.name, r.session_id, r.rank, min(c.rank) AS by_rank
FROM united AS r JOIN of_session AS c ON c.session_id = r.session_id AND c.rank < r.rank
WHERE {_MAY_BE} GROUP BY r.name, r.session_id, r.rank
"""  # noqa: S608 - constants

_BY_DAY = f"""
-- every day of a row's span; tokens of several days are spread over them evenly
SELECT u.*, coalesce(tool, chr(31) || coalesce(provider, '')) AS subject, day,
       session_id IS NOT NULL AND seen_by IS DISTINCT FROM 'gateway' AS has_session,
       (tokens // days)::BIGINT AS day_tokens, list_cost / days AS day_cost,
       CASE WHEN ended_at IS NULL THEN day * {_DAY} ELSE requested_at END AS from_at,
       CASE WHEN ended_at IS NULL THEN (day + 1) * {_DAY} ELSE ended_at END AS until_at
FROM (
    SELECT name, tool, provider, surface, person_id, session_id, seen_by, service_tier, rank,
           has_message, has_asked, requested_at, ended_at, tokens, list_cost,
           requested_at // {_DAY} AS first_day,
           greatest((coalesce(ended_at, requested_at + 1) - 1) // {_DAY}
                    - requested_at // {_DAY}, 0) + 1 AS days
    FROM united
) AS u, unnest(range(first_day, first_day + days)) AS spread(day)
"""  # noqa: S608 - constants
_CELL = f"""
SELECT subject, day, person_id, rank, has_session, surface,
       min(from_at) AS from_at, max(until_at) AS until_at, any_value(tool) AS tool,
       any_value(provider) AS provider, sum(day_tokens)::BIGINT AS tokens,
       CASE WHEN count(*) = count(day_cost) THEN sum(day_cost) END AS list_cost, {_UNLIKE}
FROM by_day GROUP BY subject, day, person_id, rank, has_session, surface
"""  # noqa: S608 - constants
_WHO = "SELECT DISTINCT subject, day, rank, person_id FROM cell WHERE person_id IS NOT NULL"
_PAIR = """
-- a person one side does not name may be anybody the other side alone names
SELECT r.subject, r.day, r.person_id, r.rank, r.has_session, r.surface,
       c.person_id AS by_person_id, c.has_session AS by_has_session, c.surface AS by_surface,
       c.rank AS by_rank,
       c.from_at, c.until_at, c.rows_any, c.rows_no_message, c.rows_no_asked, c.rows_no_key
FROM cell AS r
JOIN cell AS c ON c.subject = r.subject AND c.day = r.day AND c.rank < r.rank
    AND NOT (r.has_session AND c.has_session)
    AND coalesce(r.surface = c.surface, true)
LEFT JOIN who AS r_there ON r_there.subject = r.subject AND r_there.day = r.day
    AND r_there.rank = c.rank AND r_there.person_id = r.person_id
LEFT JOIN who AS c_there ON c_there.subject = r.subject AND c_there.day = r.day
    AND c_there.rank = r.rank AND c_there.person_id = c.person_id
WHERE r.person_id = c.person_id
   OR (c.person_id IS NULL AND r_there.person_id IS NULL)
   OR (r.person_id IS NULL AND c_there.person_id IS NULL)
"""
_IN_DAY = f"""
SELECT r.name, r.subject, r.day, r.rank, c.by_rank, c.by_person_id, c.by_has_session,
       c.by_surface
FROM by_day AS r JOIN pair AS c ON c.subject = r.subject AND c.day = r.day AND c.rank = r.rank
    AND c.person_id IS NOT DISTINCT FROM r.person_id AND c.has_session = r.has_session
    AND c.surface IS NOT DISTINCT FROM r.surface
WHERE r.day = r.first_day AND r.requested_at >= c.from_at AND r.requested_at < c.until_at
  AND {_MAY_BE}
"""  # noqa: S608 - constants
_PART = """
-- use of a subscription is in no report on the account's own keys
SELECT * FROM by_day WHERE tool IS NOT NULL AND service_tier IS DISTINCT FROM 'subscription'
    AND name NOT IN (SELECT name FROM lost)
"""
_ACCOUNTED = """
SELECT DISTINCT r.name FROM by_day AS r
JOIN part_of_account AS c ON c.provider = r.provider AND c.day = r.day WHERE r.tool IS NULL
"""

_LOST = """
SELECT name, min(by_rank) AS by_rank FROM (
    SELECT name, by_rank FROM in_session UNION ALL SELECT name, by_rank FROM in_day
) GROUP BY name
"""
_RANKED = """
SELECT u.*,
       lost.name IS NULL AND u.name NOT IN (SELECT name FROM accounted) AS is_counted,
       CASE WHEN u.session_id IS NOT NULL THEN s.name IS NULL END AS is_of_session
FROM united AS u LEFT JOIN lost USING (name) LEFT JOIN in_session AS s USING (name)
"""

_OTHERS = f"""
SELECT u.tool, u.provider, requested_at // {_DAY} AS day, lost.by_rank, u.rank,
       tokens, list_cost
FROM united AS u JOIN lost USING (name)
"""  # noqa: S608 - constants
_COUNTING = f"""
SELECT u.tool, u.provider, u.requested_at // {_DAY} AS day, u.rank AS by_rank, s.rank,
       u.tokens, u.list_cost
FROM united AS u JOIN (
    SELECT DISTINCT session_id, by_rank, rank FROM in_session JOIN lost USING (name, by_rank)
) AS s ON s.session_id = u.session_id AND s.by_rank = u.rank
UNION ALL
SELECT c.tool, c.provider, c.day, c.rank, d.rank, c.tokens, c.list_cost
FROM cell AS c JOIN (
    SELECT DISTINCT subject, day, by_person_id, by_has_session, by_surface, by_rank, rank
    FROM in_day JOIN lost USING (name, by_rank)
    WHERE name NOT IN (SELECT name FROM in_session JOIN lost USING (name, by_rank))
) AS d ON d.subject = c.subject AND d.day = c.day AND d.by_rank = c.rank
    AND d.by_has_session = c.has_session AND d.by_person_id IS NOT DISTINCT FROM c.person_id
    AND d.by_surface IS NOT DISTINCT FROM c.surface
"""  # noqa: S608 - constants
_BESIDE_ACCOUNTS = """
SELECT NULL AS tool, c.provider, c.day, min(c.rank) AS by_rank, a.rank,
       sum(c.day_tokens) AS tokens,
       CASE WHEN count(*) = count(c.day_cost) THEN sum(c.day_cost) END AS list_cost,
       a.tokens AS other_tokens, a.list_cost AS other_list_cost
FROM (
    SELECT provider, day, rank, sum(tokens) AS tokens,
           CASE WHEN count(*) = count(list_cost) THEN sum(list_cost) END AS list_cost
    FROM cell WHERE tool IS NULL GROUP BY provider, day, rank
) AS a JOIN part_of_account AS c ON c.provider = a.provider AND c.day = a.day
GROUP BY c.provider, c.day, a.rank, a.tokens, a.list_cost
"""
_SUM = """
SELECT tool, provider, day, by_rank, rank, sum(tokens) AS tokens,
       CASE WHEN count(*) = count(list_cost) THEN sum(list_cost) END AS list_cost
FROM $side GROUP BY tool, provider, day, by_rank, rank
"""
_GAP = f"""
SELECT tool, provider, day * {_DAY} AS started_at, $levels[by_rank] AS seen_by,
       $levels[rank] AS other_seen_by, tokens::BIGINT AS tokens,
       other_tokens::BIGINT AS other_tokens, list_cost, other_list_cost
FROM (
    SELECT o.tool, o.provider, o.day, o.by_rank, o.rank, coalesce(c.tokens, 0) AS tokens,
           c.list_cost, o.tokens AS other_tokens, o.list_cost AS other_list_cost
    FROM ({_SUM.replace("$side", "others")}) AS o
    LEFT JOIN ({_SUM.replace("$side", "counting")}) AS c
        ON c.tool IS NOT DISTINCT FROM o.tool AND c.provider IS NOT DISTINCT FROM o.provider
       AND c.day = o.day AND c.by_rank = o.by_rank AND c.rank = o.rank
    UNION ALL BY NAME SELECT * FROM beside_accounts
)
ORDER BY ALL
"""  # noqa: S608 - constants


def rank_requests(records: Records) -> pa.Table:
    """Say of every request whether it counts; return rows of `ai_gap`.

    Leaves in the engine the table ``ranked``; needs ``united``.
    """
    steps = {
        "of_session": _OF_SESSION,
        "in_session": _IN_SESSION,
        "by_day": _BY_DAY,
        "cell": _CELL,
        "who": _WHO,
        "pair": _PAIR,
        "in_day": _IN_DAY,
        "lost": _LOST,
        "part_of_account": _PART,
        "accounted": _ACCOUNTED,
        "ranked": _RANKED,
        "others": _OTHERS,
        "counting": _COUNTING,
        "beside_accounts": _BESIDE_ACCOUNTS,
    }
    for name, query in steps.items():
        records.make(name, query)
    gap = records.sql(_GAP, {"levels": [*SEEN_BY, "unknown"]})
    records.drop("united", *(name for name in steps if name != "ranked"))
    return landed_as("ai_gap", gap)
