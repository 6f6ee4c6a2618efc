"""Which deployment an incident may have come with, each with a probability; most may have none.

The model: incidents of a service begin at a steady rate of their own, and each deployment adds
to that rate an amount that fades exponentially. When an incident opens, the probability that a
deployment brought it is that deployment's share of the rate at that instant (competing risks).
`PEAK` is set so that of the incidents that open within the window after a lone deployment seven
in ten came with it: "roughly 70 % of outages are due to changes in a live system" (Beyer, Jones,
Petoff, Murphy (2016), Site Reliability Engineering, chapter 1).
"""

from __future__ import annotations

import math

import pyarrow as pa

from trueup.store.links.records import Records, landed_as

FADES_IN = 1 / 3
"""Share of the window after which what a deployment adds has fallen to 1/e."""
FROM_CHANGES = 0.7
PEAK = FROM_CHANGES / (1 - FROM_CHANGES) / (FADES_IN * (1 - math.exp(-1 / FADES_IN)))
"""What a deployment adds at once, as a multiple of the steady rate: 7.4."""
BY_TIME_ALONE = 0.5
"""Factor where the incident names no service: what is left stays below one half."""
HOUR = 3_600_000_000

_CANDIDATE = """
WITH ours AS (
    SELECT service_id FROM deployment UNION SELECT service_id FROM service
), open AS (
    SELECT incident_id, service_id, opened_at, coalesce(environment, 'production') AS environment
    FROM raw_incident
    WHERE opened_at IS NOT NULL
      AND (service_id IS NULL OR service_id IN (SELECT service_id FROM ours))
      AND incident_id NOT IN (
          SELECT incident_id FROM raw_incident_link
          WHERE target_kind IN ('change', 'commit', 'deployment')
      )
    QUALIFY row_number() OVER (PARTITION BY incident_id ORDER BY source, landed_for) = 1
)
SELECT i.incident_id, d.deployment_id, i.service_id IS NULL AS is_by_time,
       $peak * exp(-(i.opened_at - d.finished_at) / ($window * $fades_in)) AS added
FROM open AS i JOIN deployment AS d
    ON d.environment = i.environment AND d.kind <> 'rollback'
    AND d.outcome IN ('success', 'failure')
    AND d.finished_at BETWEEN i.opened_at - $window AND i.opened_at
    AND (i.service_id IS NULL OR d.service_id = i.service_id)
"""

_SHARED = """
SELECT incident_id, 'deployment' AS target_kind, deployment_id AS target_id,
       CASE WHEN is_by_time THEN 'time' ELSE 'service_and_time' END AS rule,
       CASE WHEN is_by_time THEN 'guessed' ELSE 'derived' END AS grade,
       ((CASE WHEN is_by_time THEN $by_time ELSE 1 END) * added
        / (1 + sum(added) OVER (PARTITION BY incident_id)))::REAL AS probability
FROM candidate
"""

_MOST_OF_ONE = 20
_KEPT = """
SELECT * FROM shared
QUALIFY row_number() OVER (PARTITION BY incident_id ORDER BY probability DESC, target_id)
    <= $most
"""

_COUNTED = """
SELECT count(DISTINCT incident_id) AS incidents,
       count(DISTINCT incident_id) FILTER (incident_id IN (
           SELECT incident_id FROM raw_incident_link UNION SELECT incident_id FROM incident_link
       )) AS linked,
       count(DISTINCT incident_id) FILTER (service_id IS NULL) AS without_service
FROM raw_incident
"""

_OF_COMMITS = """
SELECT l.incident_id, 'change' AS target_kind, part.change_id AS target_id,
       min(l.rule) AS rule, 'declared' AS grade,
       max(coalesce(l.probability, 1))::REAL AS probability
FROM named_commit AS l JOIN change_commit AS part ON part.commit_id = l.target_id
GROUP BY ALL ORDER BY ALL
"""


def link_commits_named(records: Records, stated: pa.Table) -> pa.Table:
    """Return rows of `incident_link` to the changes whose commits incidents name.

    Needs ``change_commit``.

    Parameters
    ----------
    stated
        Links of incidents whose target is a commit.
    """
    return landed_as("incident_link", records.sql(_OF_COMMITS, named_commit=stated))


def link_incidents(records: Records, window_hours: int) -> tuple[pa.Table, dict[str, int]]:
    """Return rows of `incident_link` no source stated, and counts for coverage.

    An incident a source ties to a change or deployment is left alone; so is one of a service
    nobody here deploys, such as a vendor's. Needs ``deployment`` and ``service``; leaves
    ``incident_link`` in the engine.

    Parameters
    ----------
    window_hours
        A deployment that finished longer before the incident opened is not considered.
    """
    named = {"peak": PEAK, "fades_in": FADES_IN, "by_time": BY_TIME_ALONE, "most": _MOST_OF_ONE}
    for name, query in (("candidate", _CANDIDATE), ("shared", _SHARED), ("incident_link", _KEPT)):
        records.make(name, query, {**named, "window": window_hours * HOUR})
    rows = records.sql("SELECT * FROM incident_link ORDER BY incident_id, target_kind, target_id")
    return landed_as("incident_link", rows), records.sql(_COUNTED).to_pylist()[0]
