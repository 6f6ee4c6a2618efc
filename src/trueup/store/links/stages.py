"""Everything that flows, as items passing through stages, from the united records.

What each stage is: `trueup.model.stages.STAGES`.
"""

from __future__ import annotations

import pyarrow as pa

from trueup.model.tables import STAGE_INTERVAL
from trueup.store.links.records import Records, landed_as
from trueup.store.stages import Stages, stage_rows

DAY = 86_400_000_000
QUIET_DAYS = 7
"""So long without an incident a change counts as settled in production."""
LIKELY = 0.5
"""A link less likely than this moves nothing from stage to stage."""

_GIT_NEEDS = {
    "change": """
        SELECT change_id, repository_id, landed_commit_id, landed_at, first_commit_at,
               first_release_id, released_at
        FROM change WHERE landed_at IS NOT NULL OR opened_at IS NULL""",
    "change_commit": "SELECT change_id, commit_id FROM change_commit",
    # the forge dates its changes itself, whatever the clock of a commit said
    "commit": """
        SELECT commit_id, clock FROM raw_commit WHERE commit_id NOT IN (
            SELECT commit_id FROM change_commit JOIN change USING (change_id)
            WHERE opened_at IS NOT NULL)""",
    "commit_diff": "SELECT commit_id, lines_added, lines_deleted FROM raw_commit_diff",
}

_SIZE = """
SELECT c.change_id, coalesce(sum(d.lines_added + d.lines_deleted),
       any_value(c.lines_added + c.lines_deleted))::INTEGER AS size
FROM change AS c
LEFT JOIN change_commit AS part ON part.change_id = c.change_id
LEFT JOIN raw_commit_diff AS d ON d.commit_id = part.commit_id
GROUP BY c.change_id
"""

_PLACE = """
SELECT c.change_id, any_value(size.size) AS size,
       CASE WHEN count(DISTINCT s.service_id) = 1 THEN min(s.service_id) END AS service_id,
       CASE WHEN count(DISTINCT s.team_id) = 1 THEN min(s.team_id) END AS team_id
FROM change AS c
LEFT JOIN size USING (change_id)
LEFT JOIN touched AS t ON t.change_id = c.change_id
LEFT JOIN service AS s ON s.repository_id = c.repository_id
    AND (s.path_prefix = '' OR s.service_id = t.service_id)
GROUP BY c.change_id
"""

_RESPONSE = """
WITH said AS (
    SELECT change_id, reviewer_account_id AS account_id, actor_kind, submitted_at AS happened,
           verdict = 'approved' AS is_approval
    FROM raw_review WHERE submitted_at IS NOT NULL
    UNION ALL
    SELECT change_id, account_id, actor_kind, written_at, false
    FROM raw_review_comment WHERE written_at IS NOT NULL
)
SELECT said.change_id, min(happened) AS first_at, max(happened) FILTER (is_approval) AS approved_at
FROM said JOIN span USING (change_id)
LEFT JOIN person AS who ON who.account_id = said.account_id
LEFT JOIN person AS author ON author.account_id = span.author_account_id
WHERE coalesce(who.actor_kind, said.actor_kind, 'unknown') NOT IN ('bot', 'ai_agent')
  AND (said.account_id IS NULL OR coalesce(who.person_id, said.account_id)
       IS DISTINCT FROM coalesce(author.person_id, span.author_account_id))
  AND (span.end_at IS NULL OR happened <= span.end_at)
GROUP BY said.change_id
"""

_SPAN = """
SELECT change_id, repository_id, author_account_id, state, opened_at, ready_at, landed_at,
       CASE WHEN state <> 'open' THEN coalesce(landed_at, closed_at) END AS end_at
FROM change WHERE opened_at IS NOT NULL
"""

_MOMENTS = """
-- instants in their order, whatever order they came in: nobody reviews before it is ready
SELECT span.*,
       CASE WHEN r.first_at IS NOT NULL THEN greatest(r.first_at, span.ready_at) END AS first_at,
       CASE WHEN r.approved_at IS NOT NULL
            THEN greatest(r.approved_at, r.first_at, span.ready_at) END AS approved_at,
       CASE WHEN state = 'merged' THEN 'landed' ELSE 'given_up' END AS ending
FROM span LEFT JOIN response AS r USING (change_id)
"""

_TASK = """
SELECT l.change_id, min(t.begun_at) AS begun_at
FROM work_link AS l JOIN known_item AS t ON t.work_item_id = l.work_item_id
WHERE t.begun_at IS NOT NULL AND l.probability >= $likely
GROUP BY l.change_id
"""

_PRODUCED = """
SELECT dc.change_id, min(finished_at) AS happened
FROM deployment_change AS dc JOIN chain USING (deployment_id)
WHERE environment = 'production' AND dc.probability >= $likely
GROUP BY dc.change_id
"""

