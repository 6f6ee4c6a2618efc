"""Reports by day and person: Copilot's lines and seats, Cursor's events, Anthropic's analytics.

Forms: https://docs.github.com/en/rest/copilot/copilot-usage-metrics and
/copilot-user-management; https://cursor.com/docs/account/teams/admin-api;
https://platform.claude.com/docs/en/api/admin/usage_report and /cost_report.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from trueup.simulate.payloads.ai.using import Request, Session
from trueup.simulate.payloads.story import Actor

CURSOR_MODEL = "claude-4.5-sonnet"
ANTHROPIC_MODEL = "claude-opus-4-5"
TOKENS_A_CENT = 1_000
"""Tokens that cost a cent with Cursor and Anthropic, whatever their kind."""
Payload = dict[str, Any]
Days = Mapping[str, Mapping[Actor, list[Session]]]


def by_day(sessions: Iterable[Session]) -> Days:
    """Return sessions by the ISO day of their first request, in UTC, and person."""
    found: dict[str, dict[Actor, list[Session]]] = defaultdict(lambda: defaultdict(list))
    for one in sessions:
        found[day_of(one)][one.person].append(one)
    return found


def day_of(one: Session) -> str:
    """Return the ISO day a session is reported under."""
    return dt.datetime.fromtimestamp(one.started_at, dt.UTC).date().isoformat()


def tokens(sessions: Iterable[Session]) -> int:
    """Return all tokens of sessions."""
    return sum(request.prompt + request.output for one in sessions for request in one.requests)


def copilot_lines(sessions: Iterable[Session]) -> list[Payload]:
    """Return the lines of Copilot's report by user: an agent's edits, and the command line."""
    return [
        _copilot_day(day, person, own)
        for day, persons in sorted(by_day(sessions).items())
        for person, own in persons.items()
    ]


def _copilot_day(day: str, person: Actor, own: list[Session]) -> Payload:
    added = sum(one.written for one in own)
    counts = {
        "user_initiated_interaction_count": 0,
        "code_generation_activity_count": len(own),
        "code_acceptance_activity_count": 0,
        "loc_suggested_to_add_sum": 0,
        "loc_suggested_to_delete_sum": 0,
        "loc_added_sum": added,
        "loc_deleted_sum": 0,
    }
    requests = [request for one in own for request in one.requests]
    used = {
        "prompt_tokens_sum": sum(request.prompt for request in requests),
        "output_tokens_sum": sum(request.output for request in requests),
    }
    return {
        "day": day,
        "organization_id": "77",
        "user_id": person.number,
        "user_login": person.login,
        **counts,
        "totals_by_feature": [{"feature": "agent_edit", **counts}],
        "totals_by_cli": {
            "session_count": len(own),
            "request_count": len(requests),
            "prompt_count": 0,
            "token_usage": used,
        },
        "used_agent": True,
        "used_chat": False,
    }


def copilot_seats(sessions: Iterable[Session]) -> list[Payload]:
    """Return a seat of everyone who uses Copilot."""
    people = {one.person for one in sessions}
    return [
        {
            "created_at": "2024-01-01T00:00:00Z",
            "pending_cancellation_date": None,
            "last_activity_at": None,
            "assignee": {"login": one.login, "id": one.number, "type": "User"},
            "plan_type": "business",
        }
        for one in sorted(people, key=lambda person: person.number)
    ]


def cursor_events(sessions: Iterable[Session]) -> list[Payload]:
    """Return Cursor's usage events: each request, charged by its tokens."""
    return [_cursor_event(one, request) for one in sessions for request in one.requests]


def _cursor_event(one: Session, request: Request) -> Payload:
    cents = (request.prompt + request.output) / TOKENS_A_CENT
    return {
        "timestamp": str(request.at * 1_000 + one.number % 1_000),
        "userEmail": one.person.email,
        "model": CURSOR_MODEL,
        "kind": "Usage-based",
        "maxMode": False,
        "requestsCosts": 1,
        "isTokenBasedCall": True,
        "isChargeable": True,
        "isHeadless": False,
        "chargedCents": cents,
        "cursorTokenFee": 0,
        "tokenUsage": {
            "inputTokens": request.uncached,
            "outputTokens": request.output,
            "cacheWriteTokens": request.cache_write_5m + request.cache_write_1h,
            "cacheReadTokens": request.cache_read,
            "totalCents": cents,
        },
    }


def cursor_days(sessions: Iterable[Session]) -> list[Payload]:
    """Return Cursor's daily usage: requests of agents and lines taken over."""
    return [
        {
            "userId": person.number,
            "day": day,
            "date": round(dt.datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp()) * 1_000,
            "isActive": True,
            "email": person.email,
            "agentRequests": sum(len(one.requests) for one in own),
            "totalLinesAdded": sum(one.written for one in own),
            "acceptedLinesAdded": sum(one.written for one in own),
            "acceptedLinesDeleted": 0,
            "totalApplies": len(own),
            "totalAccepts": len(own),
            "totalRejects": 0,
            "mostUsedModel": CURSOR_MODEL,
        }
        for day, persons in sorted(by_day(sessions).items())
        for person, own in persons.items()
    ]


def anthropic_analytics(sessions: Iterable[Session]) -> dict[str, list[Payload]]:
    """Return Anthropic's report on Claude Code by ISO day, a row for each person."""
    return {
        day: [_worked(person, own) for person, own in persons.items()]
        for day, persons in by_day(sessions).items()
    }


def _worked(person: Actor, own: list[Session]) -> Payload:
    requests = [request for one in own for request in one.requests]
    writes = sum(request.cache_write_5m + request.cache_write_1h for request in requests)
    counts = {
        "input": sum(request.uncached for request in requests),
        "output": sum(request.output for request in requests),
        "cache_read": sum(request.cache_read for request in requests),
        "cache_creation": writes,
    }
    return {
        "actor": {"type": "user_actor", "email_address": person.email},
        "customer_type": "api",
        "subscription_type": None,
        "terminal_type": "vscode",
        "is_remote": False,
        "core_metrics": {
            "num_sessions": len(own),
            "lines_of_code": {"added": sum(one.written for one in own), "removed": 0},
            "commits_by_claude_code": sum(not one.is_discarded for one in own),
            "pull_requests_by_claude_code": 0,
        },
        "tool_actions": {},
        "model_breakdown": [
            {
                "model": ANTHROPIC_MODEL,
                "tokens": counts,
                "estimated_cost": {"currency": "USD", "amount": tokens(own) // TOKENS_A_CENT},
            }
        ],
    }


def anthropic_costs(sessions: Iterable[Session]) -> dict[str, list[Payload]]:
    """Return Anthropic's cost report by ISO day: cents, as a text."""
    return {
        day: [_cost(str(tokens(one for own in persons.values() for one in own) // TOKENS_A_CENT))]
        for day, persons in by_day(sessions).items()
    }


def _cost(cents: str) -> Payload:
    return {
        "currency": "USD",
        "amount": cents,
        "workspace_id": None,
        "description": "Claude Opus 4.5 Usage - Input Tokens",
        "cost_type": "tokens",
        "context_window": "0-200k",
        "model": ANTHROPIC_MODEL,
        "service_tier": "standard",
        "token_type": "uncached_input_tokens",
        "inference_geo": "global",
    }
