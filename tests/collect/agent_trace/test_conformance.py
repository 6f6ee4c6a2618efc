"""Agent Trace keeps what every source must."""

from __future__ import annotations

import json

from tests.collect.agent_trace.writing import hooked, trace
from trueup.collect.sources.agent_trace.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(
            source="agent_trace",
            targets=("shop",),
            options={"repository": "git@github.com:acme/shop.git"},
        ),
        files={
            "shop/.agent-trace/traces.jsonl": "\n".join(
                map(json.dumps, [trace(1), hooked(2), trace(3)])
            ).encode()
        },
        needed={"trace": ("timestamp",)},
    )
