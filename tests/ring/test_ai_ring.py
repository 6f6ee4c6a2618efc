"""The ring of AI tools: what six vendors tell of made-up use comes back as it was.

Each person uses one tool; the story knows every request, line, loop and commit.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import pytest_socket

from tests.collect.anthropic.server import AnthropicServer
from tests.collect.copilot.server import CopilotServer
from tests.collect.incidents.visiting import Tool
from tests.ring.conftest import SMALL
from trueup.collect.receiving.doors import Message
from trueup.collect.sources.copilot.source import SOURCE as COPILOT
from trueup.collect.sources.otlp.receiving.door import OtlpDoor
from trueup.collect.sources.otlp.receiving.inbox import Inbox
from trueup.config import Connection, Settings
from trueup.simulate.payloads.ai import claude_code, codex, days, otlp
from trueup.simulate.payloads.ai.using import (
    SOURCES,
    Session,
    Source,
    told_by,
    use_of,
)
from trueup.simulate.payloads.telling import tell
from trueup.simulate.scenario import Use
from trueup.simulate.teams import FIRST_DAY
from trueup.simulate.waste import Waste
from trueup.testing.loopback import served
from trueup.workspace import Workspace

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),  # Ibis 12's
]
WORLD = replace(
    SMALL,
    teams=6,
    weeks=9,
    use=Use(adopting_ratio=1.0, first_week=1, last_week=3, users_ratio=1.0, policy_week=5),
)
SINCE = "2024-01-01"
TOKEN = "TRUEUP_RING_TOKEN"  # noqa: S105 - the name of a variable
BUCKETS = ("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
Row = dict[str, Any]


@cache
def used() -> tuple[Session, ...]:
    return use_of(tell(WORLD))


def of(source: Source) -> tuple[Session, ...]:
    return told_by(source, used())


@dataclass(frozen=True)
class Collected:
    """What the workspace holds."""

    tables: dict[str, list[Row]]

    def of(self, source: Source, table: str) -> list[Row]:
        """Return the rows one source told of: once linked, their tool and session tell."""
        return [row for row in self.tables[table] if teller(row) == source]


def teller(row: Row) -> Source:
    """Return who told of a row: three tell of Claude Code, each with sessions of its own form."""
    tools: dict[str, Source] = {"openai-codex": "codex", "copilot": "copilot", "cursor": "cursor"}
    session = row["session_id"] or ""
    told: Source = "claude_code" if "-aaaa-" in session else "otlp"
    return tools.get(row["tool"] or "", told if session else "anthropic")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collected]:
    """Write and serve what the vendors tell, and collect it once."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"])
    folder = tmp_path_factory.mktemp("ai")
    server = AnthropicServer(
        claude_code=days.anthropic_analytics(of("anthropic")),
        costs=days.anthropic_costs(of("anthropic")),
    )
    with pytest.MonkeyPatch.context() as patch, served(server.answer) as url:
        patch.setenv(TOKEN, "token")
        tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
        patch.setattr("tests.collect.anthropic.server._TOMORROW", tomorrow.isoformat())
        told = Connection(
            source="anthropic", url=url, token=f"env:{TOKEN}", options={"since": SINCE}
        )
        settings = Settings(connections=(*written(folder), told))
        workspace = Workspace(folder / ".trueup", settings)
        assert workspace.collect([]).failed == ()
        names = ("ai_session", "ai_request", "ai_activity", "ai_lines", "ai_spend", "account")
        with workspace._warehouse.tables() as tables:
            yield Collected({name: tables.arrow(name).to_pylist() for name in names})


def written(folder: Path) -> Iterator[Connection]:
    """Write logs and saved reports, and yield the connections that read them."""
    files = {
        "claude_code": claude_code.transcripts(of("claude_code")),
        "codex": codex.rollouts(of("codex")),
        "copilot": {"users.ndjson": lines(days.copilot_lines(of("copilot")))},
        "cursor": {
            "events.json": json.dumps({"usageEvents": days.cursor_events(of("cursor"))}).encode(),
            "days.json": json.dumps({"data": days.cursor_days(of("cursor"))}).encode(),
        },
    }
    for source, named in files.items():
        for name, content in named.items():
            path = folder / source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for source in ("claude_code", "codex"):
        for one in sorted({each.person.login for each in used() if each.source == source}):
            yield Connection(
                source=source,
                name=f"{source} of {one}",
                targets=(str(folder / source / one),),
                options={"person": f"{one}@acme.example"},
            )
    for source in ("copilot", "cursor"):
        yield Connection(source=source, targets=(str(folder / source),))
    with closing(Inbox(folder / "otlp")) as inbox:
        door = OtlpDoor(inbox, lambda: FIRST_DAY + 400 * 86_400_000_000)
        for body in otlp.messages(of("otlp")):
            door.take(Message(path=otlp.PATH, content=body, kind="application/json"))
    yield Connection(source="otlp", targets=(str(folder / "otlp"),))


def lines(said: list[Row]) -> bytes:
    return "".join(f"{json.dumps(one)}\n" for one in said).encode()


def buckets(source: Source) -> tuple[int, ...]:
    """Return what a source can tell of the five buckets: some put several into one."""
    requests = [request for one in of(source) for request in one.requests]
    uncached, read, brief, long, output = (
        sum(getattr(one, name) for one in requests)
        for name in ("uncached", "cache_read", "cache_write_5m", "cache_write_1h", "output")
    )
    if source == "codex":
        return uncached + brief + long, read, 0, 0, output
    if source == "copilot":
        return uncached + read + brief + long, 0, 0, 0, output
    if source in ("otlp", "cursor", "anthropic"):
        return uncached, read, brief + long, 0, output
    return uncached, read, brief, long, output


