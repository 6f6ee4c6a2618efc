"""What Cursor says of days, requests, charges, commits and seats, in rows."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.collect.cursor.server import ADA, BOB, EVE, CursorServer, commit, event, ms, used
from tests.collect.incidents.visiting import NOW, Kept, Read, Tool
from tests.reference import reference
from trueup.collect.ai.reports.counts import day_start
from trueup.collect.fields import instant
from trueup.collect.sources.cursor.source import SOURCE
from trueup.config import Connection
from trueup.errors import ConfigError
from trueup.testing.scripted import scripted_web

TEAM = "cursor:api.cursor.com/team"
DAY_MICROSECONDS = 86_400_000_000
ADA_ID, BOB_ID = "email|ada@acme.example", "email|bob@acme.example"
USAGE = {
    "inputTokens": 126,
    "outputTokens": 450,
    "cacheWriteTokens": 6112,
    "cacheReadTokens": 11964,
    "totalCents": 20.18232,
}


def tool_of(**options: object) -> Tool:
    connection = Connection(source="cursor", options={"since": "2026-09-01", **options})
    return Tool(SOURCE, connection, TEAM)


TOOL = tool_of(host="github.com")


def read(server: CursorServer, tool: Tool = TOOL) -> Read:
    return tool.collected(server.answer)


def read_files(folder: Path, **files: object) -> Read:
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return Tool(SOURCE, Connection(source="cursor"), "cursor:x", str(folder)).collected(
        CursorServer().answer
    )


# requests


def test_input_tokens_of_a_request_leave_out_what_was_cached() -> None:
    """126 + 11,964 + 6,112 + 450 = 18,652 tokens in four disjoint buckets."""
    row = read(CursorServer(events=[event("2026-09-18", 9, tokenUsage=USAGE)])).only("ai_request")
    buckets = {name: row[name] for name in row if name.endswith("_tokens")}
    assert buckets == {
        "uncached_input_tokens": 126,
        "cache_read_tokens": 11964,
        "cache_write_5m_tokens": 6112,
        "cache_write_1h_tokens": 0,
        "output_tokens": 450,
        "reasoning_output_tokens": None,
    }
    assert (row["requested_at"], row["request_count"]) == (ms("2026-09-18", 9) * 1000, 1)
    assert (row["person_id"], row["tool"], row["seen_by"]) == (ADA_ID, "cursor", "admin_api")


def test_a_request_without_tokens_has_unknown_ones_and_not_none() -> None:
    row = read(CursorServer(events=[event("2026-09-18", 9)])).only("ai_request")
    assert {row[name] for name in row if name.endswith("_tokens")} == {None}


def test_the_same_request_twice_in_one_answer_is_two_and_in_two_answers_one() -> None:
    """Two equal requests of one instant are two; the next visit sees both again, and no third."""
    server = CursorServer(events=[event("2026-09-19", 9) for _ in range(2)])
    kept = TOOL.visit(server.answer)
    assert len(TOOL.read(kept)["ai_request"]) == 2
    kept = TOOL.visit(server.answer, kept, now=NOW + DAY_MICROSECONDS)
    assert [key for kind, key in kept.bodies if kind == "event" and key in kept.written] == []
    assert len(TOOL.read(kept)["ai_request"]) == 2


def test_a_charge_that_comes_late_belongs_to_the_request_known_already() -> None:
    server = CursorServer(events=[event("2026-09-20", 9, chargedCents=None)])
    kept = TOOL.visit(server.answer)
    server.events = [event("2026-09-20", 9, chargedCents=12, kind="Usage-based", isChargeable=True)]
    found = TOOL.read(TOOL.visit(server.answer, kept))
    assert len(found["ai_request"]) == 1
    assert found.only("ai_spend")["amount"] == Decimal("0.12")


def test_a_request_an_answer_no_longer_tells_of_is_gone_and_rolled_off_days_stay() -> None:
    """Tokens of one were corrected, so it has another name; the 1st is out of the window."""
    server = CursorServer(
        events=[
            event("2026-09-20", 9, tokenUsage={"inputTokens": 5}),
            event("2026-09-20", 10),
            event("2026-09-01", 9),
        ]
    )
    kept = TOOL.visit(server.answer)
    server.events = [event("2026-09-20", 9, tokenUsage={"inputTokens": 7}), server.events[1]]
    kept = TOOL.visit(server.answer, kept, is_reconciling=True)
    found = TOOL.read(kept)
    assert len(found["ai_request"]) == 3
    assert [one["uncached_input_tokens"] for one in found["ai_request"]].count(7) == 1
    assert len(found.gone) == 1


def test_repeats_on_two_pages_of_an_answer_are_two() -> None:
    server = CursorServer(events=[event("2026-09-19", 9) for _ in range(3)], page=1)
    assert len(read(server)["ai_request"]) == 3


# money


def test_what_is_charged_holds_the_fee_on_tokens_once() -> None:
    """The documented example: 40.167 cents less 10 % is 36.1503, and 1.18 of fee is 37.3303,
    charged as 37.33 cents = $0.3733. The fee is not added to it a second time."""
    charged: dict[str, Any] = {
        "kind": "Usage-based",
        "isChargeable": True,
        "tokenUsage": USAGE | {"totalCents": 40.167, "discountPercentOff": 10},
        "chargedCents": 37.33,
        "cursorTokenFee": 1.18,
    }
    row = read(CursorServer(events=[event("2026-09-18", 9, **charged)])).only("ai_spend")
    assert (row["amount"], row["currency"]) == (Decimal("0.3733"), "USD")
    assert row["cost_basis"] == "overage"


def test_where_no_charge_is_stated_cost_and_fee_make_it_up() -> None:
    """20.18232 + 1.18 = 21.36232 cents."""
    charged: dict[str, Any] = {"kind": "Usage-based", "isChargeable": True, "tokenUsage": USAGE}
    one = event("2026-09-18", 9, **charged, cursorTokenFee=1.18, chargedCents=None)
    assert read(CursorServer(events=[one])).only("ai_spend")["amount"] == Decimal("0.2136232")


def test_a_request_that_says_nothing_of_money_costs_nothing_known_and_not_zero() -> None:
    one = event("2026-09-18", 9, chargedCents=None)
    assert read(CursorServer(events=[one]))["ai_spend"] == []


@pytest.mark.parametrize(
    ("kind", "chargeable", "basis"),
    [
        ("Usage-based", True, "overage"),
        ("Included in Business", False, "vendor_estimate"),
        ("Usage-based", None, "overage"),
        ("USAGE_EVENT_KIND_USAGE_BASED", None, "overage"),
        ("On-Demand", None, "overage"),
        ("Included in Business", None, "vendor_estimate"),
        (None, None, "vendor_estimate"),
        ("Usage-based", False, "vendor_estimate"),
    ],
)
def test_what_the_plan_includes_is_an_estimate_and_what_goes_beyond_is_billed(
    kind: str | None, chargeable: bool | None, basis: str
) -> None:
    one = event("2026-09-18", 9, kind=kind, isChargeable=chargeable)
    assert read(CursorServer(events=[one])).only("ai_spend")["cost_basis"] == basis


# days


def test_a_day_tells_prompts_by_kind_and_offers_by_number() -> None:
    """87 applies were 73 taken and 14 refused; 289 of 342 completions were taken.

    1,543 lines were added in all, by hand too: none of them counts as suggested.
    """
    found = read(CursorServer(days=[_SAMPLE_DAY]))
    shared = {"happened_at": day_start("2026-09-18"), "person_id": ADA_ID}
    prompts = {one["name"]: one["count"] for one in found["ai_activity"] if one["name"]}
    assert prompts == {"composer": 45, "chat": 128, "agent": 12, "cmdk": 67}
    assert found.only("ai_activity", kind="edit_accepted")["count"] == 73
    assert found.only("ai_activity", kind="edit_rejected")["count"] == 14
    lines = [(o["layer"], o["mode"], o["offered_count"], o["accepted_count"], o["lines_added"],
              o["lines_removed"]) for o in found["ai_lines"]]  # fmt: skip
    assert sorted(lines, key=str) == [
        ("accepted", "completion", None, 289, None, None),
        ("accepted", None, None, 73, 1102, 645),
        ("suggested", "completion", 342, None, None, None),
        ("suggested", None, 87, None, None, None),
    ]
    assert all(shared.items() <= one.items() for one in (*found["ai_lines"], *found["ai_activity"]))


_SAMPLE_DAY = used(
    "2026-09-18",
    ADA,
    totalLinesAdded=1543,
    totalLinesDeleted=892,
    acceptedLinesAdded=1102,
    acceptedLinesDeleted=645,
    totalApplies=87,
    totalAccepts=73,
    totalRejects=14,
    totalTabsShown=342,
    totalTabsAccepted=289,
    composerRequests=45,
    chatRequests=128,
    agentRequests=12,
    cmdkUsages=67,
)


def test_a_member_who_does_nothing_has_a_seat_and_no_day() -> None:
    found = read(CursorServer(days=[used("2026-09-18", BOB)]))
    assert found["ai_activity"] == found["ai_lines"] == []
    assert {one["person_id"] for one in found["ai_seat"]} == {ADA_ID, BOB_ID}


def test_a_seat_ends_when_its_member_is_removed_and_stays_known() -> None:
    server = CursorServer(members=[ADA, BOB, EVE], removed=[EVE])
    kept = TOOL.visit(server.answer)
    server.removed = [EVE, BOB]
    later = NOW + DAY_MICROSECONDS
    kept = TOOL.visit(server.answer, kept, now=later)
    found = TOOL.read(kept, now=later)
    ended = {one["person_id"]: one["ended_at"] for one in found["ai_seat"]}
    assert ended == {ADA_ID: None, BOB_ID: later}
    assert TOOL.visit(server.answer, kept, now=later).written == []


# commits


def test_lines_of_a_commit_are_those_of_completions_and_of_agents() -> None:
    found = read(CursorServer(commits=[commit("D1" * 20, "2026-09-18")]))
    by_mode = {one["mode"]: one for one in found["ai_lines"]}
    lines = {mode: (o["lines_added"], o["lines_removed"]) for mode, o in by_mode.items()}
    assert lines == {"completion": (50, 10), "agent": (40, 5)}
    for one in found["ai_lines"]:
        assert one["layer"] == "committed"
        assert one["commit_id"] == f"github.com/acme/shop:{'d1' * 20}"
        assert one["repository_id"] == "github.com/acme/shop"
        assert one["happened_at"] == instant("2026-09-18T09:00:00Z")


def test_a_commit_on_several_branches_counts_once_and_the_default_branch_says() -> None:
    some = [
        commit("d1" * 20, "2026-09-18", composerLinesAdded=41),
        commit("d1" * 20, "2026-09-18", isPrimaryBranch=True, branchName="main"),
        commit("d1" * 20, "2026-09-18", branchName="aaa", composerLinesAdded=42),
    ]
    for order in (some, some[::-1]):
        found = read(CursorServer(commits=list(order)))
        assert found.only("ai_lines", mode="agent")["lines_added"] == 40


def test_a_repository_without_a_known_host_stays_unknown_and_the_commit_does_not() -> None:
    server = CursorServer(commits=[commit("d1" * 20, "2026-09-18")])
    row = read(server, tool_of()).only("ai_lines", mode="agent")
    assert (row["repository_id"], row["commit_id"]) == (None, "d1" * 20)
    server.commits = [commit("d1" * 20, "2026-09-18", repoName=None, nonAiLinesAdded=None)]
    row = read(server).only("ai_lines", mode="agent")
    assert (row["repository_id"], row["commit_id"]) == (None, "d1" * 20)


def test_messages_and_names_are_kept_nowhere() -> None:
    server = CursorServer(
        commits=[commit("d1" * 20, "2026-09-18", message="SECRET", branchName="SECRET")],
        events=[event("2026-09-18", 9, prompt="SECRET")],
        days=[used("2026-09-18", ADA, agentRequests=1, name="SECRET")],
    )
    kept = TOOL.visit(server.answer)
    assert "SECRET" not in json.dumps([list(kept.bodies.values()), kept.checkpoints])


# visits


def test_no_call_asks_for_more_than_thirty_days_and_none_is_left_out() -> None:
    """1 June to 21 September are 113 days: three spans of 30 and one of 23."""
    tool = tool_of(since="2026-06-01")
    asked = tool.visit(CursorServer().answer).asked
    spans = [
        (one.body["startDate"], one.body["endDate"])
        for one in asked
        if one.path.endswith("daily-usage-data")
    ]
    assert len(spans) == 4
    assert spans[0][0] == ms("2026-06-01")
    assert spans[-1][1] == ms("2026-09-22") - 1
    assert all(after[0] - before[1] == 1 for before, after in pairwise(spans))


def test_a_second_visit_asks_for_the_last_days_only() -> None:
    kept = tool_of(since="2026-06-01").visit(CursorServer().answer)
    kept = tool_of(since="2026-06-01").visit(CursorServer().answer, kept)
    starts = [one.body["startDate"] for one in kept.asked if one.body]
    assert starts == [ms("2026-09-18")] * 2


def test_a_key_without_commits_is_told_and_the_rest_is_read() -> None:
    kept = TOOL.visit(CursorServer(days=[_SAMPLE_DAY], has_commits=False).answer)
    (note,) = kept.notes
    assert (note.subject, "Enterprise" in note.remedy) == ("commits of cursor", True)
    assert len(kept.bodies) == 3


def test_the_key_goes_as_a_user_without_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURSOR_KEY", "key_123456789")
    connection = Connection(source="cursor", token="env:CURSOR_KEY")  # noqa: S106 - a place
    assert SOURCE.server is not None
    web = scripted_web(connection, SOURCE.server, CursorServer().answer)
    assert SOURCE.targets(connection, web) == [("team", TEAM)]


@pytest.mark.parametrize("options", [{"host": 3}, {"host": "a/b"}, {"since": "soon"}])
def test_an_option_that_is_none_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        tool_of(**options).visit(CursorServer().answer)


# files


def test_saved_answers_tell_the_same_as_the_interface(tmp_path: Path) -> None:
    server = CursorServer(
        days=[_SAMPLE_DAY], events=[event("2026-09-18", 9)], commits=[commit("d1", "2026-09-18")]
    )
    files = read_files(
        tmp_path,
        days={"data": server.days},
        events={"usageEvents": server.events},
        commits={"items": server.commits},
    )
    asked = read(server, tool_of())
    for table in ("ai_activity", "ai_request", "ai_spend", "ai_lines"):
        assert len(files[table]) == len(asked[table]) > 0


@pytest.fixture
def samples() -> Path:
    return reference("ai-telemetry", "cursor", unread="saved answers of Cursor not read")


def test_documented_examples_come_to_totals_worked_by_hand(samples: Path) -> None:
    """Two requests with tokens: 126 + 5,805 in, 450 + 311 out, 6,112 + 11,964 written to the
    cache and 11,964 read; 20.18232 + 40.167 cents billed beyond the plan = $0.6034932; the third,
    included, names neither tokens nor money. Commits: 21 + 0 + 3 lines of completions and
    118 of agents. Days: 1,102 + 1,876 lines taken over, 45 + 67 prompts to the composer.
    """
    kept = Kept()
    tool = Tool(SOURCE, Connection(source="cursor"), "cursor:x", str(samples))
    found = tool.read(tool.visit(CursorServer().answer, kept))
    sums = {
        name: sum(one[name] or 0 for one in found["ai_request"])
        for name in ("uncached_input_tokens", "output_tokens", "cache_write_5m_tokens")
    }
    assert sums == {
        "uncached_input_tokens": 5931,
        "output_tokens": 761,
        "cache_write_5m_tokens": 18076,
    }
    assert [one["cache_read_tokens"] for one in found["ai_request"]].count(None) == 1
    assert {one["cost_basis"] for one in found["ai_spend"]} == {"overage"}
    assert sum(one["amount"] for one in found["ai_spend"]) == Decimal("0.6034932")
    committed = [one for one in found["ai_lines"] if one["layer"] == "committed"]
    added = {"completion": 0, "agent": 0}
    for one in committed:
        added[one["mode"]] += one["lines_added"]
    assert added == {"completion": 24, "agent": 118}
    accepted = [one for one in found["ai_lines"] if one["layer"] == "accepted"]
    assert sum(one["lines_added"] or 0 for one in accepted) == 2978
    composer = [one for one in found["ai_activity"] if one["name"] == "composer"]
    assert sum(one["count"] for one in composer) == 112
    assert found.skipped == []
    assert kept.notes == []
