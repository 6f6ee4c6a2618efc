"""No text reaches the disk, and no damaged body ends the receiver."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import Parse  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.collect.otlp.sending import (
    NOW,
    collected,
    counter,
    kept,
    log,
    message,
    point,
    send,
    span,
    take,
    visit,
)
from trueup.collect.sources.otlp.decoding import json_form, protobuf
from trueup.collect.sources.otlp.scrubbing import allowed
from trueup.collect.sources.otlp.scrubbing.lines import line_of
from trueup.testing.damage import damages

CANARY = "words of Ada about the till, and nobody else's business"
PROTOBUF = "application/x-protobuf"
MESSAGES: dict[str, Any] = {
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
    "traces": ExportTraceServiceRequest,
}
EVERY = sorted(
    allowed.TEXTS
    | allowed.DETAILS
    | allowed.NAMES
    | allowed.IDS
    | allowed.NUMBERS
    | allowed.FLAGS
    | allowed.RESOURCE_NAMES
    | allowed.REPOSITORIES
    | allowed.REPOSITORIES_OF_COPILOT
    | {*allowed.PERSONS, "metadata", "gen_ai.prompt.0.content", "something.new"}
)


def as_protobuf(signal: str, said: Any) -> bytes:
    """Return a message in protobuf, by the library's own reading of JSON."""
    told = json.loads(json.dumps(said))
    for resource in told[next(iter(told))]:
        for scoped in resource.get("scopeLogs", []) + resource.get("scopeSpans", []):
            for one in scoped.get("logRecords", []) + scoped.get("spans", []):
                for key in ("traceId", "spanId", "parentSpanId"):
                    if one.get(key):
                        one[key] = base64.b64encode(bytes.fromhex(one[key])).decode()
    content: bytes = Parse(json.dumps(told), MESSAGES[signal]()).SerializeToString()
    return content


@pytest.mark.parametrize("form", ["text", "list", "table", "JSON in text"])
def test_text_in_any_attribute_body_name_or_resource_is_not_kept(form: str, tmp_path: Path) -> None:
    values: dict[str, Any] = {
        "text": CANARY,
        "list": [CANARY],
        "table": {"full_command": CANARY, CANARY: CANARY},
        "JSON in text": json.dumps({"full_command": CANARY, "skill_name": CANARY * 2}),
    }
    said: dict[str, Any] = dict.fromkeys(EVERY, values[form]) | {CANARY: CANARY}
    told = log("claude_code.tool_result", **{k: v for k, v in said.items() if k != "event.name"})
    spoken = log(CANARY, **said) | {"eventName": CANARY}
    spans = [span(CANARY, 1, **said), span("chat", 2, **{**said, "gen_ai.operation.name": "chat"})]
    spans[1] |= {
        "events": [{"name": CANARY, "attributes": []}],
        "status": {"message": CANARY, "code": 2},
    }
    metrics = [
        counter(CANARY, point(1, **said)),
        counter("claude_code.cost.usage", point(1, **said)),
    ]
    for signal, records in (("logs", [told, spoken]), ("traces", spans), ("metrics", metrics)):
        assert send(tmp_path, signal, records, {"service.name": "x", **said}).status == 200
    archive = visit(tmp_path)
    for place in (kept(tmp_path), json.dumps(list(archive.bodies.items())), str(archive.notes)):
        assert "Ada" not in place
        assert "business" not in place
    assert "Ada" not in str(collected(tmp_path).tables)


def test_what_was_left_out_is_counted_by_name_type_and_size(tmp_path: Path) -> None:
    said = {"prompt": CANARY, "something.new": "12345", "another.new": 7}
    send(tmp_path, "logs", [log("claude_code.user_prompt", **said), log("claude_code.newer")])
    line = json.loads(kept(tmp_path))
    assert line["dropped"] == {"prompt": 1}
    assert line["unknown"] == {"something.new": ["str", 1, 5], "another.new": ["int", 1, 0]}
    assert line["others"] == {"logs/claude_code.newer": 1}
    notes = visit(tmp_path).notes
    assert len({note.subject for note in notes}) == len(notes) == 3
    reasons = " ".join(note.reason for note in notes)
    assert "claude_code.newer" in reasons
    assert "something.new" in reasons


