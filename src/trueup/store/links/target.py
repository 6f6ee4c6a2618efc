"""Linking one target: a repository, a tracker's project, a service of incidents."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from trueup.model.tables import TABLES
from trueup.store.links.ai.uniting import UNITED, use_of_target
from trueup.store.links.counted import (
    change_coverage,
    deployment_coverage,
    identity_coverage,
    work_coverage,
)
from trueup.store.links.delivery.changes import unite_changes
from trueup.store.links.delivery.graph import Graph, graph_of
from trueup.store.links.delivery.incidents import link_commits_named
from trueup.store.links.delivery.marks import carry_marks
from trueup.store.links.delivery.services import find_touched
from trueup.store.links.delivery.shipped import ship
from trueup.store.links.delivery.work import link_work
from trueup.store.links.organisation import Facts
from trueup.store.links.records import Records, landed_as
from trueup.store.links.stages import other_stages, stages_of_changes

PERSON_COLUMNS: Mapping[str, str] = {
    "membership": "person_id",
    "work_item": "assignee_person_id",
    "work_item_transition": "person_id",
    "work_item_event": "person_id",
    "ai_seat": "person_id",
}
"""Columns that name a person by an account, as sources write them."""
_CODE = (
    "repository", "account", "commit", "commit_diff", "commit_file", "change", "change_commit",
    "ai_attribution", "ai_edit", "proposed_commit", "change_event", "review", "review_comment",
)  # fmt: skip
_DELIVERY = (
    "team", "service", "identity_link", "work_item_mention", "work_item_change", "pipeline_run",
    "artifact", "deployment", "incident", "incident_link",
)  # fmt: skip
INPUTS = (*_CODE, *_DELIVERY, *PERSON_COLUMNS, *UNITED)
"""Tables that links are made from."""

_ACCOUNTS = """
SELECT a.* EXCLUDE (source, collected_at, landed_for) REPLACE (
    coalesce(p.person_id, a.account_id) AS person_id,
    coalesce(p.actor_kind, a.actor_kind) AS actor_kind,
    coalesce(p.rule, a.link_rule) AS link_rule
)
FROM raw_account AS a LEFT JOIN person AS p USING (account_id)
QUALIFY row_number() OVER (
    PARTITION BY a.repository_id, a.account_id ORDER BY a.tool IS NULL, a.source
) = 1
ORDER BY a.repository_id, a.account_id
"""

_SEVERAL = "SELECT repository_id FROM raw_repository GROUP BY 1 HAVING count(*) > 1"
_BEST = "arg_min($name, source <> 'git') FILTER ($name IS NOT NULL) AS $name"
_REPOSITORY = """
-- as git shows it; a forge tells the rest
SELECT repository_id, $columns FROM raw_repository GROUP BY repository_id ORDER BY repository_id
""".replace(
    "$columns",
    ", ".join(
        _BEST.replace("$name", name)
        for name in TABLES["repository"].schema.names
        if name != "repository_id"
    ),
)

Linkage = tuple[dict[str, pa.Table], list[Mapping[str, object]], pa.Table | None]


def link_target(records: Records, target_id: str, facts: Facts) -> Linkage:
    """Return what linking lands for the target seen: tables, coverage, coverage of stages.

    Needs the tables of `trueup.store.links.organisation`.
    """
    tables = _persons(records)
    if facts.has_use:
        tables.update(use_of_target(records, target_id))
    if records.is_any(_SEVERAL):
        tables["repository"] = landed_as("repository", records.sql(_REPOSITORY))
    coverage: list[Mapping[str, object]] = []
    stages: pa.Table | None = None
    if target_id in facts.deployments:
        tables["deployment"] = facts.deployments[target_id]
    if _is_delivery(records, target_id):
        stages = _delivery(records, target_id, tables, coverage)
    others = other_stages(records)
    if others.num_rows:
        both = [tables["stage_interval"], others] if "stage_interval" in tables else [others]
        tables["stage_interval"] = pa.concat_tables(both).unify_dictionaries()
    if tables:
        coverage = [*identity_coverage(records, target_id), *coverage]
    return tables, coverage, stages


def _is_delivery(records: Records, target_id: str) -> bool:
    """Say whether anything besides git speaks of the changes of the target."""
    if not records.has("change", target_id):
        return False
    asked = (
        "SELECT 1 FROM raw_change WHERE source <> 'git'",
        "SELECT 1 FROM deployment WHERE repository_id = $target",
        "SELECT 1 FROM raw_work_item_mention JOIN known_item USING (key)",
        "SELECT 1 FROM known_incident WHERE starts_with(target_id, $target)",
        "SELECT 1 FROM service WHERE repository_id = $target",
    )
    return any(records.is_any(query, {"target": target_id}) for query in asked)


def _delivery(
    records: Records,
    target_id: str,
    tables: dict[str, pa.Table],
    coverage: list[Mapping[str, object]],
) -> pa.Table:
    graph = _graph(records)
    changes, parts = unite_changes(records, graph)
    if records.is_any("SELECT 1 FROM forge"):
        tables.update({"change": changes, "change_commit": parts})
        coverage += change_coverage(records, target_id)
        marks = carry_marks(records)
        if marks is not None:
            tables["ai_attribution"] = marks
    find_touched(records)
    shipped = ship(records, graph, target_id)
    elsewhere = records.sql(_ELSEWHERE, {"target": target_id})
    work, named, unknown = link_work(records, elsewhere)
    incidents = link_commits_named(records, records.sql(_NAMED_COMMITS))
    coverage += deployment_coverage(shipped, target_id)
    coverage += work_coverage(named, unknown, target_id)
    stages = stages_of_changes(records)
    tables["stage_interval"] = stages.intervals
    given = {
        "deployment_change": shipped.rows,
        "work_item_change": work,
        "incident_link": incidents,
    }
    tables.update(
        {n: rows for n, rows in given.items() if rows.num_rows or records.has(n, target_id)}
    )
    return stages.coverage


def _graph(records: Records) -> Graph:
    commits = records.sql("SELECT sha, parent_shas FROM raw_commit WHERE source = 'git'")
    heads = records.sql("SELECT head_commit_id FROM raw_repository WHERE source = 'git'")
    head = next(iter(heads[0].to_pylist()), None) or ""
    return graph_of(commits, head.rpartition(":")[2])


_ELSEWHERE = """
SELECT work_item_id, change_id FROM all_work_item_change
WHERE landed_for <> $target AND starts_with(change_id, $target)
"""
_NAMED_COMMITS = """
SELECT incident_id, target_id, rule, 1.0 AS probability FROM known_incident
WHERE target_kind = 'commit'
"""


_MOVED = """
SELECT 1 FROM raw_$table AS t JOIN person AS p ON p.account_id = t.$column
WHERE p.person_id <> p.account_id
"""
_RENAMED = """
SELECT t.* REPLACE (coalesce(p.person_id, t.$column) AS $column)
FROM raw_$table AS t LEFT JOIN person AS p ON p.account_id = t.$column ORDER BY ALL
"""


def _persons(records: Records) -> dict[str, pa.Table]:
    """Return the tables in which an account now stands for another person than it did."""
    found: dict[str, pa.Table] = {}
    accounts = landed_as("account", records.sql(_ACCOUNTS))
    before = records.sql("SELECT * FROM raw_account ORDER BY repository_id, account_id")
    if not landed_as("account", before).equals(accounts):
        found["account"] = accounts
    for table, column in PERSON_COLUMNS.items():
        moved, renamed = (
            query.replace("$table", table).replace("$column", column)
            for query in (_MOVED, _RENAMED)
        )
        if records.is_any(moved):
            found[table] = landed_as(table, records.sql(renamed))
    return found