_HURT = """
SELECT p.change_id, i.opened_at AS happened
FROM produced AS p
JOIN (
    SELECT dc.change_id, l.incident_id FROM deployment_change AS dc
    JOIN known_incident AS l ON l.target_kind = 'deployment' AND l.target_id = dc.deployment_id
    WHERE dc.probability >= $likely
    UNION
    SELECT target_id, incident_id FROM known_incident WHERE target_kind = 'change'
    UNION
    SELECT part.change_id, l.incident_id FROM known_incident AS l
    JOIN change_commit AS part ON l.target_kind = 'commit' AND part.commit_id = l.target_id
) AS l ON l.change_id = p.change_id
JOIN (SELECT DISTINCT incident_id, opened_at FROM known_incident) AS i
    ON i.incident_id = l.incident_id AND i.opened_at >= p.happened
"""

_SOAK = """
-- the clock begins again with each incident that comes before it has run out
WITH moment AS (
    SELECT change_id, happened, false AS is_incident FROM produced
    UNION ALL SELECT DISTINCT change_id, happened, true FROM hurt
), numbered AS (
    SELECT *, coalesce(happened - lag(happened) OVER turn > $quiet, false) AS is_late
    FROM moment WINDOW turn AS (PARTITION BY change_id ORDER BY happened, is_incident)
), running AS (
    SELECT * FROM numbered
    QUALIFY NOT bool_or(is_late) OVER (PARTITION BY change_id ORDER BY happened, is_incident)
)
SELECT change_id AS item_id, 'soak' AS stage,
       row_number() OVER turn AS attempt, happened AS entered_at,
       coalesce(lead(happened) OVER turn, happened + $quiet) AS left_at,
       CASE WHEN lead(happened) OVER turn IS NULL THEN 'settled' ELSE 'incident' END AS outcome
FROM running WINDOW turn AS (PARTITION BY change_id ORDER BY happened, is_incident)
"""

_OF_CHANGES = """
SELECT 'change' AS item_kind, s.item_id, c.repository_id, s.stage, s.attempt, s.entered_at,
       NULL::BIGINT AS started_at, s.left_at, s.outcome, p.size, p.team_id, p.service_id
FROM (
    SELECT m.change_id AS item_id, 'task' AS stage, 1 AS attempt, t.begun_at AS entered_at,
           m.opened_at AS left_at, 'opened' AS outcome
    FROM moment AS m JOIN task AS t USING (change_id) WHERE t.begun_at <= m.opened_at
    UNION ALL
    SELECT change_id, 'draft', 1, opened_at, coalesce(ready_at, end_at),
           CASE WHEN ready_at IS NOT NULL THEN 'ready' WHEN end_at IS NOT NULL THEN ending END
    FROM moment WHERE ready_at > opened_at OR ready_at IS NULL
    UNION ALL
    SELECT change_id, 'pickup', 1, ready_at, coalesce(first_at, end_at),
           CASE WHEN first_at IS NOT NULL THEN 'reviewed' WHEN end_at IS NOT NULL
                THEN ending || '_unreviewed' END
    FROM moment WHERE ready_at IS NOT NULL AND (end_at IS NULL OR ready_at <= end_at)
    UNION ALL
    SELECT change_id, 'review', 1, first_at, coalesce(approved_at, end_at),
           CASE WHEN approved_at IS NOT NULL THEN 'approved' WHEN end_at IS NOT NULL
                THEN ending || '_unapproved' END
    FROM moment WHERE first_at IS NOT NULL AND ready_at IS NOT NULL
        AND (end_at IS NULL OR first_at <= end_at)
    UNION ALL
    SELECT change_id, 'merge', 1, approved_at, end_at,
           CASE WHEN end_at IS NOT NULL THEN ending END
    FROM moment WHERE approved_at IS NOT NULL AND ready_at IS NOT NULL
        AND (end_at IS NULL OR approved_at <= end_at)
    UNION ALL
    SELECT c.change_id, 'deploy', 1, c.landed_at,
           CASE WHEN produced.happened IS NOT NULL
                THEN greatest(produced.happened, c.landed_at) END,
           CASE WHEN produced.happened IS NOT NULL THEN 'deployed' END
    FROM change AS c LEFT JOIN produced USING (change_id)
    WHERE c.landed_at IS NOT NULL AND c.change_id NOT IN (SELECT change_id FROM unmapped)
      AND EXISTS (SELECT 1 FROM chain WHERE environment = 'production')
    UNION ALL
    SELECT * FROM soak
) AS s
JOIN change AS c ON c.change_id = s.item_id
LEFT JOIN place AS p ON p.change_id = s.item_id
ORDER BY s.item_id, s.stage, s.attempt
"""

_UNMAPPED = """
SELECT change_id FROM brought_all JOIN chain USING (deployment_id)
WHERE environment = 'production' AND is_first
  AND change_id NOT IN (SELECT change_id FROM produced)
"""

