"""What is kept of reports: counts, amounts, models, addresses; no names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trueup.collect.ai.reports.keys import key_of
from trueup.collect.answers import part, said
from trueup.collect.recorded import Record

Row = Mapping[str, Any]
GROUPS = ("project_id", "user_id", "api_key_id", "model", "batch", "service_tier")
_COUNTS = (
    *("input_tokens", "input_cached_tokens", "input_cache_write_tokens", "output_tokens"),
    "num_model_requests",
)
_USER = "user_id"
_SAID = ("model", "service_tier", "batch", "user_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Lets rows of reports in.

    Parameters
    ----------
    addresses
        Of users, by id.
    projects
        Names by id.
    until
        Seconds since 1970 UTC up to which a report of the day it is asked on can speak.
    """

    addresses: Mapping[str, str]
    projects: Mapping[str, str]
    until: int

    def usage(self, day: str, bucket: Row, row: Row) -> Record:
        """Return what is kept of tokens of a day."""
        body = {
            **self._span(bucket),
            **{name: row.get(name) for name in (*_COUNTS, *_SAID)},
            "email": self.addresses.get(said(row, _USER)),
        }
        groups = (said(row, name) or str(row.get(name) or "") for name in GROUPS if name != _USER)
        key = key_of(day, said(row, _USER).lower(), *groups)
        return Record(kind="usage", key=key, body=body)

    def cost(self, day: str, bucket: Row, row: Row) -> Record:
        """Return what is kept of cost of a day."""
        amount, project = part(row, "amount"), said(row, "project_id")
        body = {
            **self._span(bucket),
            "value": amount.get("value"),
            "currency": amount.get("currency"),
            "line_item": row.get("line_item"),
            "project_id": row.get("project_id"),
            "project": self.projects.get(project),
        }
        return Record(kind="cost", key=key_of(day, project, said(row, "line_item")), body=body)

    def _span(self, bucket: Row) -> dict[str, Any]:
        return {
            "start_time": bucket.get("start_time"),
            "end_time": bucket.get("end_time"),
            "until": self.until,
        }
