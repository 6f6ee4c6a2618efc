"""Of use that several sources tell of, and that no key ties together, the most trusted counts.

Every scene is a tool of its own, so that all of them are linked at once.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.store.links.using import (
    ANN,
    BEN,
    LOG,
    OTLP,
    REPORT,
    WIRE,
    day,
    of_session,
    request,
    total,
)
from tests.store.links.world import Row, World, at

TARGETS = {"log": LOG, "otlp": WIRE, "admin_api": REPORT, "gateway": "litellm:all"}
LANDED: dict[str, list[Row]] = {target: [] for target in TARGETS.values()}


def scene(name: str, *rows: Row) -> str:
    """Land rows that tell of one tool's use; a row without a tool is of a provider of that name."""
    for row in rows:
        own = {"request_id": f"{name} {row['request_id']}"}
        own |= {"tool": name} if row["tool"] else {"provider": name}
        if row.get("session_id"):
            own["session_id"] = row["session_id"].replace("claude-code", name)
        if row.get("event_key"):
            own["event_key"] = f"{row['event_key']} {name}"
        LANDED[TARGETS[row["seen_by"]]].append({**row, **own})
    return name


class Told:
    """What is read of each scene once all is linked."""

    def __init__(self, world: World) -> None:
        self._requests = world.read("ai_request")
        self._gaps = world.read("ai_gap")

    def counted(self, name: str) -> int:
        """Return the tokens that count."""
        return sum(total(row) for row in self._of(name) if row["is_counted"])

    def sessions(self, name: str) -> dict[str, int]:
        """Return the tokens in the cost of each session."""
        found: dict[str, int] = {}
        for row in self._of(name):
            if row["is_of_session"]:
                session = row["session_id"].rpartition(":")[2]
                found[session] = found.get(session, 0) + total(row)
        return found

    def gaps(self, name: str) -> list[dict[str, Any]]:
        """Return the rows on what two sources say of the same use."""
        return [row for row in self._gaps if name in (row["tool"], row["provider"])]

    def _of(self, name: str) -> list[dict[str, Any]]:
        return [row for row in self._requests if name in (row["tool"], row["provider"])]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Land all scenes and link them."""
    world = World(tmp_path_factory.mktemp("scenes") / ".trueup")
    for target, rows in LANDED.items():
        world.land(target.partition(":")[0], target, ai_request=rows)
    return Told(world.linked())


PAIN = scene(
    "pain",
    day("d", 0, 837, **ANN),
    request("a", 0.1, 200, **ANN, **of_session("s")),
    request("b", 0.2, 84, **ANN, **of_session("s")),
    request("c", 0.3, 55, **BEN, **of_session("t")),
)


def test_pain_21_the_most_trusted_counts_and_the_gap_is_kept(told: Told) -> None:
    """By hand: the vendor saw 837 tokens of Ann's day, her log 284; Ben is in the log only."""
    assert told.counted(PAIN) == 837 + 55
    assert told.sessions(PAIN) == {"s": 284, "t": 55}
    (gap,) = told.gaps(PAIN)
    assert (gap["seen_by"], gap["other_seen_by"]) == ("admin_api", "log")
    assert (gap["tokens"], gap["other_tokens"]) == (837, 284)
    # Sonnet 4: three dollars per million tokens of input.
    assert gap["list_cost"] == Decimal("0.002511")
    assert gap["other_list_cost"] == Decimal("0.000852")


SESSION = scene(
    "session",
    request("w", 1, 500, **OTLP, **of_session("s")),
    request("a", 1, 300, **of_session("s")),
    request("b", 2, 70, **of_session("unseen")),
)


def test_a_session_the_telemetry_saw_counts_once(told: Told) -> None:
    assert told.counted(SESSION) == 500 + 70
    assert told.sessions(SESSION) == {"s": 500, "unseen": 70}


KEYS = scene(
    "keys",
    request("w", 1, 100, event_key="anthropic_request:r1", **OTLP, **of_session("s")),
    request("a", 1, 100, event_key="anthropic:m1:r1", **of_session("s")),
    request("b", 2, 40, event_key="anthropic:m2:r2", **of_session("s")),
)


def test_a_request_with_a_key_of_its_own_is_not_among_those_with_other_keys(told: Told) -> None:
    """Telemetry lost one of two requests; the log has both, and both count once."""
    assert told.counted(KEYS) == 140
    assert told.gaps(KEYS) == []


ANYBODY = scene("anybody", day("d", 0, 400, **ANN), request("a", 0.1, 390))


def test_a_person_the_log_does_not_name_may_be_anybody_in_the_report(told: Told) -> None:
    assert told.counted(ANYBODY) == 400


