"""OpenAI keeps what every source must."""

from __future__ import annotations

from tests.collect.openai.server import ADA, SHOP, OpenAIServer, cost, usage
from trueup.collect.sources.openai.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance
from trueup.testing.scripted import Answering

FIRST, SECOND = 1_789_862_400, 1_789_948_800  # 2026-09-20 and -21


def filled() -> Answering:
    server = OpenAIServer(page=1)
    server.usages = {
        FIRST: [usage(user_id=ADA, project_id=SHOP), usage(batch=True)],
        SECOND: [usage("gpt-5.5-mini", service_tier="flex", user_id="user-gone")],
    }
    server.costs = {
        FIRST: [cost(0.06, project_id=SHOP), cost("1.2345", "web search tool calls")],
        SECOND: [cost(12, "gpt-5.5-mini, output"), cost(-3.5, "credit")],
    }
    return server.answer


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(
            source="openai", options={"since": "2026-09-20", "teams": {"Shop": "Till"}}
        ),
        server=filled,
        needed={"usage": ("start_time",), "cost": ("start_time", "value", "currency")},
    )
