from __future__ import annotations

import datetime as dt
import io
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from tests.cli.conftest import Stage
from tests.cli.stage import Staged, run
from tests.measure.test_ai_cost import billed, drawn
from tests.measure.tools import Tools
from trueup.cli.saying.spending import spend_as_json, spend_in_words
from trueup.cli.watching import live, watch
from trueup.collect.running.collected import Collected
from trueup.config import Connection, MoneySettings, Settings
from trueup.errors import CollectError, ConfigError, TrueupError
from trueup.estimate.asking.spending import Spending
from trueup.measure.spending.spend import spend
from trueup.measure.spending.totals import Total
from trueup.model.evidence import Abstention

LOGS = Settings(connections=(Connection(source="claude_code", targets=("here",)),))
NOON = dt.datetime(2026, 6, 10, 12, 0, 30, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def known() -> Spending:
    world = billed()
    world.add(
        "ai_gap",
        tool="claude-code",
        started_at=1_780_500_000_000_000,
        seen_by="admin_api",
        other_seen_by="log",
        tokens=200,
        other_tokens=150,
    )
    money = MoneySettings(salary_per_year=96_000)
    return Spending(
        spend=spend(world.ready(), Settings(money=money)),
        budget=Abstention(metric="b", reason="No whole day.", remedy="Wait."),
    )


def test_each_basis_has_a_line_and_the_reader_is_told_that_they_are_not_added(
    known: Spending,
) -> None:
    lines = list(spend_in_words(known))
    text = "\n".join(lines)
    for words in ("At list price: at least $", "Invoiced: €", "Fees for seats: $"):
        assert words in text
    assert "As the tools guess it: about $" in text
    assert sum("never added up" in line for line in lines) == 1
    assert len(lines) < 40
    assert all("\u00a0" not in line for line in lines)


def test_gaps_between_sources_the_salary_and_the_budget_are_said(known: Spending) -> None:
    text = "\n".join(spend_in_words(known))
    assert "logs on machines have -25.0 % tokens against vendors' interfaces" in text
    assert "Of what a developer costs: " in text
    assert "Budget: cannot tell. No whole day. Wait." in text


def test_json_holds_every_number_with_its_unit_its_interval_and_its_currency(
    known: Spending,
) -> None:
    found = json.loads(json.dumps(spend_as_json(known)))
    bases = {each["group"]["basis"] for each in found["costs"]}
    assert bases == {"list", "invoice", "admin_api", "seat", "overage", "vendor_estimate"}
    assert all(each["unit"] == "cost_per_month" for each in found["costs"])
    assert {each["seen_by"] for each in found["sources"]} == {"admin_api", "otlp"}
    assert found["budget"]["kind"] == "abstention"
    assert not any("person" in key for key in found)


def test_without_any_record_the_answer_says_what_to_connect() -> None:
    found = Spending(spend=spend(Tools("2026-06-30").ready(), Settings()))
    lines = list(spend_in_words(found))
    assert lines[0] == "What AI tools cost cannot be told."
    assert any("Connect an AI vendor's admin interface" in line for line in lines)


def test_where_only_logs_tell_of_it_the_bound_is_explained() -> None:
    world = drawn()
    for row in world.rows["ai_request"]:
        row["seen_by"] = "log"
    text = "\n".join(spend_in_words(Spending(spend=spend(world.ready(), Settings()))))
    assert "Machines whose logs are not collected are not in it" in text


def test_what_is_not_in_it_is_said_once_and_a_series_speaks_of_its_whole_span() -> None:
    """Requests of 2 to 11 June, in two whole weeks; two measures lack bills."""
    found = spend(drawn().ready(), Settings(), every="week")
    lines = list(spend_in_words(Spending(spend=found)))
    assert lines[0] == "What AI tools cost, 1 June 2026 to 14 June 2026"
    assert sum("no bills of AI tools are recorded" in line for line in lines) == 1


def test_no_person_is_named_in_words_or_for_machines() -> None:
    """Nine with eight tokens each and one with a million: nobody can tell who that is."""
    world = Tools("2026-06-30")
    for number in range(10):
        tokens = 1_000_000 if number == 4 else 8
        world.use(f"s{number}", f"pseudonym-{number}", "2026-06-02", "1.00", tokens)
    for by in ((), ("tool",), ("repository", "model")):
        asked = Spending(spend=spend(world.ready(), Settings(), by=by))
        said = "\n".join(spend_in_words(asked)) + json.dumps(spend_as_json(asked))
        assert "pseudonym" not in said
        assert "1000000" not in said


def test_the_verb_passes_on_what_is_asked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Spending(spend=spend(Tools("2026-06-30").ready(), Settings()))
    staged = stage(lambda: found)
    words = ["spend", "--by", "tool", "--by", "team", "--every", "month", "--json"]
    assert run(monkeypatch, words) == 0
    verb, _, named = staged.asked[-1]
    assert (verb, named["by"], named["every"]) == ("spend", ["tool", "team"], "month")
    assert "spend" in json.loads(capsys.readouterr().out)


def test_watching_takes_no_other_question(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage(lambda: None)
    assert run(monkeypatch, ["spend", "--watch", "--by", "tool"]) == 2
    assert "--watch shows today and this month" in capsys.readouterr().err


class Watched(Staged):
    """A workspace whose logs grow by one request each time they are collected."""

    def __init__(
        self,
        failed: tuple[tuple[str, TrueupError], ...] = (),
        error: TrueupError | None = None,
    ) -> None:
        super().__init__(lambda: None, LOGS)
        self.rounds = 0
        self.failed = failed
        self.error = error

    def collect(self, places: Any, *, only: list[str]) -> Collected:
        assert (places, only) == ((), ["claude_code"])
        self.rounds += 1
        if self.error:
            raise self.error
        return Collected(repository_ids=(), failed=self.failed)

    def used(self, window: Any) -> Total:
        self.asked.append(("used", (window,), {}))
        kinds = {"uncached input": 1_200_000 * self.rounds, "output": 34}
        return Total(
            requests=self.rounds,
            priced_requests=self.rounds - 1,
            tokens=kinds,
            unpriced_tokens=7,
            cost=1.25 * self.rounds,
            currency="USD",
        )


def text_of(table: Table) -> str:
    console = Console(width=100, file=io.StringIO())
    with console.capture() as printed:
        console.print(table)
    return printed.get()


def test_watching_collects_the_logs_again_and_again_and_shows_today_and_this_month() -> None:
    space = Watched()
    shown: list[Table] = []
    watch(
        space,  # type: ignore[arg-type]
        shown.append,
        over=lambda: space.rounds == 2,
        now=lambda: NOON,
    )
    first, second = (text_of(table) for table in shown)
    assert "unknown" in first
    assert "2.4m" in second
    assert "$2.50" in second
    assert "7 tokens" in second
    spans = [window for _, (window,), _ in space.asked[:2]]
    day = 86_400_000_000
    midnight = int(NOON.timestamp() * 1e6) // day * day
    assert [span.start_at for span in spans] == [midnight, midnight - 9 * day]
    assert all(span.end_at > int(NOON.timestamp() * 1e6) for span in spans)


@pytest.mark.parametrize("of_all", [True, False])
def test_what_cannot_be_read_is_named_and_what_is_known_is_shown(of_all: bool) -> None:
    """One log of several, or all of them, or a workspace another process writes to."""
    error = CollectError("It is locked.", hint="Wait.")
    space = Watched(error=error) if of_all else Watched(failed=(("here", error),))
    shown: list[Table] = []
    watch(space, shown.append, over=lambda: True, now=lambda: NOON)  # type: ignore[arg-type]
    assert "It is locked." in text_of(shown[0])


def test_without_logs_on_this_machine_there_is_nothing_to_watch() -> None:
    with pytest.raises(ConfigError, match="nothing to watch"):
        watch(Staged(lambda: None), print, over=lambda: True)  # type: ignore[arg-type]


def test_an_interrupt_in_the_middle_of_a_round_ends_the_live_view_cleanly(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The round it falls into is shown whole; afterwards an interrupt is one again."""

    class Interrupted(Watched):
        def collect(self, places: Any, *, only: list[str]) -> Collected:
            os.kill(os.getpid(), signal.SIGINT)
            return super().collect(places, only=only)

    space, before = Interrupted(), signal.getsignal(signal.SIGINT)
    live(space)  # type: ignore[arg-type]
    assert space.rounds == 1
    assert "today" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is before


def test_no_option_of_the_verb_splits_or_sorts_by_person(tmp_path: Path) -> None:
    from trueup.workspace import Workspace

    space = Workspace.open(tmp_path / ".trueup")
    for who in ("person", "author", "account"):
        with pytest.raises(Exception, match="single persons"):
            space.spend(by=(who,))
