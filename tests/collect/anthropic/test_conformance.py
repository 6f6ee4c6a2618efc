"""Anthropic keeps what every source must."""

from __future__ import annotations

from tests.collect.anthropic.server import ADA, SHOP, AnthropicServer, cost, model, usage, worked
from trueup.collect.sources.anthropic.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance
from trueup.testing.scripted import Answering

OPTIONS = {"since": "2026-09-20", "teams": {"Shop": "Till"}}


def filled() -> Answering:
    server = AnthropicServer(page=2)
    server.messages = {
        "2026-09-20": [
            usage(account_id=ADA, workspace_id=SHOP, server_tool_use={"web_search_requests": 3}),
            usage(service_tier="priority", api_key_id="apikey_1"),
        ],
        "2026-09-21": [usage("claude-haiku-4-5", account_id="user_gone")],
    }
    server.costs = {
        "2026-09-20": [cost("123.45", workspace_id=SHOP), cost("0.5", cost_type="web_search")],
        "2026-09-21": [cost("7", cost_type="session_usage")],
    }
    opus, haiku = model("claude-opus-4-5", 186), model("claude-haiku-4-5", 4.25)
    server.claude_code = {
        "2026-09-20": [
            worked("ada@acme.example", opus, haiku),
            worked("ada@acme.example", opus, terminal_type="iTerm.app"),
            worked("bob@acme.example", opus, customer_type="subscription"),
        ],
        "2026-09-21": [
            worked("", haiku, actor={"type": "api_actor", "api_key_name": "nightly"}),
        ],
    }
    return server.answer


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="anthropic", options=OPTIONS),
        server=filled,
        needed={
            "messages": ("starting_at",),
            "cost": ("starting_at", "amount", "currency"),
            "claude_code": ("day",),
            "claude_code_model": ("day",),
        },
    )
