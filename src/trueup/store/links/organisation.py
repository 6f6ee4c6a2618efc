"""What belongs to no single target: who is who, services, deployments, incidents, work items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from trueup.config import Settings
from trueup.store.identity import Vault
from trueup.store.links.ai.uniting import has_use, unite_use, use_digest
from trueup.store.links.counted import incident_coverage, mailbox_coverage
from trueup.store.links.delivery.deployments import unite_deployments
from trueup.store.links.delivery.incidents import link_incidents
from trueup.store.links.delivery.services import find_services
from trueup.store.links.delivery.work import find_items
from trueup.store.links.identity.journal import Journal
from trueup.store.links.identity.resolving import link_rows, resolve
from trueup.store.links.records import ORGANISATION, Records
from trueup.store.rows import canonical, content_digest

_KNOWN_INCIDENT = """
SELECT DISTINCT l.incident_id, l.target_kind, l.target_id, i.opened_at, l.rule
FROM (
    SELECT incident_id, target_kind, target_id, rule, probability FROM raw_incident_link
    UNION ALL BY NAME
    SELECT incident_id, target_kind, target_id, rule, probability FROM incident_link
) AS l JOIN raw_incident AS i ON i.incident_id = l.incident_id
WHERE coalesce(l.probability, 1.0) >= 0.5
"""

_SLICES = {
    "person": """
        SELECT DISTINCT p.* FROM person AS p JOIN (
            SELECT account_id FROM raw_account
            UNION ALL SELECT person_id FROM raw_membership
            UNION ALL SELECT assignee_person_id FROM raw_work_item
            UNION ALL SELECT person_id FROM raw_work_item_transition
            UNION ALL SELECT person_id FROM raw_work_item_event
            UNION ALL SELECT person_id FROM raw_ai_seat
        ) AS named USING (account_id) ORDER BY ALL""",
    "service": "SELECT * EXCLUDE (name) FROM service WHERE repository_id = $target ORDER BY ALL",
    "deployment": """
        SELECT deployment_id, service_id, environment, kind, commit_id, started_at, finished_at,
               outcome FROM deployment WHERE repository_id = $target ORDER BY ALL""",
    "known_item": """
        SELECT * FROM known_item WHERE key IN (SELECT key FROM raw_work_item_mention)
            OR work_item_id IN (SELECT work_item_id FROM raw_work_item_change) ORDER BY ALL""",
    "known_incident": """
        SELECT * FROM known_incident WHERE starts_with(target_id, $target)
            OR target_id IN (SELECT deployment_id FROM deployment WHERE repository_id = $target)
        ORDER BY ALL""",
    "elsewhere": """
        SELECT * FROM all_work_item_change
        WHERE landed_for <> $target AND starts_with(change_id, $target) ORDER BY ALL""",
}
"""What a target's links rest on besides its own rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the whole organisation, and is to be landed for it.

    Parameters
    ----------
    tables
        Rows to land for `ORGANISATION`.
    deployments
        United rows of `deployment`, of the targets where they differ from what was landed.
    has_use
        Whether any source tells of the use of AI tools.
    """

    tables: Mapping[str, pa.Table]
    coverage: tuple[Mapping[str, object], ...]
    deployments: Mapping[str, pa.Table]
    has_use: bool = False

    def about(self, records: Records, target_id: str) -> tuple[object, ...]:
        """Return digests of what the target seen rests on besides its own rows."""
        slices = [records.sql(query, {"target": target_id}) for query in _SLICES.values()]
        if target_id in self.deployments:
            slices.append(self.deployments[target_id])
        use = use_digest(records, target_id) if self.has_use else ()
        return (*(content_digest(canonical(rows)) for rows in slices), *use)


def link_organisation(
    records: Records,
    vault: Vault,
    journal: Journal,
    settings: Settings,
    earlier: pa.Table,
    now: int,
) -> Facts:
    """Find out what belongs to no single target; needs the views of all of them.

    Leaves in the engine the tables ``person``, ``service``, ``deployment``, ``known_item``,
    ``known_incident`` and ``all_work_item_change``, and those of `unite_use`.

    Parameters
    ----------
    earlier
        Rows of `identity_link` the last linking landed.

    Raises
    ------
    ConfigError
        The table of prices the settings name cannot be read.
    """
    accounts, persons = resolve(records, vault, journal)
    services = find_services(records, settings.services)
    deployments = unite_deployments(records)
    incidents, counts = link_incidents(records, settings.links.incident_window_hours)
    find_items(records)
    records.make("known_incident", _KNOWN_INCIDENT)
    records.make(
        "all_work_item_change",
        "SELECT work_item_id, change_id, landed_for FROM raw_work_item_change",
    )
    is_used = has_use(records)
    use, left_out = unite_use(records, settings) if is_used else ({}, [])
    tables = {
        "identity_link": link_rows(persons, earlier, now),
        "service": services,
        "incident_link": incidents,
        **use,
    }
    coverage = (
        *incident_coverage(counts, ORGANISATION),
        *mailbox_coverage(len(accounts), len(persons.shared), ORGANISATION),
        *left_out,
    )
    return Facts(
        tables={name: rows for name, rows in tables.items() if rows.num_rows},
        coverage=coverage,
        deployments=deployments,
        has_use=is_used,
    )
