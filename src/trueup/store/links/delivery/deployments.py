"""Deployments told of by several sources, or in several steps, made one row each.

A pipeline and those it starts deploy once to each service and environment. What two sources
tell of the same commit, service and environment within `SAME_SECONDS` is one deployment, told
best by the source nearest to it.
"""

from __future__ import annotations

import pyarrow as pa

from trueup.store.links.records import Records, landed_as

SAME_SECONDS = 900
"""Clocks and steps of one deployment, as two sources see it, differ by no more than this."""
_DEEPEST = 20
"""Pipelines may start pipelines this often; a longer chain is a circle."""

_TOP = """
WITH RECURSIVE climb(run_id, top_id, depth) AS (
    SELECT run_id, parent_run_id, 1 FROM raw_pipeline_run WHERE parent_run_id IS NOT NULL
    UNION ALL
    SELECT climb.run_id, run.parent_run_id, depth + 1 FROM climb
    JOIN raw_pipeline_run AS run ON run.run_id = climb.top_id
    WHERE run.parent_run_id IS NOT NULL AND depth < $deepest
)
SELECT run_id, arg_max(top_id, depth) AS top_id FROM climb GROUP BY run_id
"""

_FILLED = """
WITH lone AS (  -- the only service of a repository, the only repository of a service
    SELECT repository_id, min(service_id) AS service_id FROM service
    GROUP BY repository_id HAVING count(DISTINCT service_id) = 1 AND min(path_prefix) = ''
), home AS (
    SELECT service_id, min(repository_id) AS repository_id FROM service
    GROUP BY service_id HAVING count(DISTINCT repository_id) = 1
), wide AS (
    SELECT d.*, coalesce(d.commit_id, made.commit_id, run.commit_id, top_run.commit_id) AS what,
           coalesce(top.top_id, d.run_id) AS top_run_id,
           coalesce(d.repository_id, made.repository_id, run.repository_id,
                    top_run.repository_id, home.repository_id) AS place,
           CASE d.evidence WHEN 'forge_deployment' THEN 1 WHEN 'webhook' THEN 2
                WHEN 'file' THEN 3 WHEN 'pipeline' THEN 4 ELSE 5 END AS distance
    FROM raw_deployment AS d
    LEFT JOIN raw_artifact AS made ON made.artifact_id = d.artifact_id
    LEFT JOIN top ON top.run_id = d.run_id
    LEFT JOIN raw_pipeline_run AS run ON run.run_id = d.run_id
    LEFT JOIN raw_pipeline_run AS top_run ON top_run.run_id = top.top_id
    LEFT JOIN home ON home.service_id = d.service_id
    QUALIFY row_number() OVER (PARTITION BY d.deployment_id ORDER BY distance, d.landed_for) = 1
)
SELECT wide.* EXCLUDE (what, place) REPLACE (
    what AS commit_id,
    place AS repository_id,
    CASE WHEN wide.service_id IS NULL OR wide.service_id = place
         THEN coalesce(lone.service_id, wide.service_id, place)
         ELSE wide.service_id END AS service_id
), count(*) FILTER (wide.outcome IN ('failure', 'cancelled')) OVER (
    PARTITION BY wide.run_id, wide.service_id, wide.environment
    ORDER BY started_at, deployment_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
) AS failed_before
FROM wide LEFT JOIN lone ON lone.repository_id = place
"""

_STEPPED = """
WITH grouped AS (
    SELECT *, CASE WHEN top_run_id IS NULL THEN deployment_id
                   ELSE concat_ws('|', top_run_id, service_id, environment, failed_before)
              END AS together
    FROM filled
), ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY together
        ORDER BY run_id IS DISTINCT FROM top_run_id, distance, started_at, deployment_id
    ) AS step
    FROM grouped
), whole AS (
    SELECT together, min(started_at) AS started_at, arg_max(commit_id, finished_at) AS commit_id,
           CASE WHEN bool_and(finished_at IS NOT NULL) THEN max(finished_at) END AS finished_at,
           CASE WHEN bool_or(outcome = 'failure') THEN 'failure'
                WHEN bool_or(outcome IS NULL) THEN NULL
                WHEN bool_or(outcome = 'cancelled') THEN 'cancelled'
                ELSE 'success' END AS outcome,
           max(artifact_id) AS artifact_id
    FROM grouped GROUP BY together
)
SELECT ranked.* EXCLUDE (step, together, failed_before) REPLACE (
    whole.started_at AS started_at,
    whole.finished_at AS finished_at,
    whole.outcome AS outcome,
    coalesce(whole.commit_id, ranked.commit_id) AS commit_id,
    coalesce(ranked.artifact_id, whole.artifact_id) AS artifact_id
)
FROM ranked JOIN whole USING (together) WHERE step = 1
"""

_TOLD_ONCE = """
SELECT d.* FROM stepped AS d
WHERE NOT EXISTS (
    SELECT 1 FROM stepped AS nearer
    WHERE nearer.service_id = d.service_id AND nearer.environment = d.environment
      AND nearer.commit_id = d.commit_id AND nearer.source <> d.source
      AND (nearer.distance, nearer.source) < (d.distance, d.source)
      AND abs(coalesce(nearer.finished_at, nearer.started_at)
              - coalesce(d.finished_at, d.started_at)) <= $same
)
"""

_KINDS = """
-- a commit that was there before is deployed again, or gone back to
WITH chain AS (
    SELECT deployment_id, commit_id, finished_at,
           concat_ws('|', service_id, environment, repository_id) AS chain
    FROM once WHERE outcome = 'success' AND commit_id IS NOT NULL AND finished_at IS NOT NULL
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY chain ORDER BY finished_at, deployment_id) AS turn
    FROM chain
), seen AS (
    SELECT *, min(turn) OVER (PARTITION BY chain, commit_id) AS first_turn FROM numbered
), told AS (
    SELECT deployment_id, CASE
        WHEN turn = first_turn THEN 'deploy'
        WHEN first_turn < lag(first_turn) OVER (PARTITION BY chain ORDER BY turn) THEN 'rollback'
        ELSE 'redeploy' END AS kind
    FROM seen
)
SELECT once.* EXCLUDE (distance, top_run_id) REPLACE (
    CASE WHEN once.kind = 'rollback' THEN 'rollback'
         ELSE coalesce(told.kind, once.kind, 'deploy') END AS kind
)
FROM once LEFT JOIN told USING (deployment_id)
"""

_LANDED = "SELECT * FROM raw_deployment WHERE landed_for = $target ORDER BY deployment_id"
_UNITED = "SELECT * FROM deployment WHERE landed_for = $target ORDER BY deployment_id"


def unite_deployments(records: Records) -> dict[str, pa.Table]:
    """Return rows of `deployment` by target, of the targets whose rows changed in uniting.

    Needs the table ``service``, and leaves ``deployment`` in the engine.
    """
    for name, query in (
        ("top", _TOP),
        ("filled", _FILLED),
        ("stepped", _STEPPED),
        ("once", _TOLD_ONCE),
        ("deployment", _KINDS),
    ):
        records.make(name, query, {"deepest": _DEEPEST, "same": SAME_SECONDS * 1_000_000})
    changed: dict[str, pa.Table] = {}
    for target_id in records.sql("SELECT DISTINCT landed_for FROM raw_deployment")[0].to_pylist():
        asked = {"target": target_id}
        before = landed_as("deployment", records.sql(_LANDED, asked))
        after = landed_as("deployment", records.sql(_UNITED, asked))
        if not before.equals(after):
            changed[target_id] = after
    return changed
