"""What a gateway says of requests, in rows."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.collect.incidents.visiting import Kept, Read, Tool
from tests.collect.litellm.server import CLAUDE, LiteLLMServer, row, usage
from trueup.collect.connector import Progress
from trueup.collect.fields import instant
from trueup.collect.recorded import Note, Page, Web
from trueup.collect.sources.litellm import files
from trueup.collect.sources.litellm.door import event_key, tool_of
from trueup.collect.sources.litellm.source import SOURCE
from trueup.collect.web.nowhere import NoWeb
from trueup.config import Connection
from trueup.errors import ConfigError, SourceIncomplete, SourceUnavailable
from trueup.testing.scripted import Answer, Unheard, scripted_web

AT = "2026-09-20T10:00:00.500Z"
HOST = "gateway.acme.example"


def tool(**options: Any) -> Tool:
    options = {"since": "2026-09-20"} | options
    connection = Connection(source="litellm", url=f"https://{HOST}", options=options)
    return Tool(SOURCE, connection, HOST)


def read(*rows: dict[str, Any], **options: Any) -> Read:
    return tool(**options).collected(LiteLLMServer(rows=list(rows)).answer)


def buckets(found: Read) -> tuple[int, ...]:
    one = found.only("ai_request")
    names = ("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
    return tuple(one[f"{name}_tokens"] for name in names)


def test_a_request_lands_with_its_five_buckets_its_tool_and_what_the_gateway_spent() -> None:
    found = read(row("msg_01Ab", AT))
    one = found.only("ai_request")
    assert buckets(found) == (200, 900, 300, 100, 200)
    assert one["reasoning_output_tokens"] == 50
    assert (one["tool"], one["provider"], one["model"]) == (
        "claude-code", "anthropic", "claude-opus-4-5",
    )  # fmt: skip
    assert (one["requested_at"], one["ended_at"]) == (instant(AT), None)
    assert (one["seen_by"], one["request_count"]) == ("gateway", 1)
    assert one["event_key"] == "anthropic:msg_01Ab"
    assert one["person_id"] == "email|ada@acme.example"
    assert one["session_id"] is None, "LiteLLM makes one up for each request"
    spend = found.only("ai_spend")
    assert (spend["amount"], spend["currency"]) == (Decimal("0.012300000"), "USD")
    assert (spend["cost_basis"], spend["event_key"]) == ("vendor_estimate", one["event_key"])
    assert spend["team_id"] == found.only("team")["team_id"] == f"{HOST}/team/till"


def test_no_key_no_address_of_a_machine_and_no_words_are_kept() -> None:
    kept = tool().visit(LiteLLMServer(rows=[row("msg_1", AT)]).answer)
    text = json.dumps([list(kept.bodies.items())], default=str)
    for word in ("88dc28", "ada-laptop", "10.0.0.1", "Write a till", "Here it is", "claude-cli"):
        assert word not in text


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        (usage(), (200, 900, 300, 100, 200)),
        ({"prompt_tokens": 1500, "completion_tokens": 200}, (1500, 0, 0, 0, 200)),
        ({"prompt_tokens": 120, "completion_tokens": 80,
          "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 20}},
         (40, 60, 20, 0, 80)),
        ({"input_tokens": 12, "output_tokens": 3, "cache_read_input_tokens": 90,
          "cache_creation": {"ephemeral_1h_input_tokens": 5}}, (12, 90, 0, 5, 3)),
        ({}, (1500, 0, 0, 0, 200)),
        (None, (1500, 0, 0, 0, 200)),
    ],
)  # fmt: skip
def test_caches_are_split_as_the_usage_says_whoever_wrote_it(
    used: Any, expected: tuple[int, ...]
) -> None:
    assert buckets(read(row("msg_1", AT, metadata={"usage_object": used}))) == expected


def test_pain_22_spend_of_zero_on_tokens_is_unknown_and_not_free() -> None:
    found = read(row("msg_1", AT, spend=0.0))
    assert (len(found["ai_request"]), found["ai_spend"]) == (1, [])


def test_answers_from_the_gateways_own_cache_and_failures_are_counted_and_no_request() -> None:
    failed = {"spend": 0, "prompt_tokens": 0, "completion_tokens": 0}
    found = read(
        row("msg_1_cache_hit1790000000.5", AT, cache_hit="True", spend=0.0),
        row("uuid", AT, status="failure", metadata={"usage_object": None}, **failed),
    )
    assert (found["ai_request"], found["ai_spend"]) == ([], [])
    assert sorted(found.reasons()) == [
        "it used no tokens and cost nothing, as requests that failed do",
        "it was answered from LiteLLM's own cache: no model was asked",
    ]


def packed(native: str) -> str:
    text = f"litellm:custom_llm_provider:openai;model_id:abc;response_id:{native}"
    return "resp_" + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("request_id", "provider", "key"),
    [
        ("msg_01", "anthropic", "anthropic:msg_01"),
        ("msg_01", "vertex_ai", "anthropic:msg_01"),
        ("chatcmpl-9", "openai", "openai:chatcmpl-9"),
        ("chatcmpl-9", "anthropic", None),
        (packed("resp_68"), "openai", "openai:resp_68"),
        ("resp_not base64", "openai", "openai:resp_not base64"),
        (f"{packed('resp_68')}_background_cost", "openai", "openai:resp_68"),
        ("msg_01_cache_hit1790000000.5", "anthropic", None),
        ("6f1e3c9a", "bedrock", None),
    ],
)
def test_a_request_is_known_by_the_id_its_provider_gave(
    request_id: str, provider: str, key: str | None
) -> None:
    assert event_key(request_id, provider) == key


@pytest.mark.parametrize(
    ("agent", "tags", "expected"),
    [
        (CLAUDE, None, "claude-code"),
        ("codex_cli_rs/0.99.0 (Mac OS 26; arm64)", None, "openai-codex"),
        ("Cursor/1.7", None, "cursor"),
        ("GeminiCLI/0.9 (linux)", None, "gemini-cli"),
        ("opencode/1.0", None, "opencode"),
        ("python-httpx/0.28", ["User-Agent: claude-cli"], "claude-code"),
        ("", '["nightly", "User-Agent: codex-tui/1"]', "openai-codex"),
        ("Mozilla/5.0", ["claude-cli"], None),
        ("", 7, None),
    ],
)
def test_the_tool_is_what_the_program_calls_itself(
    agent: str, tags: object, expected: str | None
) -> None:
    assert tool_of(agent, tags) == expected


@pytest.mark.parametrize(
    ("theirs", "provider", "model"),
    [("vertex_ai", "google", "claude-opus-4-5"), ("bedrock", "aws", "anthropic.claude-v5:0"),
     ("azure", "azure", "gpt-5.5"), ("", None, "gpt-5.5")],
)  # fmt: skip
def test_providers_go_by_the_names_of_the_price_list(
    theirs: str, provider: str | None, model: str
) -> None:
    lead = f"{theirs}/" if theirs else ""
    one = read(row("x", AT, custom_llm_provider=theirs, model=f"{lead}{model}")).only("ai_request")
    assert (one["provider"], one["model"]) == (provider, model)


def test_an_operator_may_call_a_team_otherwise() -> None:
    assert read(row("x", AT), teams={"t-1": "Checkout"}).only("team")["name"] == "Checkout"


def test_a_visit_reads_every_page_of_every_day_and_the_next_the_last_two_days() -> None:
    rows = [row(f"msg_{n}", f"2026-09-20T10:{n:02}:00Z") for n in range(5)]
    server = LiteLLMServer(rows=rows, page=2)
    kept = tool().visit(server.answer)
    assert [(q.params["start_date"][:10], q.params["page"]) for q in kept.asked] == [
        ("2026-09-20", "1"), ("2026-09-20", "2"), ("2026-09-20", "3"), ("2026-09-21", "1"),
    ]  # fmt: skip
    server.rows.append(row("msg_late", "2026-09-20T09:00:00Z"))
    tool().visit(server.answer, kept)
    assert kept.written == ["msg_late"]


def test_a_day_that_is_more_than_is_listed_is_asked_for_in_halves() -> None:
    rows = [row(f"msg_{n}", f"2026-09-20T{n:02}:30:00Z") for n in range(24)]
    kept = tool().visit(LiteLLMServer(rows=rows, most=10, page=4).answer)
    assert (len(kept.bodies), kept.notes) == (24, [])


def test_a_minute_that_is_more_than_is_listed_is_told() -> None:
    rows = [row(f"msg_{n}", "2026-09-20T10:30:20Z") for n in range(5)]
    kept = tool().visit(LiteLLMServer(rows=rows, most=3, page=4).answer)
    (note,) = kept.notes
    assert "more requests than LiteLLM lists" in note.reason


def test_an_answer_that_is_no_page_ends_the_visit() -> None:
    with pytest.raises(SourceIncomplete, match="no list"):
        tool().visit(lambda _: Answer(body={"data": None}))


def test_the_target_is_the_gateway_once_it_shows_its_logs() -> None:
    connection = tool().connection
    assert SOURCE.server is not None
    web = scripted_web(connection, SOURCE.server, LiteLLMServer().answer)
    assert SOURCE.targets(connection, web) == [(HOST, HOST)]
    closed = scripted_web(connection, SOURCE.server, lambda _: Answer(status=401, body={}))
    with pytest.raises(SourceUnavailable):
        SOURCE.targets(connection, closed)


@dataclass
class FileVisit:
    """One visit to a file."""

    target: str
    target_id: str
    connection: Connection
    kept: Kept
    web: Web = field(default_factory=lambda: NoWeb("litellm"))
    now: int = instant("2026-09-21T14:13:20Z")
    is_reconciling: bool = False
    progress: Progress = field(default_factory=Unheard)

    def checkpoint(self, stream: str) -> str | None:
        return self.kept.checkpoints.get(stream)

    def known(self, kind: str) -> frozenset[str]:
        raise AssertionError(f"{kind}: what is gone from an export is not gone")

    def bodies(self, kind: str, keys: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        raise AssertionError(f"{kind} {keys}: nothing that was kept is needed")


def exported(path: Path, content: str, kept: Kept | None = None) -> Kept:
    """Write a file, and read it once."""
    path.write_text(content, encoding="utf-8")
    kept = kept or Kept()
    kept.notes, kept.written = [], []
    connection = Connection(source="litellm", targets=(str(path),))
    ((target, target_id),) = SOURCE.targets(connection, NoWeb("litellm"))
    for fetched in SOURCE.fetch(FileVisit(target, target_id, connection, kept)):
        match fetched:
            case Page():
                kept.keep(fetched, 0)
            case Note():
                kept.notes.append(fetched)
    return kept


def table(*rows: dict[str, Any]) -> str:
    """Return rows as a database exports them: JSON in cells, instants without an offset."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    for one in rows:
        cells = {n: json.dumps(v) if isinstance(v, dict | list) else v for n, v in one.items()}
        writer.writerow(cells)
    return out.getvalue()


