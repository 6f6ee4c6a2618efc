"""Events as rows; every expected value is worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.collect.events.writing import NOW, SHA, read, visit
from trueup.collect.fields import instant
from trueup.collect.repositories import repository_id_of
from trueup.collect.sources.events.parsing import parse_event
from trueup.collect.sources.events.rows.naming import change_id_of
from trueup.config import ServiceSettings

SHOP = "github.com/acme/shop"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "events"
    made.mkdir()
    return made


def test_pain_10_deployments_of_any_tool_land_with_commit_service_and_environment(
    folder: Path,
) -> None:
    (folder / "deployments.csv").write_text(
        "id,service,repository,environment,commit,started_at,finished_at,outcome,action,run\n"
        f"d-1,till,git@github.com:acme/shop.git,Live-EU,{SHA.upper()},2026-03-02T09:00:00+01:00,"
        "2026-03-02T09:05:00+01:00,,rollback,77\n"
    )
    assert read(visit(folder)).only("deployment") == {
        "deployment_id": "events:d-1",
        "service_id": "till",
        "repository_id": SHOP,
        "environment": "production",
        "kind": "rollback",
        "commit_id": f"{SHOP}:{SHA}",
        "started_at": instant("2026-03-02T08:00:00Z"),
        "finished_at": instant("2026-03-02T08:05:00Z"),
        "outcome": "success",
        "evidence": "file",
        "artifact_id": None,
        "run_id": "events:77",
    }


def test_what_a_line_leaves_out_is_what_the_schema_says(folder: Path) -> None:
    """Environment production, action deploy; outcome success once over, null while it runs."""
    (folder / "deployments.csv").write_text(
        "id,repository,started_at,finished_at\n"
        f"d-1,{SHOP},,2026-03-02T09:05:00Z\nd-2,{SHOP},2026-03-02T09:05:00Z,\n"
    )
    over, running = read(visit(folder))["deployment"]
    assert (over["environment"], over["kind"], over["outcome"]) == (
        *("production", "deploy"),
        "success",
    )
    assert running["outcome"] is None
    assert over["service_id"] == SHOP


def test_where_the_code_of_a_service_is_may_stand_in_the_settings(folder: Path) -> None:
    (folder / "deployments.csv").write_text(
        f"id,service,finished_at,commit\nd-1,Till,2026-03-02T09:05:00Z,{SHA}\n"
    )
    kept = visit(folder)
    till = ServiceSettings(name="till", repository=SHOP)
    assert read(kept, services=(till,)).only("deployment")["commit_id"] == f"{SHOP}:{SHA}"
    found = read(kept)
    assert found.only("deployment")["commit_id"] is None
    assert [skip.reason for skip in found.skipped] == ["commit is of no known repository"]


def test_an_incident_is_tied_to_what_the_line_says_brought_it(folder: Path) -> None:
    (folder / "incidents.csv").write_text(
        "id,service,severity,opened_at,resolved_at,deployment,change,repository,commit\n"
        f"i-1,till,sev1,2026-03-02T10:00:00Z,2026-03-02T11:00:00Z,d-1,{SHOP}#12,{SHOP},{SHA}\n"
        "i-2,till,,2026-03-03T10:00:00Z,,,,,\n"
    )
    found = read(visit(folder))
    assert [row["resolved_at"] is None for row in found["incident"]] == [False, True]
    links = {(row["target_kind"], row["target_id"], row["grade"]) for row in found["incident_link"]}
    assert links == {
        ("deployment", "events:d-1", "declared"),
        ("change", f"{SHOP}#12", "declared"),
        ("commit", f"{SHOP}:{SHA}", "declared"),
    }


def test_pain_18_a_day_of_a_team_begins_and_ends_at_midnight_where_the_workspace_is(
    folder: Path,
) -> None:
    """Berlin: 1 January begins at 23:00 UTC the day before; 31 March, summer time, ends at 22:00.

    The last day counts: the span ends when the next day begins.
    """
    (folder / "memberships.csv").write_text(
        "person,team,parent_team,from,to\n"
        "Ada@Example.org,Till  Team,Shop,2026-01-01,2026-03-31\nbob@example.org,till team,,,\n"
    )
    found = read(visit(folder), timezone="Europe/Berlin")
    ada = found.only("membership", person_id="email|ada@example.org")
    assert ada["started_at"] == instant("2025-12-31T23:00:00Z")
    assert ada["ended_at"] == instant("2026-03-31T22:00:00Z")
    bob = found.only("membership", person_id="email|bob@example.org")
    assert (bob["started_at"], bob["ended_at"]) == (None, None)
    team = found.only("team")
    assert (team["team_id"], team["parent_team_id"]) == ("events:till team", "events:shop")


def test_pain_18_a_clock_on_a_wall_counts_only_where_its_place_is_named(folder: Path) -> None:
    """03:30 on 29 March is the first half hour of summer time in Berlin: 01:30 UTC."""
    (folder / "deployments.csv").write_text("id,service,finished_at\nd-1,till,2026-03-29 03:30\n")
    assert read(visit(folder))["deployment"] == []
    options = {"timezone": "Europe/Berlin"}
    row = read(visit(folder, options=options), options=options).only("deployment")
    assert row["finished_at"] == instant("2026-03-29T01:30:00Z")


def test_times_in_teams_may_overlap_and_leave_gaps_which_are_counted(folder: Path) -> None:
    """Ada is in two in March, Bob in none in February, Cy changes from one to the other."""
    (folder / "memberships.csv").write_text(
        "person,team,from,to\n"
        "ada@example.org,A,2026-01-01,2026-03-31\nada@example.org,B,2026-03-01,\n"
        "bob@example.org,A,2026-01-01,2026-01-31\nbob@example.org,B,2026-03-01,\n"
        "cy@example.org,A,2026-01-01,2026-01-31\ncy@example.org,B,2026-02-01,\n"
    )
    kept = visit(folder)
    assert len(read(kept)["membership"]) == 6
    note = kept.told("times in teams")
    assert note.reason == (
        "1 person is in several teams at once, 1 person has days without a team between two"
    )


def test_a_person_is_one_by_all_addresses_and_logins_of_the_line(folder: Path) -> None:
    (folder / "people.csv").write_text(
        "email,name,other_emails,github,jira\n"
        "Ada@example.org,Ada,ada@home.example; ada@old.example,Ada-L,5b10ada\n"
    )
    rows = read(visit(folder))["account"]
    assert {row["person_id"] for row in rows} == {"email|ada@example.org"}
    assert {row["account_id"] for row in rows} == {
        *("email|ada@example.org", "email|ada@home.example", "email|ada@old.example"),
        *("github|login:ada-l", "jira|5b10ada"),
    }
    assert {row["link_rule"] for row in rows} == {None, "people_file"}


def test_a_service_may_have_code_in_several_places(folder: Path) -> None:
    (folder / "services.csv").write_text(
        f"service,repository,path,team\ntill,{SHOP},/apps/till/,Till\ntill,{SHOP},lib,\n"
    )
    rows = read(visit(folder))["service"]
    assert {row["path_prefix"] for row in rows} == {"apps/till/", "lib/"}
    assert {row["team_id"] for row in rows} == {"events:till"}


def test_policies_and_runs_land(folder: Path) -> None:
    (folder / "policies.csv").write_text("id,policy,team,tool,from\np,cap,Till,cursor,2026-02-01\n")
    (folder / "runs.csv").write_text(
        "id,repository,trigger,change,is_default_branch,started_at,finished_at,outcome,tests_run\n"
        f"9,{SHOP},change,{SHOP}#7,no,2026-03-02T09:00:00Z,2026-03-02T09:05:00Z,timed_out,12\n"
    )
    found = read(visit(folder))
    policy, run = found.only("policy_event"), found.only("pipeline_run")
    assert policy == policy | {
        "policy_event_id": "events:p",
        "kind": "cap",
        "team_id": "events:till",
        "started_at": instant("2026-02-01T00:00:00Z"),
        "ended_at": None,
    }
    assert run == run | {
        "run_id": "events:9",
        "attempt": 1,
        "change_id": f"{SHOP}#7",
        "is_default_branch": False,
        "outcome": "timed_out",
        "tests_run": 12,
    }


def test_an_outage_is_of_everyone_and_every_tool_unless_it_says_otherwise(folder: Path) -> None:
    (folder / "outages.csv").write_text(
        "id,why,team,tool,started_at,ended_at,evidence\n"
        "1,,,,2026-03-02T09:00:00Z,2026-03-02T15:00:00Z,\n"
        "2,rate_limit,Till,Claude Code,2026-03-03T09:00:00Z,,gateway\n"
    )
    whole, limit = read(visit(folder))["ai_outage"]
    assert whole == whole | {
        "outage_id": "events:ai_outage/1",
        "kind": "outage",
        "started_at": instant("2026-03-02T09:00:00Z"),
        "ended_at": instant("2026-03-02T15:00:00Z"),
        "evidence": "file",
        **dict.fromkeys(("team_id", "tool", "provider")),
    }
    assert limit == limit | {
        "kind": "rate_limit",
        "team_id": "events:till",
        "tool": "claude-code",
        "ended_at": None,
        "evidence": "gateway",
    }


@pytest.mark.parametrize(
    ("written", "repository_id"),
    [
        ("github.com/acme/shop", SHOP),
        ("https://GitHub.com/acme/shop.git", SHOP),
        ("https://user:word@github.com:443/acme/shop/", SHOP),
        ("ssh://git@github.com:22/acme/shop", SHOP),
        ("git@github.com:acme/shop.git", SHOP),
        ("git.example:8443/acme/shop", "git.example:8443/acme/shop"),
        ("shop", None),
    ],
)
def test_a_repository_has_one_name_however_it_is_written(
    written: str, repository_id: str | None
) -> None:
    assert repository_id_of(written) == repository_id


def test_a_change_is_named_by_repository_and_number() -> None:
    assert change_id_of("https://github.com/acme/shop#12") == f"{SHOP}#12"
    assert [change_id_of(text) for text in ("#12", f"{SHOP}#", None)] == [None, None, None]


def test_one_event_is_read_without_any_file() -> None:
    """What a request will carry is read by the same function."""
    said = {"id": "i-1", "opened_at": "2026-03-02T10:00:00Z", "severity": 3, "mood": "glad"}
    event = parse_event("incident", said, now=NOW)
    assert event.is_sound
    assert event.values == {"id": "i-1", "opened_at": "2026-03-02T10:00:00Z"}
    assert [(fault.column, fault.is_whole) for fault in event.faults] == [("severity", False)]


def test_a_line_of_an_invoice_lands_as_it_is_written(folder: Path) -> None:
    """Through 31 March in Berlin, where clocks change: 28 February 23:00 to 31 March 22:00 UTC."""
    (folder / "invoices.csv").write_text(
        "id;tool;amount;currency;from;to;team;person;repository;line_item\n"
        "INV-7;Claude Code;1234.567890123;EUR;2026-03-01;2026-03-31;Till;Ada@example.org;"
        "git@github.com:acme/shop.git;Team plan\n"
    )
    row = read(visit(folder), timezone="Europe/Berlin").only("ai_spend")
    assert row == {
        "spend_id": "events:ai_spend/INV-7",
        "cost_basis": "invoice",
        "amount": Decimal("1234.567890123"),
        "currency": "EUR",
        "started_at": instant("2026-02-28T23:00:00Z"),
        "ended_at": instant("2026-03-31T22:00:00Z"),
        "tool": "claude-code",
        "provider": None,
        "model": None,
        "line_item": "Team plan",
        "person_id": "email|ada@example.org",
        "team_id": "events:till",
        "repository_id": SHOP,
        "session_id": None,
        "event_key": None,
        "seen_by": "invoice",
    }


@pytest.mark.parametrize("amount", ["1,234.50", "1.234,50", "€12", "12 EUR", "1e3", "", "12.5.0"])
def test_pain_22_an_amount_that_may_be_read_two_ways_is_refused_and_never_zero(
    folder: Path, amount: str
) -> None:
    (folder / "invoices.csv").write_text(
        "id;tool;amount;currency;from;to\n"
        f"INV-7;cursor;{amount};EUR;2026-03-01;2026-03-31\n"
        "INV-8;cursor;-20.00;EUR;2026-03-01;2026-03-31\n"
    )
    kept = visit(folder)
    assert read(kept).only("ai_spend")["amount"] == Decimal(-20)
    assert "amount" in kept.told("lines of invoices.csv").reason


def test_an_invoice_and_a_deployment_of_the_same_id_are_two(folder: Path) -> None:
    """Read again, neither takes the other's rows away: their ids in rows differ."""
    (folder / "deployments.csv").write_text(
        f"id,repository,finished_at\n7,{SHOP},2026-03-02T09:05:00Z\n"
    )
    (folder / "invoices.csv").write_text(
        "id,tool,amount,currency,from,to\n7,cursor,1,USD,2026-03-01,2026-03-31\n"
    )
    found = read(visit(folder))
    ids = (found.only("deployment")["deployment_id"], found.only("ai_spend")["spend_id"])
    assert ids == ("events:7", "events:ai_spend/7")


def test_a_seat_has_its_price_only_with_its_currency(folder: Path) -> None:
    (folder / "seats.csv").write_text(
        "id,tool,person,plan,from,to,amount,currency\n"
        "s-1,copilot,ada@example.org,Business,2026-01-01,,19,USD\n"
        "s-2,copilot,bob@example.org,Business,2026-01-01,2026-01-31,19,\n"
    )
    ada, bob = read(visit(folder))["ai_seat"]
    assert (ada["amount"], ada["currency"], ada["ended_at"]) == (Decimal(19), "USD", None)
    assert (bob["amount"], bob["currency"]) == (None, None)
    assert bob["ended_at"] == instant("2026-02-01T00:00:00Z")
    assert ada["seat_id"] == "events:ai_seat/s-1"
