"""Merge requests: what they were, when they were what, how they landed, what marks them."""

from typing import Any

import pytest

from tests.collect.gitlab.drawn import (
    ADA,
    BOB,
    DUO,
    Payload,
    commit,
    merged,
    note,
    noted,
    opened,
    state,
)
from tests.collect.gitlab.server import GitLabServer
from tests.collect.gitlab.visiting import Read, read, visit
from tests.collect.gitlab.world import world
from trueup.collect.fields import instant

CHANGE = "gitlab.com/acme/shop#1"


def rows_of(item: Payload, size: Payload | None = None, **parts: list[Payload]) -> Read:
    server = GitLabServer()
    one = server.add()
    one.put(item, **parts)
    one.sizes[item["iid"]] = size or {}
    return read(visit(server))


def test_a_merged_change_has_its_dates_sizes_and_people() -> None:
    """The world's first change, column by column, from the payload by hand."""
    row = read(visit(world())).only("change", change_id=CHANGE)
    assert row == {
        "change_id": CHANGE,
        "repository_id": "gitlab.com/acme/shop",
        "number": 1,
        "landing": "merge",
        "landed_commit_id": f"gitlab.com/acme/shop:{'a' * 40}",
        "landed_at": instant("2024-03-05T12:00:00Z"),
        "author_account_id": "gitlab:1",
        "actor_kind": "human",
        "first_commit_at": instant("2024-03-03T20:00:00Z"),
        "first_commit_evidence": "forge",
        "first_release_id": None,
        "released_at": None,
        "state": "merged",
        "opened_at": instant("2024-03-04T09:00:00Z"),
        "ready_at": instant("2024-03-04T09:00:00Z"),
        "closed_at": instant("2024-03-05T12:00:00Z"),
        "merged_by_account_id": "gitlab:2",
        "head_sha": f"{1:040x}",
        "lines_added": 30,
        "lines_deleted": 4,
        "file_count": 3,
        "commit_count": 2,
    }


def test_an_offset_of_a_commit_is_read_exactly() -> None:
    """08:30 at two hours east of Greenwich is 06:30 there."""
    commits = read(visit(world())).all("proposed_commit", position=1)
    assert [row["authored_at"] for row in commits] == [instant("2024-03-04T06:30:00Z")]


@pytest.mark.parametrize(
    ("fields", "landing", "landed"),
    [
        ({}, "merge", "a" * 40),
        ({"squash_commit_sha": "5" * 40}, "squash", "a" * 40),
        ({"squash_commit_sha": "5" * 40, "merge_commit_sha": None}, "squash", "5" * 40),
        ({"merge_commit_sha": None}, "rebase", f"{1:040x}"),
    ],
    ids=["merge commit", "squash and merge commit", "squash", "fast forward"],
)
def test_a_change_lands_as_the_commit_the_target_branch_moved_to(
    fields: Payload, landing: str, landed: str
) -> None:
    row = rows_of(merged(1, **fields)).only("change")
    assert (row["landing"], row["landed_commit_id"]) == (
        landing,
        f"gitlab.com/acme/shop:{landed}",
    )


def test_a_change_that_is_open_or_given_up_has_not_landed() -> None:
    open_one = rows_of(opened(1, merge_commit_sha="f" * 40)).only("change")
    assert (open_one["state"], open_one["landed_commit_id"], open_one["closed_at"]) == (
        "open",
        None,
        None,
    )
    given_up = rows_of(opened(1, state="closed", closed_at="2024-03-06T00:00:00Z")).only("change")
    assert given_up["state"] == "closed"
    assert given_up["landed_at"] is None
    assert given_up["closed_at"] == instant("2024-03-06T00:00:00Z")


@pytest.mark.parametrize(
    ("drafted", "readied"),
    [
        ("marked this merge request as **draft**", "marked this merge request as **ready**"),
        ("marked as a **Work In Progress**", "unmarked as a **Work In Progress**"),
        (
            "marked this merge request as **draft** from 0123abcd",
            "marked this merge request as **ready**",
        ),
    ],
)
def test_a_draft_is_ready_when_it_was_last_marked_so(drafted: str, readied: str) -> None:
    """Ready at 10:00, draft again at 11:00, ready at 14:00: that counts."""
    found = rows_of(
        opened(1),
        notes=[
            noted(1, "2024-03-04T10:00:00Z", ADA, readied),
            noted(2, "2024-03-04T11:00:00Z", ADA, drafted),
            noted(3, "2024-03-04T14:00:00Z", ADA, readied),
        ],
    )
    assert found.only("change")["ready_at"] == instant("2024-03-04T14:00:00Z")
    assert [row["kind"] for row in found["change_event"]] == ["opened", "ready", "draft", "ready"]
    assert rows_of(opened(1, draft=True)).only("change")["ready_at"] is None


