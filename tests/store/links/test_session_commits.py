"""Sessions of AI tools are tied to the commits they went into, and share their cost among them."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import pytest

from tests.store.links.using import LOG, of_session, request, session
from tests.store.links.world import SHOP, Row, World, at, commit, landing, part, proposal, proposed
from trueup.store.links.ai.odds import BRANCH, FILES
from trueup.store.links.ai.sharing import share
from trueup.store.links.ai.uniting import tie_sessions
from trueup.store.links.records import Records
from trueup.store.reading import Limits

SHA = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334"
OTHER = "b" * 40
ME: dict[str, Any] = {"person_id": "p_git"}
HERE: dict[str, Any] = {"repository_id": SHOP}


def landed(world: World, *dated: tuple[str, float], files: dict[str, list[str]]) -> World:
    """Land commits of the shop, each its own change, with the paths each touches."""
    return world.land(
        "git",
        commit=[commit(sha, hours) for sha, hours in dated],
        change=[landing(sha, hours) for sha, hours in dated],
        change_commit=[row for sha, _ in dated for row in part(f"{SHOP}:{sha}", sha)],
        commit_file=[
            {"commit_id": f"{SHOP}:{sha}", "repository_id": SHOP, "path": path}
            for sha, paths in files.items()
            for path in paths
        ],
    )


def wrote(name: str, hours: float, path: str) -> Row:
    """Make lines a session wrote."""
    return {
        **of_session(name),
        "layer": "written",
        "tool": "claude-code",
        "path": path,
        "happened_at": at(hours),
        "lines_added": 1,
    }


def made(name: str, hours: float, commit_id: str) -> Row:
    """Make a commit a tool says it made."""
    return {
        **of_session(name),
        "tool": "claude-code",
        "kind": "commit",
        "happened_at": at(hours),
        "commit_id": commit_id,
        "count": 1,
    }


def ties(world: World) -> dict[tuple[str, str], tuple[str, Any, Any]]:
    """Return rule, probability and share by session and commit, of rows as they were landed."""
    manifest, limits = world.warehouse.snapshot().manifest, Limits(threads=1)
    with Records(world.warehouse.folder, manifest, limits, is_united=True) as records:
        rows, _ = tie_sessions(records)
    return by_pair(rows["ai_session_commit"].to_pylist())


def by_pair(rows: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[str, Any, Any]]:
    """Return rule, probability and share by session and commit."""
    return {
        (row["session_id"].partition(":")[2], row["commit_id"].rpartition(":")[2]): (
            row["rule"],
            pytest.approx(row["probability"], abs=1e-6),
            pytest.approx(row["cost_ratio"], abs=2e-6),
        )
        for row in rows
    }


def odds(*log_odds: float) -> float:
    """Return the probability of log odds."""
    return 1 / (1 + math.exp(-math.fsum(log_odds)))


class TestNamed:
    """The tool or a mark says so."""

    def test_a_commit_the_tool_names_by_its_first_digits_is_its_own(self, world: World) -> None:
        landed(world, (SHA, 2), (OTHER, 3), files={})
        said = {"whole": f"{SHOP}:{SHA}", "short": f"{SHOP}:{SHA[:7]}", "bare": SHA[:9].upper()}
        world.land(
            "claude_code",
            LOG,
            ai_session=[session(name, 1, 2, **HERE) for name in said],
            ai_activity=[made(name, 2, digits) for name, digits in said.items()],
        )
        assert ties(world) == {(name, SHA): ("named", 1.0, 1.0) for name in said}

    def test_a_commit_that_was_squashed_is_the_one_it_was_squashed_into(self, world: World) -> None:
        world.land(
            "git",
            repository=[{"repository_id": SHOP, "head_commit_id": f"{SHOP}:{OTHER}"}],
            commit=[commit("base", 0), commit(OTHER, 10, "base")],
            change=[landing("base", 0), landing(OTHER, 10, "squash", number=7)],
            change_commit=[*part(f"{SHOP}:base", "base"), *part(f"{SHOP}#7", OTHER)],
        )
        world.land(
            "github",
            change=[proposal(7, 3, 10, landed_commit_id=f"{SHOP}:{OTHER}", head_sha="f" * 40)],
            proposed_commit=proposed(7, (SHA, 2), ("f" * 40, 2.5)),
        )
        world.land(
            "claude_code",
            LOG,
            ai_session=[session("s", 1, 2, **HERE)],
            ai_activity=[made("s", 2, f"{SHOP}:{SHA[:7]}")],
        )
        (row,) = world.linked().read("ai_session_commit")
        assert (row["commit_id"], row["change_id"]) == (f"{SHOP}:{OTHER}", f"{SHOP}#7")
        assert (row["rule"], row["grade"]) == ("named", "declared")

    def test_a_commit_that_is_nowhere_is_counted_and_tied_to_nothing(self, world: World) -> None:
        landed(world, (OTHER, 3), files={})
        world.land(
            "claude_code",
            LOG,
            ai_session=[session("s", 1, 2, **HERE)],
            ai_activity=[made("s", 2, f"{SHOP}:{SHA}")],
        )
        assert world.linked().read("ai_session_commit") == []
        row = world.covered("commits that AI tools say they made, among those landed")
        assert (row["expected"], row["seen"]) == (1, 0)

    def test_digits_that_fit_two_commits_name_none(self, world: World) -> None:
        landed(world, (SHA, 2), (SHA[:8] + "0" * 32, 3), files={})
        world.land(
            "claude_code",
            LOG,
            ai_session=[session("s", 1, 2, **HERE)],
            ai_activity=[made("s", 2, f"{SHOP}:{SHA[:7]}")],
        )
        assert ties(world) == {}

    def test_a_note_or_trailer_that_names_the_session_ties_it(self, world: World) -> None:
        """git-ai calls a session by the tool's own id, or by a digest of "claude:" and the id."""
        landed(world, (SHA, 2), (OTHER, 3), files={})
        mark = {
            "repository_id": SHOP,
            "target_kind": "commit",
            "target_id": f"{SHOP}:{SHA}",
            "tool": "claude-code",
            "role": "author",
            "session_id": "native",
            "probability": 1.0,
        }
        edit = {
            "repository_id": SHOP,
            "noted_commit_id": f"{SHOP}:x",
            "commit_id": f"{SHOP}:{OTHER}",
            "carried_by": "content",
            "path": "a",
            "line_count": 1,
            "tool": "claude-code",
            "session_id": "s_" + hashlib.sha256(b"claude:native").hexdigest()[:14],
        }
        elsewhere = {**mark, "tool": "copilot", "target_id": f"{SHOP}:{OTHER}"}
        lost = {**edit, "commit_id": None}
        world.land("notes", "notes", ai_attribution=[mark, elsewhere], ai_edit=[edit, lost])
        world.land("claude_code", LOG, ai_session=[session("native", 1, 2)])
        found = {sha: tie[:2] for (_, sha), tie in ties(world).items()}
        assert found == {SHA: ("named", 1.0), OTHER: ("named", 0.9)}


