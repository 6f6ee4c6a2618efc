"""What is kept of reports: counts, amounts, models, addresses; no words, no names of keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from trueup.collect.ai.reports.keys import digest, key_of
from trueup.collect.answers import objects, part, said
from trueup.collect.recorded import Record

Row = Mapping[str, Any]
_TOKENS = ("uncached_input_tokens", "cache_read_input_tokens", "output_tokens")
_WRITES = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
_GROUPED = (
    *("model", "workspace_id", "api_key_id", "service_account_id"),
    *("service_tier", "context_window"),
)
_ACCOUNT = "account_id"
_COST_SAID = ("amount", "currency", "cost_type", "token_type", "model", "workspace_id")
_COST_GROUPED = (
    *("workspace_id", "cost_type", "token_type", "model", "service_tier", "context_window"),
    "inference_geo",
)
_DONE = ("num_sessions", "commits_by_claude_code", "pull_requests_by_claude_code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Lets rows of reports in.

    Parameters
    ----------
    addresses
        Of users, by id.
    workspaces
        Names by id.
    until
        ISO instant up to which a report of the day it is asked on can speak.
    """

    addresses: Mapping[str, str]
    workspaces: Mapping[str, str]
    until: str

    def messages(self, day: str, bucket: Row, row: Row) -> Record:
        """Return what is kept of tokens of a day."""
        writes, asked = part(row, "cache_creation"), part(row, "server_tool_use")
        body = {
            **self._span(bucket),
            **{name: row.get(name) for name in _TOKENS},
            "cache_creation": {name: writes.get(name) for name in _WRITES},
            "web_search_requests": asked.get("web_search_requests"),
            "model": row.get("model"),
            "service_tier": row.get("service_tier"),
            "account_id": row.get(_ACCOUNT),
            "email": self.addresses.get(said(row, _ACCOUNT)),
        }
        groups = (said(row, name) for name in _GROUPED)
        key = key_of(day, said(row, _ACCOUNT).lower(), *groups)
        return Record(kind="messages", key=key, body=body)

    def cost(self, day: str, bucket: Row, row: Row) -> Record:
        """Return what is kept of cost of a day."""
        body = {
            **self._span(bucket),
            **{name: row.get(name) for name in _COST_SAID},
            "workspace": self.workspaces.get(said(row, "workspace_id")),
        }
        described = digest(said(row, "description")) if said(row, "description") else ""
        key = key_of(day, *(said(row, name) for name in _COST_GROUPED), described)
        return Record(kind="cost", key=key, body=body)

    def claude_code(self, day: str, rows: Iterable[Row]) -> list[Record]:
        """Return what is kept of a day of Claude Code.

        Whoever used several terminals has several rows: they stay together as parts of one.
        """
        bodies: dict[tuple[str, str], dict[str, Any]] = {}
        for row in rows:
            actor, customer = part(row, "actor"), said(row, "customer_type")
            address, key_name = said(actor, "email_address"), said(actor, "api_key_name")
            who = address.lower() or f"key {digest(key_name)}"
            about = {"day": day, "until": self.until, "email": address, "customer": customer}
            done = {
                **{name: part(row, "core_metrics").get(name) for name in _DONE},
                "lines": _two(part(part(row, "core_metrics"), "lines_of_code"), _CHANGED),
                "tools": [_two(tool, _TAKEN) for tool in _tools(row)],
            }
            _put(bodies, "claude_code", key_of(day, customer, who), about, done)
            for used in objects(row.get("model_breakdown")):
                key = key_of(day, customer, who, said(used, "model"))
                model = {**about, "model": used.get("model")}
                _put(bodies, "claude_code_model", key, model, _used(used))
        return [Record(kind=kind, key=key, body=body) for (kind, key), body in bodies.items()]

    def _span(self, bucket: Row) -> dict[str, Any]:
        names = ("starting_at", "ending_at")
        return {**{name: bucket.get(name) for name in names}, "until": self.until}


_CHANGED = ("added", "removed")
_TAKEN = ("accepted", "rejected")
_USED = ("input", "output", "cache_creation", "cache_read")


def _put(
    bodies: dict[tuple[str, str], dict[str, Any]], kind: str, key: str, about: Row, one: Row
) -> None:
    bodies.setdefault((kind, key), {**about, "parts": []})["parts"].append(one)


def _tools(row: Row) -> list[Row]:
    return [tool for tool in part(row, "tool_actions").values() if isinstance(tool, Mapping)]


def _used(model: Row) -> dict[str, Any]:
    cost = part(model, "estimated_cost")
    return {
        "tokens": {name: part(model, "tokens").get(name) for name in _USED},
        "amount": cost.get("amount"),
        "currency": cost.get("currency"),
    }


def _two(counts: Row, names: tuple[str, str]) -> dict[str, Any]:
    return {name: counts.get(name) for name in names}