def test_a_password_in_an_address_is_not_kept(tmp_path: Path) -> None:
    where = {
        "service.name": "x",
        "vcs.repository.url.full": "https://ada:s3cret@example.org/a/b.git",
    }
    send(tmp_path, "logs", [log("claude_code.user_prompt", **{"session.id": "s"})], where)
    assert "s3cret" not in kept(tmp_path)
    assert collected(tmp_path).only("ai_session")["repository_id"] == "example.org/a/b"


def test_arguments_are_told_apart_but_cannot_be_tried_out(tmp_path: Path) -> None:
    """Two folders have two keys: the same arguments have another digest in each."""
    found = []
    for name in ("one", "two"):
        details = {"session.id": "s", "tool_name": "Bash", "tool_input": "the same"}
        send(tmp_path / name, "logs", [log("claude_code.tool_result", **details)])
        (record,) = json.loads(kept(tmp_path / name))["records"]
        found.append(record["attributes"]["trueup.arguments"])
    assert len({*found}) == 2
    assert all(len(one) == 16 for one in found)


SAID: dict[str, Any] = {
    "session.id": "s-1",
    "model": "claude-sonnet-5",
    "input_tokens": 2**40,
    "cost_usd": 0.25,
    "success": True,
    "list": ["a", 1],
    "table": {"deep": {"er": 1}},
    "trueup.team": "till",
}
WHOLE = {
    "logs": message("logs", [log("claude_code.api_request", **SAID)], SAID),
    "traces": message("traces", [span("chat gpt", 1, 2, **SAID)], SAID),
    "metrics": message(
        "metrics",
        [
            counter("claude_code.cost.usage", point(0.5, **SAID)),
            counter("claude_code.token.usage", point(7, **SAID), is_cumulative=True),
        ],
        SAID,
    ),
}


@pytest.mark.parametrize("signal", sorted(WHOLE))
def test_both_forms_are_kept_as_the_same_line(signal: str) -> None:
    """The library reads the JSON into protobuf; both are then read by us."""
    lines = set()
    for found in (
        json_form.decoded(json.dumps(WHOLE[signal]).encode(), signal),
        protobuf.decoded(as_protobuf(signal, WHOLE[signal]), signal),
    ):
        lines.add(b"".join(line_of(one, signal, now=NOW, key=b"k") for one in found.blocks))
    assert len(lines) == 1
    assert b"claude-sonnet-5" in lines.pop() or signal == "traces"


@pytest.mark.parametrize("signal", sorted(WHOLE))
def test_damaged_bodies_are_answered_and_what_is_kept_can_be_read(
    signal: str, tmp_path: Path
) -> None:
    """Missing fields, wrong types, nulls, huge and impossible values, in JSON."""
    seen = set()
    for damage in damages(WHOLE[signal], 7, 400):
        content = json.dumps(damage.payload).encode("utf-8", "replace")
        seen.add(take(tmp_path, signal, content).status)
    assert seen == {200, 400}
    collected(tmp_path)


@pytest.mark.parametrize("signal", sorted(WHOLE))
def test_damaged_protobuf_is_answered_and_what_is_kept_can_be_read(
    signal: str, tmp_path: Path
) -> None:
    sound = as_protobuf(signal, WHOLE[signal])
    chance = random.Random(7)
    seen = set()
    for _ in range(400):
        content = bytearray(sound)
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        cut = chance.choice((len(content), chance.randrange(len(content))))
        seen.add(take(tmp_path, signal, bytes(content[:cut]), PROTOBUF).status)
    assert seen <= {200, 400}
    assert len(seen) == 2
    collected(tmp_path)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=200), signal=st.sampled_from(sorted(WHOLE)))
def test_any_bytes_are_answered(content: bytes, signal: str, tmp_path: Path) -> None:
    for kind in ("application/json", PROTOBUF):
        assert take(tmp_path, signal, content, kind).status in {200, 400}