class TestFiles:
    """The next commit of a path that was written."""

    def test_the_next_commit_of_the_path_by_the_same_person_holds_what_was_written(
        self, world: World
    ) -> None:
        """Before: nothing; another's: nothing; the first after: yes; the one after it: no."""
        landed(
            world,
            ("c1", 1),
            ("c2", 3),
            ("c3", 4),
            files={"c1": ["a"], "c2": ["a", "b"], "c3": ["a"]},
        )
        world.land(
            "claude_code",
            LOG,
            ai_session=[session("s", 1.5, 2.5, **HERE, **ME)],
            ai_lines=[wrote("s", 2, "a")],
        )
        expected = odds(FILES["constant"], FILES["log_hours"] * math.log(2), FILES["covered"] / 2)
        assert ties(world) == {("s", "c2"): ("files", expected, expected)}

    def test_two_commits_share_two_paths(self, world: World) -> None:
        landed(world, ("c1", 3), ("c2", 4), files={"c1": ["a"], "c2": ["b"]})
        world.land(
            "claude_code",
            LOG,
            ai_session=[session("s", 1, 2.5, **HERE, **ME)],
            ai_lines=[wrote("s", 2, "a"), wrote("s", 2, "b")],
        )
        found = ties(world)
        first = odds(FILES["constant"], FILES["log_hours"] * math.log(2), FILES["covered"])
        second = odds(FILES["constant"], FILES["log_hours"] * math.log(3), FILES["covered"])
        assert found == {  # nothing was asked for, so each stretch weighs a half
            ("s", "c1"): ("files", first, first / 2),
            ("s", "c2"): ("files", second, second / 2 + second * (1 - first) / 2),
        }

    def test_another_persons_commit_is_not_it_unless_the_person_is_unknown(
        self, world: World
    ) -> None:
        landed(world, ("c1", 3), ("late", 2 + 14 * 24.1), files={"c1": ["a"], "late": ["b"]})
        world.land(
            "claude_code",
            LOG,
            ai_session=[
                session("known", 1, 2.5, **HERE, person_id="p_other"),
                session("unknown", 1, 2.5, **HERE),
                session("forgotten", 1, 2.5, **HERE, **ME),
            ],
            ai_lines=[
                wrote("known", 2, "a"),
                wrote("unknown", 2, "a"),
                wrote("forgotten", 2, "b"),  # committed more than two weeks later
            ],
        )
        assert set(ties(world)) == {("unknown", "c1")}

    def test_of_a_squash_the_commits_it_was_made_from_say_when(self, world: World) -> None:
        """Squashed at hour 400; the commit that held the path was made half an hour after."""
        world.land(
            "git",
            repository=[{"repository_id": SHOP, "head_commit_id": f"{SHOP}:{OTHER}"}],
            commit=[commit("base", 0), commit(OTHER, 400, "base")],
            change=[landing("base", 0), landing(OTHER, 400, "squash", number=7)],
            change_commit=[*part(f"{SHOP}:base", "base"), *part(f"{SHOP}#7", OTHER)],
            commit_file=[{"commit_id": f"{SHOP}:{OTHER}", "repository_id": SHOP, "path": "a"}],
        )
        world.land(
            "github",
            change=[proposal(7, 3, 400, landed_commit_id=f"{SHOP}:{OTHER}", head_sha=SHA)],
            proposed_commit=[{**p, "author_account_id": "p_git"} for p in proposed(7, (SHA, 2.5))],
        )
        world.land(
            "claude_code",
            LOG,
            ai_session=[session("s", 1, 2, **HERE, **ME)],
            ai_lines=[wrote("s", 2, "a")],
        )
        expected = odds(FILES["constant"], FILES["log_hours"] * math.log(1.5), FILES["covered"])
        assert by_pair(world.linked().read("ai_session_commit")) == {
            ("s", OTHER): ("files", expected, expected)
        }