_OF_WORK = """
WITH moved AS (
    SELECT t.*, row_number() OVER (
        PARTITION BY work_item_id ORDER BY happened_at, from_stage IS NOT NULL
    ) AS turn
    FROM raw_work_item_transition AS t WHERE happened_at IS NOT NULL AND to_stage IS NOT NULL
), step AS (
    SELECT work_item_id, happened_at AS happened, to_stage AS stage, turn FROM moved
    UNION ALL
    SELECT i.work_item_id, i.created_at, coalesce(f.from_stage, i.stage), 0
    FROM raw_work_item AS i LEFT JOIN moved AS f
        ON f.work_item_id = i.work_item_id AND f.turn = 1
    WHERE i.created_at IS NOT NULL AND (f.work_item_id IS NULL OR f.from_stage IS NOT NULL)
      AND (f.happened_at IS NULL OR i.created_at <= f.happened_at)
), entry AS (
    SELECT * FROM step WHERE stage IS NOT NULL
    QUALIFY stage IS DISTINCT FROM
        lag(stage) OVER (PARTITION BY work_item_id ORDER BY happened, turn)
), held AS (
    SELECT *, lead(happened) OVER item AS left_at, lead(stage) OVER item AS outcome
    FROM entry WINDOW item AS (PARTITION BY work_item_id ORDER BY happened, turn)
)
SELECT 'work_item' AS item_kind, h.work_item_id AS item_id, NULL AS repository_id, h.stage,
       row_number() OVER (PARTITION BY h.work_item_id, h.stage ORDER BY happened, turn) AS attempt,
       happened AS entered_at, CASE WHEN h.stage = 'active' THEN happened END AS started_at,
       left_at, outcome,
       round(i.points)::INTEGER AS size, i.team_id, NULL AS service_id
FROM held AS h LEFT JOIN raw_work_item AS i ON i.work_item_id = h.work_item_id
WHERE h.stage <> 'done'
"""

_OF_INCIDENTS = """
SELECT 'incident' AS item_kind, incident_id AS item_id, NULL AS repository_id, stage, 1 AS attempt,
       opened_at AS entered_at, NULL::BIGINT AS started_at, left_at,
       CASE WHEN left_at IS NOT NULL THEN outcome END AS outcome, NULL::INTEGER AS size,
       team_id, service_id
FROM (
    SELECT *, 'unacknowledged' AS stage, acknowledged_at AS left_at, 'acknowledged' AS outcome
    FROM raw_incident WHERE acknowledged_at IS NOT NULL OR resolved_at IS NULL
    UNION ALL
    SELECT *, 'open', resolved_at, 'resolved' FROM raw_incident
) WHERE opened_at IS NOT NULL AND (left_at IS NULL OR left_at >= opened_at)
"""

_OTHERS = """
SELECT * FROM of_work UNION ALL SELECT * FROM of_incident
ORDER BY item_kind, item_id, stage, attempt
"""


def stages_of_changes(records: Records) -> Stages:
    """Return the stages of the united changes of the target seen, and what was left out of them.

    Needs the tables the other links leave, and ``person``, ``known_item``, ``known_incident``.
    """
    for name, query in (
        ("size", _SIZE),
        ("place", _PLACE),
        ("span", _SPAN),
        ("response", _RESPONSE),
        ("moment", _MOMENTS),
        ("task", _TASK),
        ("produced", _PRODUCED),
        ("hurt", _HURT),
        ("soak", _SOAK),
        ("unmapped", _UNMAPPED),
    ):
        records.make(name, query, {"likely": LIKELY, "quiet": QUIET_DAYS * DAY})
    of_git = _of_git(records)
    further = landed_as("stage_interval", records.sql(_OF_CHANGES))
    rows = pa.concat_tables([of_git.intervals, further]).unify_dictionaries()
    return Stages(rows, of_git.coverage)


def other_stages(records: Records) -> pa.Table:
    """Return the stages of the work items and incidents of the target seen."""
    records.make("of_work", _OF_WORK)
    records.make("of_incident", _OF_INCIDENTS)
    return landed_as("stage_interval", records.sql(_OTHERS))


def _of_git(records: Records) -> Stages:
    """Return *develop* and *release* as `trueup.store.stages` has them, with sizes forges know."""
    given = {table: records.sql(query) for table, query in _GIT_NEEDS.items()}
    made = stage_rows(given)
    sized = records.sql(
        "SELECT made.* REPLACE (coalesce(made.size, place.size) AS size, "
        "place.team_id AS team_id, place.service_id AS service_id) "
        "FROM made LEFT JOIN place ON place.change_id = made.item_id "
        "ORDER BY made.item_id, made.stage",
        made=made.intervals,
    )
    return Stages(sized.cast(STAGE_INTERVAL.schema), made.coverage)
