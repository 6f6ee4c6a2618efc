"""Rows of outages: when an AI tool could not be used."""

from __future__ import annotations

from trueup.collect.fields import Fields
from trueup.collect.gathering import Rows
from trueup.collect.sources.events.rows.money import tool_of
from trueup.collect.sources.events.rows.naming import kind_id, team_id_of


class OutageRows:
    """Writes spans in which an AI tool could not be used into `rows`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, body: Fields) -> None:
        """Add an outage, or a limit that was reached.

        Raises
        ------
        Unreadable
            It has no id.
        """
        self._rows.add(
            "ai_outage",
            outage_id=kind_id("ai_outage", body.key("id")),
            kind=body.text("why") or "outage",
            team_id=team_id_of(body.text("team")),
            tool=tool_of(body.text("tool")),
            provider=tool_of(body.text("provider")),
            started_at=body.at("started_at"),
            ended_at=body.at("ended_at"),
            evidence=body.text("evidence") or "file",
        )
