"""Logs of aider: runs between launches, and the cost of each message, never the running total."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.collect.ai.machine import Machine, Rows, jsonl, samples_of
from trueup.collect.sources.aider.source import SOURCE
from trueup.collect.web.nowhere import NoWeb
from trueup.config import Connection
from trueup.errors import ConfigError

BEGAN = 1_777_629_600
Line = dict[str, Any]


def event(second: int, kind: str, /, **properties: Any) -> Line:
    """Draw an event."""
    return {"event": kind, "properties": properties, "user_id": "u", "time": BEGAN + second}


def sent(second: int, cost: float, total: float, model: str = "gpt-5.2") -> Line:
    """Draw a message: 1,000 tokens in, 10 out."""
    return event(
        second,
        "message_send",
        main_model=model,
        edit_format="diff",
        prompt_tokens=1000,
        completion_tokens=10,
        total_tokens=1010,
        cost=cost,
        total_cost=total,
    )


def read(tmp_path: Path, *lines: Line) -> Rows:
    machine = Machine(SOURCE, tmp_path)
    machine.write("aider.jsonl", jsonl(*lines))
    return machine.collect()


def test_the_running_total_is_never_added(tmp_path: Path) -> None:
    """Three messages of 1, 2 and 3 cents: 6 cents, not 1 + 3 + 6."""
    rows = read(
        tmp_path,
        *(event(0, "launched"), sent(5, 0.01, 0.01), sent(9, 0.02, 0.03), sent(12, 0.03, 0.06)),
        event(20, "exit"),
    )
    assert sum(row["amount"] for row in rows["ai_spend"]) == Decimal("0.06")
    assert {(row["cost_basis"], row["currency"]) for row in rows["ai_spend"]} == {
        ("vendor_estimate", "USD")
    }
    assert rows.total() == 3030


def test_a_cost_of_nothing_is_not_known_and_no_row(tmp_path: Path) -> None:
    rows = read(tmp_path, event(0, "launched"), sent(5, 0, 0, "ollama/qwen"))
    assert rows["ai_spend"] == []
    assert rows.total() == 1010
    assert rows["ai_request"][0]["model"] == "ollama/qwen"


def test_a_run_lasts_from_one_launch_to_the_next(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        *(event(0, "launched"), sent(5, 0.01, 0.01), event(9, "exit")),
        *(event(60, "launched"), sent(65, 0.01, 0.01)),
    )
    spans = [(row["started_at"], row["ended_at"]) for row in rows["ai_session"]]
    assert sorted(spans) == [
        (BEGAN * 1_000_000, (BEGAN + 9) * 1_000_000),
        ((BEGAN + 60) * 1_000_000, (BEGAN + 65) * 1_000_000),
    ]
    assert len({row["session_id"] for row in rows["ai_request"]}) == 2


def test_a_model_that_leads_with_its_provider_is_parted_from_it(tmp_path: Path) -> None:
    rows = read(tmp_path, sent(5, 0.01, 0.01, "gemini/gemini-2.5-pro"))
    (row,) = rows["ai_request"]
    assert (row["provider"], row["model"]) == ("google", "gemini-2.5-pro")


def test_commands_are_known_and_other_events_are_counted(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        *(event(0, "launched"), event(1, "command_test"), event(2, "command_commit")),
        *(event(3, "command_add"), event(4, "telepathy", depth="canary")),
    )
    assert rows.acts() == {("test_run", None): 1, ("commit", None): 1}
    assert (rows.notes[0].expected, rows.notes[0].skipped) == (5, 1)


def test_a_growing_log_keeps_the_runs_it_had(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    lines = [event(0, "launched"), sent(5, 0.01, 0.01)]
    machine.write("aider.jsonl", jsonl(*lines))
    first = machine.collect()
    machine.write("aider.jsonl", jsonl(*lines, event(60, "launched"), sent(65, 0.01, 0.01)))
    second = machine.collect()
    assert (first.total(), second.total()) == (1010, 2020)
    assert first["ai_session"][0] in second["ai_session"]


def test_a_connection_without_a_log_is_refused_with_what_to_do() -> None:
    with pytest.raises(ConfigError, match="names no log"):
        SOURCE.targets(Connection(source="aider"), NoWeb("aider"))


@pytest.mark.reference
def test_the_sample_of_a_real_log_comes_to_its_sums(tmp_path: Path) -> None:
    """44 messages: 1,059,287 tokens in, 20,055 out, $2.80644625.

    The running totals of the same messages add up to $15.39: 5.5 times as much.
    """
    machine = Machine(SOURCE, tmp_path)
    machine.copy("aider.jsonl", samples_of("aider") / "sample-analytics.jsonl")
    rows = machine.collect()
    assert rows.tokens() == {
        "uncached_input": 1_059_287,
        "cache_read": 0,
        "cache_write_5m": 0,
        "cache_write_1h": 0,
        "output": 20_055,
    }
    assert len(rows["ai_request"]) == len(rows["ai_spend"]) == 44
    assert sum(row["amount"] for row in rows["ai_spend"]) == Decimal("2.80644625")
    assert len(rows["ai_session"]) == 54, "53 launches, and what came before the first"
    assert (rows.notes[0].expected, rows.notes[0].skipped) == (400, 0)