NOBODY = scene(
    "nobody", day("d", 0, 400, **ANN), request("a", 0.1, 390, **ANN), request("b", 0.1, 30)
)


def test_a_person_the_log_does_not_name_is_nobody_it_names_elsewhere(told: Told) -> None:
    """Ann's day is in both; the other machine's is neither hers nor anybody's reported."""
    assert told.counted(NOBODY) == 430


OF_A_KEY = scene(
    "of a key",
    day("key", 0, 400),
    day("d", 0, 10, **ANN),
    request("a", 0.1, 8, **ANN),
    request("b", 0.1, 300, **BEN),
)


def test_use_of_a_key_may_be_that_of_a_person_the_report_does_not_name(told: Told) -> None:
    assert told.counted(OF_A_KEY) == 410


PARTIAL = scene(
    "partial",
    day("d", 0, 50, ended_at=at(1), **ANN),
    request("a", 0.5, 45, **ANN),
    request("b", 1.2, 30, **ANN),
)


def test_after_a_report_that_ends_in_the_day_the_log_counts(told: Told) -> None:
    """The report speaks until hour 1; hour 0 of the calendar is in the day it is of."""
    assert told.counted(PARTIAL) == 80


OTHER_DAY = scene("other day", day("d", 0, 50, **ANN), request("b", 30, 30, **ANN))
OTHER_TOOL = scene("other tool", request("a", 0.1, 45, **ANN))


def test_another_day_and_another_tool_are_other_use(told: Told) -> None:
    assert (told.counted(OTHER_DAY), told.counted(OTHER_TOOL)) == (80, 45)


ACCOUNT = scene(
    "account",
    day("d0", 0, 1_000, tool=None),
    day("d1", 1, 1_000, tool=None),
    request("a", 0.1, 300, provider="account", **ANN),
)


def test_a_report_on_a_whole_account_counts_where_nothing_else_tells_of_the_day(
    told: Told,
) -> None:
    assert told.counted(ACCOUNT) == 300 + 1_000
    (gap,) = told.gaps(ACCOUNT)
    assert (gap["tool"], gap["provider"]) == (None, "account")
    assert (gap["tokens"], gap["other_tokens"]) == (300, 1_000)
    assert (gap["seen_by"], gap["other_seen_by"]) == ("log", "admin_api")


PLAN = scene(
    "plan",
    day("all", 0, 1_000, tool=None),
    day("plan", 0, 200, provider="plan", service_tier="subscription", **ANN),
    request("a", 0.1, 190, provider="plan", **ANN),
)


def test_use_of_a_subscription_is_in_no_report_on_the_account(told: Told) -> None:
    assert told.counted(PLAN) == 1_200


GATEWAY = scene(
    "gateway",
    request("g", 0.1, 110, seen_by="gateway", **ANN, **of_session("of-gateway")),
    request("a", 0.1, 100, **ANN, **of_session("s")),
)


def test_sessions_of_a_gateway_are_its_own(told: Told) -> None:
    assert told.counted(GATEWAY) == 110
    assert told.sessions(GATEWAY) == {"s": 100, "of-gateway": 110}


THREE = scene(
    "three",
    day("d", 0, 500, **ANN),
    request("w", 0.1, 480, **OTLP, **ANN, **of_session("s")),
    request("a", 0.1, 460, **of_session("s")),
)


def test_three_tellings_of_a_day_count_once(told: Told) -> None:
    assert (told.counted(THREE), told.sessions(THREE)) == (500, {"s": 480})
    found = {(g["seen_by"], g["other_seen_by"]): g["other_tokens"] for g in told.gaps(THREE)}
    assert found == {("admin_api", "otlp"): 480, ("admin_api", "log"): 460}


def test_a_report_on_the_command_line_says_nothing_of_use_in_editors(world: World) -> None:
    """By hand: the vendor's 900 of the command line stand for its 100, and not for the 50."""
    of_ann: dict[str, Any] = {"tool": "copilot", "provider": "github", "model": None, **ANN}
    world.land("copilot", "copilot:acme", ai_request=[day("d", 0, 900, surface="cli", **of_ann)])
    here = [
        request("c", 0.5, 100, surface="cli", session_id="copilot:c", **of_ann),
        request("e", 1, 50, surface="editor", session_id="copilot:e", **of_ann),
        request("u", 1.5, 7, session_id="copilot:u", **of_ann),
    ]
    world.land("copilot_local", "copilot_local:m1", ai_request=here)
    rows = world.linked().read("ai_request")

    assert {row["request_id"]: row["is_counted"] for row in rows} == {
        "d": True,
        "c": False,
        "e": True,
        "u": False,
    }
    (gap,) = world.read("ai_gap")
    assert (gap["tokens"], gap["other_tokens"]) == (900, 107)
