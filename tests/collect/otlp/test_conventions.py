"""The conventions for generative AI, in three generations and three signals, count once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.collect.otlp.sending import collected, counter, point, send, span

INPUT: dict[str, Any] = {"gen_ai__token__type": "input"}
OUTPUT: dict[str, Any] = {"gen_ai__token__type": "output"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "otlp"


AGENT = {"service.name": "in-house-agent"}


class TestConventions:
    @pytest.mark.parametrize(
        "said",
        [
            {
                "gen_ai__system": "anthropic",
                "gen_ai__request__model": "claude-sonnet-5",
                "gen_ai__usage__prompt_tokens": 100,
                "gen_ai__usage__completion_tokens": 20,
                "gen_ai__usage__cache_read_input_tokens": 60,
                "gen_ai__usage__cache_creation_input_tokens": 10,
            },
            {
                "gen_ai__provider__name": "anthropic",
                "gen_ai__operation__name": "chat",
                "gen_ai__response__model": "claude-sonnet-5",
                "gen_ai__usage__input_tokens": 100,
                "gen_ai__usage__output_tokens": 20,
                "gen_ai__usage__cache_read__input_tokens": 60,
                "gen_ai__usage__cache_creation__input_tokens": 10,
            },
            {
                "gen_ai__provider__name": "anthropic",
                "gen_ai__operation__name": "chat",
                "gen_ai__response__model": "claude-sonnet-5",
                "gen_ai__usage__input_tokens": 100,
                "gen_ai__usage__output_tokens": 20,
                "gen_ai__usage__cache_read__input_tokens": 60,
                "gen_ai__usage__cache_write__input_tokens": 10,
            },
        ],
    )
    def test_three_generations_say_the_same(self, said: dict[str, Any], folder: Path) -> None:
        send(folder, "traces", [span("chat", 1, **said)], AGENT)
        found = collected(folder)
        row = found.only("ai_request")
        assert found.tokens() == (30, 60, 10, 20)
        assert (row["provider"], row["model"]) == ("anthropic", "claude-sonnet-5")
        assert row["tool"] == "in-house-agent"

    def test_an_input_smaller_than_its_cache_leaves_it_out(self, folder: Path) -> None:
        """Old instrumentations of Anthropic hand on its own counts."""
        said: dict[str, Any] = {
            "gen_ai__system": "anthropic",
            "gen_ai__usage__input_tokens": 5,
            "gen_ai__usage__output_tokens": 20,
            "gen_ai__usage__cache_read_input_tokens": 900,
        }
        send(folder, "traces", [span("anthropic.chat", 1, **said)], AGENT)
        assert collected(folder).tokens() == (5, 900, 0, 20)

    @pytest.mark.parametrize(
        ("provider", "response", "key"),
        [
            ("anthropic", "msg_1", "anthropic:msg_1"),
            ("anthropic", "req_1", "anthropic_request:req_1"),
            ("openai", "resp_1", "openai:resp_1"),
            ("gcp.vertex_ai", "x", None),
        ],
    )
    def test_a_request_is_named_where_its_response_is(
        self, provider: str, response: str, key: str | None, folder: Path
    ) -> None:
        said: dict[str, Any] = {"gen_ai__usage__input_tokens": 1, "gen_ai__operation__name": "chat"}
        named: dict[str, Any] = {
            "gen_ai__provider__name": provider,
            "gen_ai__response__id": response,
        }
        send(folder, "traces", [span("chat", 1, **said, **named)], AGENT)
        assert collected(folder).only("ai_request")["event_key"] == key

    def test_the_newest_counters_hold_subsets_and_win_over_the_histogram(
        self, folder: Path
    ) -> None:
        """100 in with 60 read and 10 written; 20 out with 5 of reasoning; one service, one day."""
        lead = "gen_ai.client.inference.usage."
        said: dict[str, Any] = {
            "gen_ai__provider__name": "openai",
            "gen_ai__response__model": "gpt-5",
        }
        counts = {
            "input_tokens": 100,
            "cache_read.input_tokens": 60,
            "cache_write.input_tokens": 10,
            "output_tokens": 20,
            "reasoning.output_tokens": 5,
        }
        metrics = [counter(lead + name, point(n, **said)) for name, n in counts.items()]
        older = {
            "name": "gen_ai.client.token.usage",
            "histogram": {
                "aggregationTemporality": "AGGREGATION_TEMPORALITY_DELTA",
                "dataPoints": [{**point(0, **INPUT, **said), "sum": 100}],
            },
        }
        del older["histogram"]["dataPoints"][0]["asDouble"]  # type: ignore[index]
        send(folder, "metrics", [*metrics, older], AGENT)
        found = collected(folder)
        assert found.tokens() == (30, 60, 10, 20)
        assert found.only("ai_request")["reasoning_output_tokens"] == 5
        assert found["ai_session"] == []

    def test_the_histogram_alone_counts_by_its_sums(self, folder: Path) -> None:
        points = [
            {**point(0, **kind, gen_ai__system="openai"), "sum": n, "count": "2"}
            for kind, n in ((INPUT, 100.0), (OUTPUT, 20.0))
        ]
        for one in points:
            del one["asDouble"]
        told: dict[str, Any] = {"aggregationTemporality": 1, "dataPoints": points}
        send(folder, "metrics", [{"name": "gen_ai.client.token.usage", "histogram": told}], AGENT)
        assert collected(folder).tokens() == (100, 0, 0, 20)
