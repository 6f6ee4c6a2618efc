"""Tokens at list price: own prices, dated ones, and those of today, none of them guessed."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from genai_prices import Usage, calc_price

from tests.reference import reference
from tests.store.landing import rows
from trueup.config import MoneySettings, PriceSettings, Settings
from trueup.errors import ConfigError
from trueup.store.prices import PriceBook, priced
from trueup.store.prices.book import edition, remedy
from trueup.store.prices.litellm import find_table
from trueup.store.prices.price import Use

DAY_2026 = datetime(2026, 2, 1, 12, tzinfo=UTC)


def micros(at: datetime) -> int:
    """Return epoch microseconds."""
    return round(at.timestamp() * 1e6)


def use(model: str, **more: Any) -> dict[str, Any]:
    """Make a request with no tokens but those named."""
    return {
        "request_id": "r",
        "model": model,
        "requested_at": micros(DAY_2026),
        "request_count": 1,
        **more,
    }


def cost(*requests: dict[str, Any], settings: Settings | None = None) -> list[Decimal | None]:
    """Return the list price of each request."""
    amounts, _ = priced(rows("ai_request", *requests), PriceBook(settings or Settings()))
    found: list[Decimal | None] = amounts.to_pylist()
    return found


def source(*requests: dict[str, Any], settings: Settings | None = None) -> list[str | None]:
    """Return what price list each amount rests on."""
    _, sources = priced(rows("ai_request", *requests), PriceBook(settings or Settings()))
    found: list[str | None] = sources.to_pylist()
    return found


class TestDated:
    """genai-prices, with hand-worked list prices."""

    def test_the_five_buckets_have_five_prices(self) -> None:
        """Sonnet 4, dollars per million: 3 in, .30 read, 3.75 and 6 written, 15 out."""
        million = {"provider": "anthropic"}
        amounts = cost(
            *(
                use("claude-sonnet-4-20250514", **million, **{f"{bucket}_tokens": 1_000_000})
                for bucket in (
                    *("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h"),
                    "output",
                )
            )
        )
        assert amounts == [Decimal(text) for text in ("3", "0.3", "3.75", "6", "15")]

    def test_a_long_prompt_moves_all_its_tokens_to_the_higher_price(self) -> None:
        """Gemini 2.5 Pro: 1.25 in, .125 read and 10 out up to 200,000 of prompt, then twice,
        twice and 15; cached tokens are part of the prompt."""
        short = use("gemini-2.5-pro", uncached_input_tokens=100_000, cache_read_tokens=100_000)
        long = {**short, "uncached_input_tokens": 100_001, "output_tokens": 1_000}
        assert cost(short, long) == [
            Decimal("0.125") + Decimal("0.0125"),
            Decimal("0.2500025") + Decimal("0.025") + Decimal("0.015"),
        ]

    def test_requests_told_of_together_are_priced_by_their_mean_prompt(self) -> None:
        """Four million tokens of forty requests are forty prompts of 100,000: no long one."""
        many = use(
            "gemini-2.5-pro",
            uncached_input_tokens=4_000_000,
            ended_at=micros(DAY_2026) + 1,
            request_count=40,
        )
        few = {**many, "request_count": 10}
        unknown = {**many, "request_count": None}
        assert cost(many, few, unknown) == [Decimal(5), Decimal(10), Decimal(5)]

    def test_the_price_is_that_of_the_day_of_the_request(self) -> None:
        """Opus 4.6 asked twice as much above 200,000 tokens until 2026-03-13."""
        prompt = {"provider": "anthropic", "uncached_input_tokens": 300_000}
        before = use("claude-opus-4-6", **prompt)
        after = {**before, "requested_at": micros(datetime(2026, 3, 14, tzinfo=UTC))}
        assert cost(before, after) == [Decimal(3), Decimal("1.5")]

    def test_a_batch_costs_half_and_an_unknown_tier_says_it_is_priced_as_standard(self) -> None:
        prompt = {"provider": "anthropic", "output_tokens": 1_000_000}
        batch = use("claude-fable-5-2", **prompt, service_tier="batch")
        fast, plain = {**batch, "service_tier": "fast"}, {**batch, "service_tier": "standard"}
        assert cost(batch, fast, plain) == [Decimal(20), Decimal(80), Decimal(40)]
        (said,) = source({**batch, "service_tier": "priority"})
        assert said is not None
        assert said.endswith("standard tier")

    def test_a_provider_without_the_model_gives_way_to_its_maker_and_says_so(self) -> None:
        strange = use("claude-sonnet-4-20250514", provider="somewhere", output_tokens=1_000_000)
        prefixed = {**strange, "provider": None, "model": "elsewhere/claude-sonnet-4-20250514"}
        known = {**strange, "provider": None, "model": "anthropic/claude-sonnet-4-20250514"}
        assert cost(strange, prefixed, known) == [Decimal(15)] * 3
        said = [str(text).partition(", ")[2] for text in source(strange, prefixed, known)]
        assert said == ["as of anthropic", "as of anthropic", ""]

    @pytest.mark.parametrize("model", ["composer-1", "codex-auto-review", "<synthetic>", None])
    def test_an_unknown_model_has_no_price_and_is_not_free(self, model: str | None) -> None:
        unknown = {**use(""), "model": model, "output_tokens": 7}
        assert (cost(unknown), source(unknown)) == ([None], [None])

    def test_amounts_beyond_64_bits_of_femtodollars_are_exact(self) -> None:
        tokens = 123_456_789_012_345
        huge = use("claude-sonnet-4-20250514", cache_read_tokens=tokens)
        assert cost(huge) == [Decimal(tokens) * Decimal("0.0000003")]

    def test_nothing_is_nothing(self) -> None:
        amounts, sources = priced(rows("ai_request"), PriceBook(Settings()))
        assert (len(amounts), len(sources)) == (0, 0)


MODELS = (
    ("anthropic", "claude-sonnet-4-5"),
    ("anthropic", "claude-opus-4-6[1m]"),
    ("anthropic", "claude-haiku-4-5"),
    (None, "gpt-5-codex"),
    ("openai", "gpt-5.1"),
    ("openai", "o3"),
    ("google", "gemini-2.5-pro"),
    ("azure", "gpt-5"),
    ("aws", "us.anthropic.claude-sonnet-4-20250514-v1:0"),
    ("deepseek", "deepseek-chat"),
    ("openrouter", "anthropic/claude-sonnet-4.5"),
    ("x-ai", "grok-4"),
)


def made_up(draw: random.Random, number: int) -> dict[str, Any]:
    """Make a request of any model, tier and day."""
    provider, model = draw.choice(MODELS)
    return {
        "request_id": str(number),
        "provider": provider,
        "model": model,
        "service_tier": draw.choice([None, "standard", "batch", "priority", "flex", "fast"]),
        "requested_at": micros(datetime(2025, 1, 1, tzinfo=UTC))
        + draw.randrange(700 * 86_400) * 1_000_000,
        "request_count": 1,
        "uncached_input_tokens": draw.randrange(250_000),
        "cache_read_tokens": draw.choice([0, draw.randrange(250_000)]),
        "cache_write_5m_tokens": draw.choice([0, draw.randrange(9_000)]),
        "cache_write_1h_tokens": draw.choice([0, draw.randrange(9_000)]),
        "output_tokens": draw.randrange(9_000),
        "reasoning_output_tokens": draw.choice([None, 0]),
    }


def asked_one_by_one(request: dict[str, Any]) -> Decimal:
    """Return what genai-prices itself says of a request."""
    written = request["cache_write_5m_tokens"] + request["cache_write_1h_tokens"]
    tier = request["service_tier"]
    return calc_price(
        Usage(
            input_tokens=request["uncached_input_tokens"] + request["cache_read_tokens"] + written,
            cache_read_tokens=request["cache_read_tokens"],
            cache_write_tokens=written,
            cache_write_5m_tokens=request["cache_write_5m_tokens"],
            cache_write_1h_tokens=request["cache_write_1h_tokens"],
            output_tokens=request["output_tokens"],
        ),
        request["model"],
        provider_id=request["provider"],
        genai_request_timestamp=datetime.fromtimestamp(request["requested_at"] / 1e6, UTC),
        price_context={"processing": tier, "speed": tier, "service_tier": tier} if tier else None,
    ).total_price


def test_all_at_once_is_what_genai_prices_says_one_by_one() -> None:
    draw = random.Random(5)
    requests = [made_up(draw, number) for number in range(1_500)]
    nano = Decimal("1e-9")
    expected = [asked_one_by_one(request).quantize(nano) for request in requests]
    assert cost(*requests) == expected


class TestOwn:
    """``[[prices]]`` of trueup.toml."""

    def test_own_prices_come_first_and_hold_from_their_day(self) -> None:
        settings = Settings(
            prices=(
                PriceSettings(model="claude-*", input=2, output=9, cache_read=0.1),
                PriceSettings(model="claude-*", input=1, output=8, since="2026-02-01"),
                PriceSettings(model="*", input=5, output=5),
            )
        )
        millions = {"uncached_input_tokens": 1_000_000, "cache_read_tokens": 1_000_000}
        new = use("Claude-Sonnet-4-5", **millions)
        old = {**new, "requested_at": micros(datetime(2026, 1, 31, 23, 59, tzinfo=UTC))}
        other = {**new, "model": "composer-1"}
        assert cost(old, new, other, settings=settings) == [
            Decimal("2.1"),
            Decimal(2),
            Decimal(10),
        ]
        assert source(old, settings=settings) == ["trueup.toml"]


TABLE = {
    "sample_spec": {"input_cost_per_token": 0.0},
    "composer-1": {
        "input_cost_per_token": 1.25e-06,
        "output_cost_per_token": 1e-05,
        "cache_read_input_token_cost": 1.25e-07,
        "input_cost_per_token_above_200k_tokens": 2.5e-06,
        "output_cost_per_token_flex": 5e-06,
    },
    "bedrock/claude-sonnet-4-20250514": {"input_cost_per_token": 1.0, "output_cost_per_token": 1},
    "drawing-1": {"output_cost_per_image": 0.04},
}


class TestTable:
    """LiteLLM's table, where the user has it."""

    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        """Write a table and name it."""
        path = tmp_path / "prices.json"
        path.write_text(json.dumps(TABLE), encoding="utf-8")
        return Settings(money=MoneySettings(price_table=str(path)))

    def test_it_prices_what_genai_prices_does_not_know_and_nothing_else(
        self, settings: Settings
    ) -> None:
        known = use("claude-sonnet-4-20250514", provider="aws", uncached_input_tokens=1_000_000)
        short = use("composer-1", uncached_input_tokens=100_000, cache_read_tokens=100_000)
        long = {**short, "uncached_input_tokens": 200_001, "cache_read_tokens": 0}
        flex = use("Composer-1", output_tokens=1_000, service_tier="flex")
        assert cost(known, short, long, flex, settings=settings) == [
            Decimal(3),
            Decimal("0.1375"),
            Decimal("0.5000025"),
            Decimal("0.005"),
        ]
        assert source(short, settings=settings) == ["LiteLLM's table prices.json"]

    def test_an_entry_without_a_price_of_tokens_is_none(self, settings: Settings) -> None:
        assert cost(use("drawing-1", output_tokens=5), settings=settings) == [None]

    def test_another_table_is_another_edition(self, settings: Settings) -> None:
        before = edition(settings)
        Path(settings.money.price_table).write_text("{}", encoding="utf-8")
        assert edition(settings) != before
        assert edition(Settings()) != before

    @pytest.mark.parametrize("text", [None, "[]", "no json"])
    def test_a_table_that_cannot_be_read_is_named(self, text: str | None, tmp_path: Path) -> None:
        path = tmp_path / "prices.json"
        if text is not None:
            path.write_text(text, encoding="utf-8")
        settings = Settings(money=MoneySettings(price_table=str(path)))
        with pytest.raises(ConfigError, match=r"prices\.json"):
            cost(use("composer-1", output_tokens=1), settings=settings)

    def test_the_installed_package_is_found_without_importing_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        package = tmp_path / "litellm"
        package.mkdir()
        (package / "__init__.py").write_text("raise RuntimeError", encoding="utf-8")
        assert find_table("") is None
        monkeypatch.syspath_prepend(tmp_path)
        (package / "model_prices_and_context_window_backup.json").write_text(
            json.dumps(TABLE), encoding="utf-8"
        )
        assert cost(use("composer-1", output_tokens=1_000_000)) == [Decimal(10)]
        assert source(use("composer-1")) == ["litellm of unknown version"]


