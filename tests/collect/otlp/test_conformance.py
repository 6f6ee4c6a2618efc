"""What was sent by OTLP keeps what every source must."""

from __future__ import annotations

from typing import Any

from tests.collect.otlp.sending import AT, CLAUDE, counter, log, point, segment, span
from trueup.collect.sources.otlp.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance

REQUEST: dict[str, Any] = {
    "model": "claude-sonnet-5",
    "input_tokens": 10,
    "output_tokens": 200,
    "cost_usd": 0.5,
    "user.email": "ada@example.org",
}
TOLD: list[tuple[str, dict[str, Any]]] = [
    ("api_request", {**REQUEST, "request_id": "req_1"}),
    ("api_request", {**REQUEST, "request_id": "req_2"}),
    ("user_prompt", {"prompt_length": 9}),
    ("tool_result", {"tool_name": "Bash", "success": "true"}),
    ("tool_decision", {"tool_name": "Edit", "decision": "accept", "source": "user_temporary"}),
    ("api_error", {"model": "claude-sonnet-5", "error": "words"}),
]
EVENTS = [
    log(f"claude_code.{name}", AT + n, **{"session.id": f"s-{n % 3}", **said})
    for n, (name, said) in enumerate(TOLD)
]
SAID: dict[str, Any] = {"session.id": "s-1", "type": "user"}
GROWING = [
    counter("claude_code.active_time.total", point(n, AT + n, 1, **SAID), is_cumulative=True)
    for n in (5, 9)
]
TOKENS: dict[str, Any] = {"gen_ai.token.type": "input", "gen_ai.provider.name": "openai"}
USAGE: dict[str, Any] = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 7}
SHOP = {"service.name": "shop", "vcs.repository.url.full": "git@github.com:acme/shop.git"}


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="otlp", targets=("otlp",)),
        files={
            "otlp/otlp-20260920-000001.jsonl": segment(
                ("logs", EVENTS, CLAUDE),
                ("metrics", GROWING[:1], CLAUDE),
                ("metrics", [counter("gen_ai.client.token.usage", point(3, **TOKENS))], SHOP),
            ),
            "otlp/otlp-20260921-000002.jsonl": segment(
                ("metrics", GROWING, CLAUDE),
                ("logs", EVENTS[:2], CLAUDE),
                ("traces", [span("chat", 1, **USAGE), span("chat", 2, 1, trace=2, **USAGE)], SHOP),
            ),
        },
        needed=dict.fromkeys(("session", "trace", "day"), ("tool", "records")),
    )
