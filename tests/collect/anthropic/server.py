"""A scripted Anthropic: one function, a question in, an answer out.

It answers in the documented forms: https://platform.claude.com/docs/en/api/admin/usage_report
(messages, claude_code), /cost_report, /organizations, /users and /workspaces.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from trueup.testing.scripted import Answer, Question

Payload = dict[str, Any]
ORGANISATION = "12345678-1234-5678-1234-567812345678"
SHOP = "wrkspc_shop"
_TOMORROW = "2026-09-22"
"""Visits of the tests are on the day before, and nobody knows what a day to come would answer."""
ADA, BOB = "user_ada", "user_bob"
_GROUPS = {"model", "context_window", "workspace_id", "description"}
_LISTS: dict[str, list[Payload]] = {
    "users": [{"id": ADA, "email": "Ada@acme.example"}, {"id": BOB, "email": "bob@acme.example"}],
    "workspaces": [{"id": SHOP, "name": "Shop"}],
}


def usage(model: str = "claude-opus-4-5", **more: Any) -> Payload:
    """Return tokens of one group of a day."""
    return {
        "uncached_input_tokens": 100,
        "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 0},
        "cache_read_input_tokens": 0,
        "output_tokens": 10,
        "server_tool_use": {"web_search_requests": 0},
        "api_key_id": None,
        "workspace_id": None,
        "account_id": None,
        "service_account_id": None,
        "model": model,
        "service_tier": "standard",
        "context_window": "0-200k",
        "inference_geo": None,
    } | more


def cost(amount: str, **more: Any) -> Payload:
    """Return cost of one group of a day; the amount is in cents."""
    return {
        "currency": "USD",
        "amount": amount,
        "workspace_id": None,
        "description": "Claude Opus 4.5 Usage - Input Tokens",
        "cost_type": "tokens",
        "context_window": "0-200k",
        "model": "claude-opus-4-5",
        "service_tier": "standard",
        "token_type": "uncached_input_tokens",
        "inference_geo": "global",
    } | more


def worked(email: str, *models: Payload, **more: Any) -> Payload:
    """Return what somebody did with Claude Code on a day in one terminal."""
    return {
        "actor": {"type": "user_actor", "email_address": email},
        "organization_id": ORGANISATION,
        "customer_type": "api",
        "subscription_type": None,
        "terminal_type": "vscode",
        "is_remote": False,
        "core_metrics": {
            "num_sessions": 5,
            "lines_of_code": {"added": 100, "removed": 40},
            "commits_by_claude_code": 2,
            "pull_requests_by_claude_code": 1,
        },
        "tool_actions": {
            "edit_tool": {"accepted": 8, "rejected": 2},
            "write_tool": {"accepted": 3, "rejected": 1},
        },
        "model_breakdown": list(models),
    } | more


def model(name: str, cents: float, **tokens: int) -> Payload:
    """Return what somebody used of a model."""
    counts = {"input": 1000, "output": 200, "cache_read": 5000, "cache_creation": 300}
    return {
        "model": name,
        "tokens": counts | tokens,
        "estimated_cost": {"currency": "USD", "amount": cents},
    }


@dataclass
class AnthropicServer:
    """Rows of reports by ISO day."""

    messages: dict[str, list[Payload]] = field(default_factory=dict)
    costs: dict[str, list[Payload]] = field(default_factory=dict)
    claude_code: dict[str, list[Payload]] = field(default_factory=dict)
    page: int = 31
    closed: frozenset[str] = frozenset()

    def answer(self, question: Question) -> Answer:
        """Answer a question."""
        assert question.headers["anthropic-version"] == "2023-06-01"
        place = question.path.removeprefix("/v1/organizations/")
        if place in self.closed:
            return Answer(status=403, body={"type": "error", "error": {"message": "not allowed"}})
        if place in _LISTS:
            return _listed(_LISTS[place], question)
        match place:
            case "me":
                return Answer(body={"id": ORGANISATION, "type": "organization", "name": "Acme"})
            case "usage_report/messages":
                return self._buckets(self.messages, question)
            case "cost_report":
                return self._buckets(self.costs, question)
            case "usage_report/claude_code":
                day = question.params["starting_at"]
                rows = [{"date": f"{day}T00:00:00Z", **r} for r in self.claude_code.get(day, [])]
                return self._paged(rows, question)
        raise AssertionError(question.path)

    def _buckets(self, report: dict[str, list[Payload]], question: Question) -> Answer:
        params = question.params
        assert params["bucket_width"] == "1d"
        assert params["group_by[]"] in _GROUPS, "of several the first or the last is seen"
        first = date.fromisoformat(params["starting_at"][:10])
        end = date.fromisoformat(params.get("ending_at", _TOMORROW)[:10])
        assert end <= date.fromisoformat(_TOMORROW)
        assert (end - first).days <= int(params["limit"]) <= 31
        days = [first + timedelta(days=step) for step in range((end - first).days)]
        buckets = [
            {
                "starting_at": f"{day}T00:00:00Z",
                "ending_at": f"{day + timedelta(days=1)}T00:00:00Z",
                "results": report.get(day.isoformat(), []),
            }
            for day in days
        ]
        return self._paged(buckets, question)

    def _paged(self, found: list[Payload], question: Question) -> Answer:
        start = int(question.params.get("page", "page_0").removeprefix("page_"))
        end = start + self.page
        more = end < len(found)
        body = {
            "data": found[start:end],
            "has_more": more,
            "next_page": f"page_{end}" if more else None,
        }
        return Answer(body=body)


def _listed(found: list[Payload], question: Question) -> Answer:
    ids = [one["id"] for one in found]
    after = question.params.get("after_id")
    start = ids.index(after) + 1 if after else 0
    some = found[start : start + 1]
    last = some[-1]["id"] if some else None
    more = start + 1 < len(found)
    return Answer(body={"data": some, "has_more": more, "first_id": ids[0], "last_id": last})