@pytest.mark.parametrize("source", SOURCES)
def test_tokens_come_back_to_the_last_one(collected: Collected, source: Source) -> None:
    rows = collected.of(source, "ai_request")
    found = tuple(sum(row[f"{name}_tokens"] or 0 for row in rows) for name in BUCKETS)
    assert found == buckets(source)
    assert sum(found) == days.tokens(of(source)) > 0


@pytest.mark.parametrize("source", ["claude_code", "codex", "otlp", "cursor"])
def test_every_request_is_there_once(collected: Collected, source: Source) -> None:
    """Replies streamed in two lines, and counters said twice, are one request."""
    told = sum(len(one.requests) for one in of(source))
    assert len(collected.of(source, "ai_request")) == told > 10


@pytest.mark.parametrize("source", ["claude_code", "codex", "otlp"])
def test_every_session_is_there_once(collected: Collected, source: Source) -> None:
    assert len(collected.of(source, "ai_session")) == len(of(source)) > 5


@pytest.mark.parametrize("source", ["claude_code", "codex", "copilot", "anthropic"])
def test_lines_agents_wrote_are_those_they_wrote(collected: Collected, source: Source) -> None:
    rows = [row for row in collected.of(source, "ai_lines") if row["layer"] == "written"]
    assert sum(row["lines_added"] for row in rows) == sum(one.written for one in of(source)) > 0


@pytest.mark.parametrize("source", ["claude_code", "codex"])
def test_loops_and_commits_are_told_to_the_last_one(collected: Collected, source: Source) -> None:
    told = of(source)
    counted: Counter[str] = Counter()
    for row in collected.of(source, "ai_activity"):
        counted[row["kind"]] += row["count"]
    assert counted["tool_call"] == sum(one.calls for one in told)
    assert counted["looped_call"] == sum(one.looped for one in told) > 0
    kept = {one.sha for one in told if not one.is_discarded}
    shas = [row["commit_id"] for row in collected.of(source, "ai_activity")]
    assert {sha for sha in shas if sha is not None} == kept
    assert counted["commit"] == len(kept)


def test_what_cursor_charges_and_what_anthropic_says_it_cost_are_dollars(
    collected: Collected,
) -> None:
    """A thousand tokens are a cent; Anthropic's days are whole cents."""
    charged = sum(row["amount"] for row in collected.of("cursor", "ai_spend"))
    assert charged == Decimal(days.tokens(of("cursor"))) / 100_000
    told = days.anthropic_costs(of("anthropic"))
    cents = sum(int(row["amount"]) for rows in told.values() for row in rows)
    rows = [row for row in collected.of("anthropic", "ai_spend") if row["tool"] is None]
    assert {row["cost_basis"] for row in rows} == {"admin_api"}
    assert sum(row["amount"] for row in rows) == Decimal(cents) / 100


def test_what_the_tool_itself_guesses_is_an_estimate(collected: Collected) -> None:
    rows = collected.of("otlp", "ai_spend")
    micros = sum(otlp.micros(request) for one in of("otlp") for request in one.requests)
    assert {row["cost_basis"] for row in rows} == {"vendor_estimate"}
    assert sum(row["amount"] for row in rows) == Decimal(micros) / 1_000_000


@pytest.mark.parametrize("source", SOURCES)
def test_each_is_of_the_person_who_used_it(collected: Collected, source: Source) -> None:
    rows = [row for row in collected.of(source, "ai_request") if row["person_id"] is not None]
    people = {one.person.email for one in of(source)}
    assert len({row["person_id"] for row in rows}) == len(people)
    assert len(rows) == len(collected.of(source, "ai_request"))


def test_the_same_world_tells_the_same_use_again() -> None:
    again = use_of(tell(WORLD))
    assert again == used()
    assert claude_code.transcripts(told_by("claude_code", again)) == claude_code.transcripts(
        of("claude_code")
    )


def test_seats_of_copilot_are_those_of_its_users() -> None:
    server = CopilotServer(seats=days.copilot_seats(of("copilot")))
    connection = Connection(source="copilot", targets=("acme",), options={"since": "2026-09-19"})
    found = Tool(COPILOT, connection, "copilot:github.com/acme", "acme").collected(server.answer)
    assert len(found["ai_seat"]) == len({one.person for one in of("copilot")}) > 0


def test_waste_and_gaming_are_of_the_size_that_was_put_in() -> None:
    """Shares of sessions over a larger world, within four standard errors of a binomial."""
    world = replace(WORLD, teams=40, weeks=16)
    waste = Waste()
    told = use_of(tell(replace(world, is_detailed=False)), waste)
    for gamed in (False, True):
        own = [one for one in told if one.is_gamed == gamed]
        reach = 4 * (0.25 / len(own)) ** 0.5
        lost = sum(one.is_discarded for one in own) / len(own)
        looped = sum(one.looped for one in own) / sum(one.calls for one in own)
        assert len(own) > 100
        assert lost == pytest.approx(
            waste.gamed_discarded_ratio if gamed else waste.discarded_ratio, abs=reach
        )
        assert looped == pytest.approx(
            waste.gamed_looped_ratio if gamed else waste.looped_ratio, abs=reach
        )
