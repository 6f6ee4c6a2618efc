"""Which work items a change belongs to, by what its words, its forge and its tracker say."""

from __future__ import annotations

import pyarrow as pa

from trueup.store.links.records import Records, landed_as

_ITEMS = """
-- every work item known, by the words that name it, and when somebody began to work on it
SELECT i.work_item_id, i.key, min(t.happened) AS begun_at
FROM (
    SELECT DISTINCT work_item_id, unnest(coalesce(keys, [
        CASE WHEN contains(work_item_id, '/issues/') THEN work_item_id
             ELSE regexp_extract(work_item_id, '([^:]+)$', 1) END
    ])) AS key
    FROM raw_work_item
) AS i
LEFT JOIN (
    SELECT work_item_id, happened_at AS happened FROM raw_work_item_transition
    WHERE to_stage = 'active'
) AS t USING (work_item_id)
GROUP BY ALL
"""

_SAID = """
-- keys named by a change, or by a commit that landed with it
SELECT m.target_id AS change_id, m.key, m.place, m.is_closing
FROM raw_work_item_mention AS m WHERE m.target_kind = 'change'
UNION ALL
SELECT part.change_id, m.key, m.place, m.is_closing
FROM raw_work_item_mention AS m JOIN change_commit AS part ON part.commit_id = m.target_id
WHERE m.target_kind = 'commit'
UNION ALL
SELECT p.change_id, m.key, m.place, m.is_closing
FROM raw_work_item_mention AS m
JOIN proposed AS p ON p.repository_id || ':' || p.sha = m.target_id
WHERE m.target_kind = 'commit'
"""

_NAMED = """
SELECT DISTINCT said.change_id, item.work_item_id, said.place, said.is_closing
FROM said JOIN known_item AS item ON item.key = said.key
"""

_ALL = """
SELECT work_item_id, change_id, grade, probability FROM raw_work_item_change
UNION ALL
SELECT work_item_id, change_id,
       CASE WHEN is_closing THEN 'declared' WHEN place IN ('branch', 'title') THEN 'derived'
            ELSE 'guessed' END,
       (CASE WHEN is_closing THEN 1.0 WHEN place IN ('branch', 'title') THEN 0.95
             WHEN place = 'commit' THEN 0.8 ELSE 0.6 END)::REAL
FROM named
"""

_BEST = """
SELECT work_item_id, change_id,
       arg_min(grade, CASE grade WHEN 'declared' THEN 1 WHEN 'derived' THEN 2 ELSE 3 END) AS grade,
       max(coalesce(probability, 1.0))::REAL AS probability
FROM stated
WHERE change_id IN (SELECT change_id FROM change)
  AND (work_item_id, change_id) NOT IN (SELECT work_item_id, change_id FROM elsewhere)
GROUP BY work_item_id, change_id
"""

_UNKNOWN = """
SELECT count(*) AS named, count(*) FILTER (key NOT IN (SELECT key FROM known_item)) AS unknown
FROM (SELECT DISTINCT change_id, key FROM said)
WHERE regexp_extract(key, '^(.*)[-/]', 1) IN (
    SELECT regexp_extract(key, '^(.*)[-/]', 1) FROM known_item
)
"""


def find_items(records: Records) -> None:
    """Leave the table ``known_item``: every work item of the organisation, and its key."""
    records.make("known_item", _ITEMS)


def link_work(records: Records, elsewhere: pa.Table) -> tuple[pa.Table, int, int]:
    """Return rows of `work_item_change` of the target seen, and how many names led somewhere.

    Needs the tables ``change``, ``change_commit``, ``proposed`` and ``known_item``; leaves
    ``work_link``.

    Parameters
    ----------
    elsewhere
        Links landed for other targets (the tracker's own): ``work_item_id``, ``change_id``.

    Returns
    -------
    tuple
        The rows; how many pairs of change and key look like work items of a known project; how
        many of those no work item known has. A word like ``UTF-8`` is of no project.
    """
    records.make("elsewhere", "SELECT * FROM given_elsewhere", given_elsewhere=elsewhere)
    for name, query in (("said", _SAID), ("named", _NAMED), ("stated", _ALL), ("work_link", _BEST)):
        records.make(name, query)
    counts = records.sql(_UNKNOWN).to_pylist()[0]
    rows = records.sql("SELECT * FROM work_link ORDER BY work_item_id, change_id")
    return landed_as("work_item_change", rows), counts["named"], counts["unknown"]