class TestBranch:
    """Nothing but person, repository and time."""

    def test_commits_during_a_session_and_soon_after_may_be_its_own(self, world: World) -> None:
        landed(world, ("c0", 0.5), ("c1", 1.5), ("c2", 3), ("c3", 5), files={})
        world.land("claude_code", LOG, ai_session=[session("s", 1, 2, **HERE, **ME)])
        inside, soon = odds(BRANCH["inside"]), odds(BRANCH["soon"])
        assert {k: v[:2] for k, v in ties(world).items()} == {
            ("s", "c1"): ("branch", inside),
            ("s", "c2"): ("branch", soon),
        }

    def test_a_session_that_wrote_paths_is_not_tied_by_time_alone(self, world: World) -> None:
        landed(world, ("c1", 1.5), files={"c1": ["b"]})
        world.land(
            "claude_code",
            LOG,
            ai_session=[session("s", 1, 2, **HERE, **ME)],
            ai_lines=[wrote("s", 1.2, "a")],
        )
        assert ties(world) == {}


class TestSharing:
    """Cost goes to the commit it led up to."""

    def test_each_commit_takes_what_led_up_to_it(self, world: World) -> None:
        """By hand: 10 before the first, 30 before the second, 60 after: the last takes those."""
        landed(world, (SHA, 2), (OTHER, 3), files={})
        world.land(
            "claude_code",
            LOG,
            ai_session=[session("s", 1, 4, **HERE)],
            ai_activity=[made("s", 2, f"{SHOP}:{SHA}"), made("s", 3, f"{SHOP}:{OTHER}")],
            ai_request=[
                request("a", 1.5, 10, **of_session("s")),
                request("b", 2.5, 30, **of_session("s")),
                request("c", 3.5, 60, **of_session("s")),
            ],
        )
        shares = {
            sha: tie[2]
            for (_, sha), tie in by_pair(world.linked().read("ai_session_commit")).items()
        }
        assert shares == {SHA: 0.1, OTHER: 0.9}
        covered = world.covered("tokens of sessions that went into landed commits")
        assert (covered["expected"], covered["seen"]) == (100, 100)

    def test_what_no_commit_takes_is_nobodys(self) -> None:
        """By hand: of the first half .5, then .8 of the rest; of the second half .8."""
        assert share([0.5, 0.8], {0: 1.0, 1: 1.0}) == pytest.approx([0.25, 0.2 + 0.4])
        assert share([1.0, 0.5], {1: 1.0}) == pytest.approx([0.0, 0.5])
        assert share([0.5, 0.8], {2: 3.0}) == pytest.approx([0.1, 0.8])

    @pytest.mark.parametrize("count", [1, 2, 3, 7])
    def test_shares_never_add_up_to_more_than_the_whole(self, count: int) -> None:
        for weights in ({}, {0: 1.0}, {count: 1.0}, dict.fromkeys(range(count + 1), 1 / 3)):
            assert math.fsum(share([1.0] * count, weights)) <= 1
            assert math.fsum(share([1.0] * count, weights)) > 1 - 1e-5

    def test_a_sub_agent_worked_for_the_commits_of_the_session_that_sent_it(
        self, world: World
    ) -> None:
        landed(world, (SHA, 2), files={})
        sent = {"parent_session_id": "claude-code:s", **HERE}
        world.land(
            "claude_code",
            LOG,
            ai_session=[
                session("s", 1, 2, **HERE),
                session("child", 1.5, 1.8, **sent),
                session("fork", 5, 6, **sent),
            ],
            ai_activity=[made("s", 2, f"{SHOP}:{SHA}")],
        )
        assert set(ties(world)) == {("s", SHA), ("child", SHA)}

    def test_sessions_that_are_tied_to_nothing_are_counted_by_why(self, world: World) -> None:
        landed(world, (SHA, 2), files={})
        world.land(
            "claude_code",
            LOG,
            ai_session=[
                session("nowhere", 1, 2),
                session("elsewhere", 1, 2, repository_id="github.com/acme/other"),
                session("idle", 9, 10, **HERE, **ME),
            ],
        )
        row = world.linked().covered("sessions of AI tools tied to a landed commit")
        assert (row["expected"], row["seen"]) == (3, 0)
        assert row["reason"] == (
            "1 are of no known repository, 1 are of repositories that are not connected, "
            "1 left no landed commit that can be told"
        )
