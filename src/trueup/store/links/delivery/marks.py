"""Marks of AI tools that squashing dropped, carried from what was proposed to what landed."""

from __future__ import annotations

import pyarrow as pa

from trueup.store.links.records import Records, landed_as

CARRIED = "@proposed"
"""Follows the rule's id where the mark was found on a proposed commit that did not land itself."""

_CARRIED = """
WITH of_proposed AS (
    SELECT c.change_id, c.landing, c.landed_commit_id, m.*
    FROM raw_ai_attribution AS m
    JOIN proposed AS p ON p.repository_id || ':' || p.sha = m.target_id
    JOIN change AS c ON c.change_id = p.change_id
    WHERE m.target_kind = 'commit'
), wanted AS (
    SELECT *, 'change' AS kind, change_id AS onto FROM of_proposed
    UNION ALL
    SELECT *, 'commit', landed_commit_id FROM of_proposed
    WHERE landing = 'squash' AND landed_commit_id IN (SELECT commit_id FROM change_commit)
)
SELECT repository_id, kind AS target_kind, onto AS target_id, tool,
       arg_min(model, rule_id) AS model, role,
       min(rule_id) || $carried AS rule_id, max(rules_version) AS rules_version,
       arg_min(session_id, rule_id) AS session_id, max(probability) AS probability
FROM wanted
WHERE NOT EXISTS (
    SELECT 1 FROM raw_ai_attribution AS there
    WHERE there.target_kind = wanted.kind AND there.target_id = wanted.onto
      AND there.tool IS NOT DISTINCT FROM wanted.tool AND there.role = wanted.role
)
GROUP BY repository_id, kind, onto, tool, role
"""


def carry_marks(records: Records) -> pa.Table | None:
    """Return all rows of `ai_attribution` of the target seen, or None when none was carried.

    A mark counts for the change it was proposed with, and for the commit a squash made of it.
    Needs the tables ``change``, ``change_commit`` and ``proposed``.
    """
    records.make("carried", _CARRIED, {"carried": CARRIED})
    if not records.is_any("SELECT 1 FROM carried"):
        return None
    rows = records.sql(
        "SELECT * FROM raw_ai_attribution UNION ALL BY NAME SELECT * FROM carried "
        "ORDER BY target_kind, target_id, tool, role, rule_id"
    )
    return landed_as("ai_attribution", rows)