def test_what_happened_is_told_with_who_and_when() -> None:
    found = rows_of(
        merged(1),
        notes=[
            noted(1, "2024-03-04T10:00:00Z", ADA, "added 2 commits\n\n<ul><li>words</li></ul>"),
            noted(2, "2024-03-04T11:00:00Z", ADA, "requested review from @bob"),
            note(3, "2024-03-04T12:00:00Z", BOB, "Hm"),
            noted(4, "2024-03-04T12:30:00Z", ADA, "mentioned in issue #7"),
        ],
        states=[
            state(5, "2024-03-05T08:00:00Z", BOB, "closed"),
            state(6, "2024-03-05T09:00:00Z", ADA, "reopened"),
            state(7, "2024-03-05T12:00:00Z", BOB, "merged"),
        ],
    )
    told = [(row["kind"], row["account_id"]) for row in found["change_event"]]
    assert told == [
        ("opened", "gitlab:1"),
        ("pushed", "gitlab:1"),
        ("review_requested", "gitlab:1"),
        ("commented", "gitlab:2"),
        ("closed", "gitlab:2"),
        ("reopened", "gitlab:1"),
        ("merged", "gitlab:2"),
    ]


def test_servers_that_wrote_notes_of_closing_are_understood_and_nothing_is_told_twice() -> None:
    """Before 13.2 there were notes and no events."""
    notes = [
        noted(1, "2019-03-05T08:00:00Z", BOB, "closed"),
        noted(2, "2019-03-05T09:00:00Z", ADA, "reopened"),
    ]
    old = rows_of(opened(1, created_at="2019-03-04T09:00:00Z"), notes=notes)
    assert [row["kind"] for row in old["change_event"]] == ["opened", "closed", "reopened"]
    both = rows_of(opened(1), notes=notes, states=[state(5, "2024-03-05T08:00:00Z", BOB, "closed")])
    assert [row["kind"] for row in both["change_event"]] == ["opened", "closed"]


def test_words_are_measured_read_for_what_they_name_and_dropped() -> None:
    """Closing #7 and naming SHOP-12 in the branch; a comment of four characters."""
    found = rows_of(
        opened(1, description="Closes #7. Secret words.", source_branch="shop-12-basket"),
        notes=[note(1, "2024-03-04T12:00:00Z", BOB, "Nice")],
    )
    named = {(r["key"], r["place"], r["is_closing"]) for r in found["work_item_mention"]}
    assert named == {
        ("gitlab.com/acme/shop/issues/7", "body", True),
        ("SHOP-12", "branch", False),
    }
    assert found.only("review_comment")["length"] == 4
    kept = visit(world())
    assert "Words nobody needs" not in repr(kept.bodies)


@pytest.mark.parametrize(
    ("item", "parts", "tool", "role"),
    [
        (opened(1, DUO), {}, "gitlab-duo", "author"),
        (
            opened(
                1, description="🤖 Generated with [Claude Code](https://claude.com/claude-code)"
            ),
            {},
            "claude-code",
            "author",
        ),
        (opened(1, source_branch="codex/fix-basket"), {}, "openai-codex", "author"),
        (opened(1, labels=["ai-assisted"]), {}, "generic-ai", "disclosure"),
        (
            opened(1),
            {
                "commits": [
                    commit(
                        "c1",
                        "2024-03-04T08:00:00Z",
                        message="Add\n\nCo-Authored-By: Claude <noreply@anthropic.com>",
                    )
                ]
            },
            "claude-code",
            "author",
        ),
        (
            opened(1),
            {"notes": [note(1, "2024-03-04T09:01:00Z", DUO, "I looked", resolvable=True)]},
            "gitlab-duo",
            "reviewer",
        ),
    ],
    ids=["author", "body", "branch", "label", "commit", "reviewer"],
)
def test_marks_of_ai_are_found_wherever_they_stand(
    item: Payload, parts: dict[str, Any], tool: str, role: str
) -> None:
    found = rows_of(item, **parts)
    assert (tool, role) in {(row["tool"], row["role"]) for row in found["ai_attribution"]}
    assert {row["target_id"] for row in found["ai_attribution"]} == {CHANGE}


def test_an_unmarked_change_carries_no_mark() -> None:
    found = rows_of(merged(1), commits=[commit("c1", "2024-03-04T08:00:00Z")])
    assert found["ai_attribution"] == []


def test_work_that_began_after_the_landing_began_nobody_knows_when() -> None:
    found = rows_of(merged(1), commits=[commit("c1", "2024-03-09T08:00:00Z")])
    row = found.only("change")
    assert (row["first_commit_at"], row["first_commit_evidence"]) == (None, None)
