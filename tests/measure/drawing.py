"""A made-up organisation drawn by hand: teams, deployments, incidents, reviews and AI sessions."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from tests.measure.building import World, at
from trueup.model.tables import TABLES


class Drawing(World):
    """Rows of one repository ``r`` whose production is ``r``'s deployments."""

    def add(self, table: str, **row: Any) -> None:
        if "repository_id" in TABLES[table].schema.names:
            super().add(table, **row)
            return
        assert set(row) <= set(TABLES[table].schema.names), row
        self.rows[table].append(row)
        self._cache.pop(table, None)

    def member(
        self, person: str, team: str, start: str | None = None, end: str | None = None
    ) -> None:
        self.add(
            "membership",
            team_id=team,
            person_id=person,
            started_at=at(start) if start else None,
            ended_at=at(end) if end else None,
        )

    def works(self, person: str, *days: str, repository: str = "r") -> None:
        """Commits on a branch that never land: the person is active."""
        for day in days:
            self.commit(
                f"{person}-{day}-{repository}", day, person, change=None, repository=repository
            )

    def deploy(self, name: str, when: str, *changes: str, **more: Any) -> None:
        row = {
            "environment": "production",
            "kind": "deploy",
            "outcome": "success",
            "started_at": at(when),
            "finished_at": at(when),
        }
        self.add("deployment", deployment_id=name, **(row | more))
        for change in changes:
            self.add("deployment_change", deployment_id=name, change_id=change)

    def incident(self, name: str, opened: str, kind: str, target: str, **more: Any) -> None:
        self.add("incident", incident_id=name, opened_at=at(opened))
        self.add("incident_link", incident_id=name, target_kind=kind, target_id=target, **more)

    def revert(self, early: str, late: str) -> None:
        self.add("commit_revert", commit_id=late, reverted_commit_id=early, rule="message")

    def session(self, person: str, when: str, hours: float = 1.0) -> None:
        name = f"s{len(self.rows['ai_session'])}"
        self.add(
            "ai_session",
            session_id=name,
            person_id=person,
            started_at=at(when),
            active_seconds=round(hours * 3600),
        )
        self.add(
            "ai_request",
            request_id=name,
            session_id=name,
            person_id=person,
            requested_at=at(when),
            uncached_input_tokens=1,
            cache_read_tokens=20,
            cache_write_5m_tokens=300,
            cache_write_1h_tokens=None,
            output_tokens=4000,
        )

    def take(self, other: World, prefix: str) -> None:
        """Add another world's rows with every name in them prefixed, so that none clash."""
        for table, rows in other.rows.items():
            for row in rows:
                named = {
                    name: f"{prefix}.{value}"
                    if name.endswith("_id") and isinstance(value, str)
                    else value
                    for name, value in row.items()
                }
                self.rows[table].append(named)


def remarks(table: pa.Table, kind: str) -> list[dict[str, Any]]:
    """Return the remarks of a kind."""
    found = json.loads(table.schema.metadata[b"remarks"])
    return [remark for remark in found if remark["kind"] == kind]