@pytest.mark.reference
def test_the_thirteen_requests_of_a_real_session_cost_what_was_worked_out_by_hand() -> None:
    """57 in, 293,447 read, 28,933 written and 3,306 out of Sonnet 4: $0.2463."""
    largest: dict[tuple[str, str], dict[str, Any]] = {}
    place = ("ai-telemetry", "claude-code", "session-v1.0.111.jsonl")
    log = reference(*place, unread="the price of a real session not checked")
    for line in log.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry.get("type") != "assistant" or "usage" not in entry["message"]:
            continue
        usage, key = entry["message"]["usage"], (entry["message"]["id"], entry.get("requestId"))
        found = {
            "uncached_input_tokens": usage["input_tokens"],
            "cache_read_tokens": usage["cache_read_input_tokens"],
            "cache_write_5m_tokens": usage["cache_creation_input_tokens"],
            "output_tokens": usage["output_tokens"],
        }
        kept = largest.setdefault(key, dict.fromkeys(found, 0))
        largest[key] = {name: max(kept[name], value) for name, value in found.items()}
    requests = [
        use("claude-sonnet-4-20250514", provider="anthropic", **tokens)
        for tokens in largest.values()
    ]
    table = rows("ai_request", *requests)
    amounts, _ = priced(table, PriceBook(Settings()))
    assert (len(requests), pa.compute.sum(amounts).as_py()) == (13, Decimal("0.246293850"))


def test_without_the_price_list_own_prices_hold_and_the_way_to_more_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("trueup.store.prices.book.version", absent)
    own = Settings(prices=(PriceSettings(model="m-*", input=1.0, output=2.0),))

    assert "trueup[prices]" in remedy()
    assert edition(own)
    found = PriceBook(own)
    mine = Use(provider=None, model="m-1", tier=None)
    assert found.price(mine, DAY_2026) is not None
    assert found.price(replace(mine, model="gpt-4o"), DAY_2026) is None
