"""Changes as the forge tells of them and as git shows them landing, made one row each.

The forge wins where it was present (state, instants, author, number), git where it was (which
commits landed, which release has them). A change no forge knows stays as git tells it.
"""

from __future__ import annotations

import pyarrow as pa

from trueup.store.links.delivery.graph import Graph
from trueup.store.links.records import Records, landed_as

_OLDEST = 180 * 86_400_000_000
"""A commit written longer than this before its change was opened was written for other work:
rebasing and picking keep the author's instant."""
_EARLIEST = 631_152_000_000_000  # 1990-01-01: older than any commit made with git

_FORGE = """
SELECT * FROM raw_change WHERE source <> 'git'
QUALIFY row_number() OVER (PARTITION BY change_id ORDER BY source) = 1
"""

_MEMBER = """
SELECT part.change_id AS git_change_id, part.commit_id, c.sha, c.authored_at,
       len(c.parent_shas) AS parents, d.patch_id, line.position,
       git.landed_commit_id = part.commit_id AS is_landing, git.landing AS git_landing
FROM raw_change_commit AS part
JOIN git ON git.change_id = part.change_id
LEFT JOIN raw_commit AS c ON c.commit_id = part.commit_id
LEFT JOIN raw_commit_diff AS d ON d.commit_id = part.commit_id
LEFT JOIN line ON line.sha = c.sha
WHERE part.source = 'git'
"""

_PROPOSED = """
SELECT p.change_id, p.sha, p.position, p.authored_at, p.actor_kind, d.patch_id,
       forge.opened_at, forge.repository_id
FROM raw_proposed_commit AS p
JOIN forge ON forge.change_id = p.change_id
LEFT JOIN raw_commit_diff AS d ON d.commit_id = p.repository_id || ':' || p.sha
"""

_MATCH = """
WITH merged AS (SELECT * FROM forge WHERE state = 'merged'),
replayed AS (  -- commits that carry the author's instant or the content of one proposed
    SELECT DISTINCT p.change_id, m.commit_id, m.git_change_id, p.sha AS proposed_sha, m.position
    FROM proposed AS p
    JOIN merged USING (change_id)
    JOIN member AS m ON m.git_landing = 'direct' AND m.position IS NOT NULL
        AND m.authored_at = p.authored_at AND m.sha <> p.sha
        AND (p.patch_id IS NULL OR m.patch_id IS NULL OR p.patch_id = m.patch_id)
),
rebased AS (
    SELECT change_id, arg_max(commit_id, position) AS commit_id
    FROM replayed
    GROUP BY change_id
    HAVING count(*) = count(DISTINCT proposed_sha) AND count(*) = count(DISTINCT commit_id)
       AND max(position) - min(position) + 1 = count(*)
),
found AS (
    SELECT f.change_id, m.commit_id, 1 AS rank FROM merged AS f
        JOIN member AS m ON m.commit_id = f.landed_commit_id
    UNION ALL
    SELECT f.change_id, m.commit_id, 2 FROM merged AS f
        JOIN member AS m ON m.commit_id = f.repository_id || ':' || f.head_sha
    UNION ALL
    SELECT f.change_id, g.landed_commit_id, 3 FROM merged AS f
        JOIN git AS g ON g.change_id = f.change_id
    UNION ALL
    SELECT change_id, commit_id, 4 FROM rebased
)
SELECT found.change_id, found.commit_id, found.rank, m.git_change_id, m.is_landing, m.position
FROM found JOIN member AS m ON m.commit_id = found.commit_id
QUALIFY row_number() OVER (PARTITION BY found.change_id ORDER BY rank, found.commit_id) = 1
"""

_ABSORBED = """
SELECT DISTINCT before.git_change_id, match.change_id
FROM match
JOIN member AS tip ON tip.commit_id = match.commit_id AND tip.git_landing = 'direct'
JOIN (SELECT change_id, count(*) AS proposals FROM proposed GROUP BY change_id) AS size
    ON size.change_id = match.change_id
JOIN member AS before ON before.git_landing = 'direct'
    AND before.position BETWEEN tip.position - size.proposals + 1 AND tip.position - 1
JOIN proposed AS p ON p.change_id = match.change_id
    AND (p.authored_at = before.authored_at OR p.patch_id = before.patch_id)
WHERE before.git_change_id NOT IN (SELECT git_change_id FROM match)
QUALIFY row_number() OVER (PARTITION BY before.git_change_id ORDER BY match.change_id) = 1
"""

_HOLDER = """
-- the one change a landing belongs to, where several landed with it (stacked changes)
SELECT git_change_id, change_id FROM match
QUALIFY row_number() OVER (
    PARTITION BY git_change_id
    ORDER BY change_id <> git_change_id, NOT is_landing, rank, change_id
) = 1
"""

_RENAMED = """
-- what a landing git knows by itself is called: its number may be that of another change
SELECT git.change_id AS git_change_id,
       CASE WHEN is_taken OR is_other
            THEN repository_id || ':' || split_part(landed_commit_id, ':', -1)
            ELSE git.change_id END AS change_id,
       is_taken OR is_other AS is_unnumbered
FROM (
    SELECT git.*,
        git.change_id IN (SELECT change_id FROM forge) AS is_taken,
        git.number BETWEEN (SELECT min(number) FROM forge) AND (SELECT max(number) FROM forge)
            AND git.landing <> 'merge' AS is_other
    FROM git
) AS git
WHERE git.change_id NOT IN (SELECT git_change_id FROM match)
  AND git.change_id NOT IN (SELECT git_change_id FROM absorbed)
"""