ROWS = [row("msg_1", "2026-09-20 10:00:00.5"), row("msg_2", "2026-09-20 10:01:00")]
FORMS = {
    "logs.csv": table(*ROWS),
    "logs.json": json.dumps(ROWS),
    "pages.json": json.dumps({"data": ROWS, "total_pages": 1}),
    "logs.jsonl": "\n".join(map(json.dumps, ROWS)),
}


@pytest.mark.parametrize("name", FORMS)
def test_an_export_in_any_form_comes_to_the_rows_the_interface_would_give(
    name: str, tmp_path: Path
) -> None:
    asked = tool().visit(LiteLLMServer(rows=[{**one, "startTime": f"{one['startTime']}Z"}
                                             for one in ROWS]).answer)  # fmt: skip
    there, here = tool().read(asked), tool().read(exported(tmp_path / name, FORMS[name]))
    for each in ("ai_request", "ai_spend", "account", "team"):
        assert here[each] == there[each], each
    assert here.skipped == []


def test_an_export_is_read_again_only_when_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "logs.jsonl"
    kept = exported(path, FORMS["logs.jsonl"])
    with monkeypatch.context() as patched:
        patched.setattr(files, "_rows", None)
        assert exported(path, FORMS["logs.jsonl"], kept).written == []
    grown = FORMS["logs.jsonl"] + "\n" + json.dumps(row("msg_3", AT))
    assert exported(path, grown, kept).written == ["msg_3"]


def test_lines_that_cannot_be_read_are_counted_for_as_long_as_they_are_there(
    tmp_path: Path,
) -> None:
    torn = FORMS["logs.jsonl"] + '\n{"request_id": "msg_3", "spe\n[1]\n{"spend": 3}\n'
    kept = exported(tmp_path / "logs.jsonl", torn)
    assert (len(kept.bodies), kept.notes[0].skipped) == (2, 3)
    assert exported(tmp_path / "logs.jsonl", torn, kept).notes[0].skipped == 3


def test_files_that_are_not_there_or_have_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for folder in (tmp_path, tmp_path / "a"):
        (folder / "logs.json").write_text("[]")
    two = (str(tmp_path / "logs.json"), str(tmp_path / "a" / "logs.json"))
    with pytest.raises(ConfigError, match="same name"):
        SOURCE.targets(Connection(source="litellm", targets=two), NoWeb("litellm"))
    with pytest.raises(SourceUnavailable):
        SOURCE.targets(Connection(source="litellm", targets=("gone.json",)), NoWeb("litellm"))