_PARTS = """
SELECT coalesce(own.change_id, holder.change_id, absorbed.change_id, renamed.change_id)
           AS change_id,
       (SELECT any_value(repository_id) FROM git) AS repository_id, m.commit_id
FROM member AS m
LEFT JOIN holder USING (git_change_id)
LEFT JOIN absorbed USING (git_change_id)
LEFT JOIN renamed USING (git_change_id)
LEFT JOIN (
    SELECT m.commit_id, min(p.change_id) AS change_id
    FROM member AS m JOIN match USING (git_change_id)
    JOIN proposed AS p ON p.change_id = match.change_id AND p.sha = m.sha
    WHERE match.git_change_id IN (
        SELECT git_change_id FROM match GROUP BY git_change_id HAVING count(*) > 1
    )
    GROUP BY m.commit_id
) AS own ON own.commit_id = m.commit_id
"""

_BEGUN = """
SELECT change_id, coalesce(
    min(authored_at) FILTER (actor_kind IS DISTINCT FROM 'bot'), min(authored_at)
) AS first_commit_at
FROM proposed
WHERE authored_at > $earliest AND authored_at <= opened_at AND authored_at > opened_at - $oldest
GROUP BY change_id
"""

_OF_FORGE = """
SELECT f.* REPLACE (
    CASE
        WHEN f.state <> 'merged' THEN NULL
        WHEN tip.parents > 1 THEN 'merge'
        WHEN made.commits > 1 THEN 'rebase'
        WHEN m.change_id IS NULL THEN f.landing
        WHEN g.landing IN ('squash', 'rebase', 'merge') THEN g.landing
        WHEN tip.sha = f.head_sha THEN 'rebase'
        ELSE 'squash'
    END AS landing,
    CASE
        WHEN f.state <> 'merged' THEN NULL
        WHEN holder.change_id <> f.change_id THEN held.landed_commit_id
        ELSE coalesce(m.commit_id, f.landed_commit_id)
    END AS landed_commit_id,
    CASE
        WHEN f.state <> 'merged' THEN NULL
        WHEN holder.change_id <> f.change_id THEN greatest(f.landed_at, held.landed_at)
        WHEN m.change_id IS NULL AND f.landed_at <= seen.until_at THEN NULL
        ELSE f.landed_at
    END AS landed_at,
    coalesce(f.author_account_id, g.author_account_id) AS author_account_id,
    coalesce(f.actor_kind, g.actor_kind) AS actor_kind,
    coalesce(begun.first_commit_at, g.first_commit_at) AS first_commit_at,
    CASE WHEN begun.first_commit_at IS NOT NULL THEN 'forge'
         ELSE g.first_commit_evidence END AS first_commit_evidence,
    coalesce(g.first_release_id, f.first_release_id) AS first_release_id,
    coalesce(g.released_at, f.released_at) AS released_at
)
FROM forge AS f
LEFT JOIN match AS m USING (change_id)
LEFT JOIN git AS g ON g.change_id = m.git_change_id
LEFT JOIN member AS tip ON tip.commit_id = m.commit_id
LEFT JOIN holder ON holder.git_change_id = m.git_change_id
LEFT JOIN forge AS held ON held.change_id = holder.change_id
LEFT JOIN begun ON begun.change_id = f.change_id
LEFT JOIN (SELECT change_id, count(*) AS commits FROM change_commit GROUP BY change_id) AS made
    ON made.change_id = f.change_id
CROSS JOIN seen
"""

_OF_GIT = """
SELECT g.* REPLACE (
    r.change_id AS change_id,
    CASE WHEN r.is_unnumbered THEN NULL ELSE g.number END AS number,
    CASE WHEN r.is_unnumbered AND g.landing <> 'merge' THEN 'direct' ELSE g.landing END AS landing
)
FROM git AS g JOIN renamed AS r ON r.git_change_id = g.change_id
"""

_SEEN = """
SELECT CASE WHEN bool_or(is_shallow) THEN NULL ELSE max(last_commit_at) END AS until_at
FROM raw_repository WHERE source = 'git'
"""


def unite_changes(records: Records, graph: Graph) -> tuple[pa.Table, pa.Table]:
    """Return rows of `change` and `change_commit` of the target seen.

    Leaves in the engine the tables ``forge``, ``git``, ``proposed``, ``match``, ``change`` and
    ``change_commit``.
    """
    records.make("forge", _FORGE)
    records.make("git", "SELECT * FROM raw_change WHERE source = 'git'")
    records.make("line", "SELECT * FROM on_line", on_line=_on_line(graph))
    for name, query in (
        ("member", _MEMBER),
        ("proposed", _PROPOSED),
        ("match", _MATCH),
        ("absorbed", _ABSORBED),
        ("holder", _HOLDER),
        ("renamed", _RENAMED),
        ("change_commit", _PARTS),
        ("begun", _BEGUN),
        ("seen", _SEEN),
        ("of_forge", _OF_FORGE),
        ("of_git", _OF_GIT),
        ("change", "SELECT * FROM of_forge UNION ALL SELECT * FROM of_git"),
    ):
        records.make(name, query, {"earliest": _EARLIEST, "oldest": _OLDEST})
    rows = records.sql("SELECT * FROM change ORDER BY repository_id, landed_at, change_id")
    parts = records.sql("SELECT * FROM change_commit ORDER BY change_id, commit_id")
    return landed_as("change", rows), landed_as("change_commit", parts)


def _on_line(graph: Graph) -> pa.Table:
    shas = {place: sha for sha, place in graph.place.items()}
    line = graph.line.tolist()
    return pa.table(
        {
            "sha": pa.array([shas[place] for place in line], pa.string()),
            "position": pa.array(range(len(line)), pa.int64()),
        }
    )
