"""Reviews out of notes: whose, when, with what verdict; bots, ghosts, and nobody at all."""

import pytest

from tests.collect.gitlab.drawn import (
    ADA,
    BOB,
    CARL,
    DEPENDABOT,
    DUO,
    GHOST,
    RABBIT,
    RENOVATE,
    TOKEN_BOT,
    Payload,
    merged,
    note,
    noted,
    on_code,
    opened,
    user,
)
from tests.collect.gitlab.server import GitLabServer
from tests.collect.gitlab.visiting import Read, read, visit
from trueup.collect.fields import instant


def reviewed(*notes: Payload, author: Payload | None = ADA, **fields: object) -> Read:
    server = GitLabServer()
    server.add().put(merged(1, author, **fields), notes=list(notes))
    return read(visit(server))


def human_pickup(found: Read) -> int | None:
    """When a person other than a machine first reviewed."""
    human = [row["submitted_at"] for row in found["review"] if row["actor_kind"] == "human"]
    return min(human, default=None)


def test_notes_of_one_sitting_are_one_review() -> None:
    """Two comments and an approval at once, then a comment an hour later: two reviews."""
    found = reviewed(
        on_code(1, "2024-03-04T10:00:00.000Z", BOB),
        on_code(2, "2024-03-04T10:00:00.400Z", BOB),
        noted(3, "2024-03-04T10:00:01.000Z", BOB, "approved this merge request"),
        on_code(4, "2024-03-04T11:00:00.000Z", BOB),
    )
    told = [(r["review_id"], r["verdict"], r["comment_count"]) for r in found["review"]]
    assert told == [
        ("gitlab.com/acme/shop#1!1", "approved", 2),
        ("gitlab.com/acme/shop#1!4", "commented", 1),
    ]
    of = {row["comment_id"][-1]: row["review_id"][-1] for row in found["review_comment"]}
    assert of == {"1": "1", "2": "1", "4": "4"}


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("approved this merge request", "approved"),
        ("requested changes", "changes_requested"),
        ("left review comments without approving", "commented"),
        ("unapproved this merge request", "dismissed"),
    ],
)
def test_each_verdict_is_read(said: str, verdict: str) -> None:
    assert (
        reviewed(noted(1, "2024-03-04T10:00:00Z", BOB, said)).only("review")["verdict"] == verdict
    )


def test_what_the_author_answers_and_plain_comments_are_no_review() -> None:
    found = reviewed(
        on_code(1, "2024-03-04T10:00:00Z", ADA), note(2, "2024-03-04T10:05:00Z", BOB, "Soon")
    )
    assert found["review"] == []
    assert [row["review_id"] for row in found["review_comment"]] == [None, None]
    assert [row["is_on_code"] for row in found["review_comment"]] == [True, False]


def test_a_review_was_asked_for_when_it_last_was() -> None:
    """Asked at 9:00 and 9:30, reviewed at 10:00; asked again at 12:00, reviewed at 13:00."""
    found = reviewed(
        noted(1, "2024-03-04T09:00:00Z", ADA, "requested review from @bob and @carl"),
        noted(2, "2024-03-04T09:30:00Z", ADA, "requested review from @bob"),
        on_code(3, "2024-03-04T10:00:00Z", BOB),
        noted(4, "2024-03-04T12:00:00Z", ADA, "requested review from @Bob"),
        on_code(5, "2024-03-04T13:00:00Z", BOB),
        on_code(6, "2024-03-04T14:00:00Z", CARL),
    )
    asked = [row["requested_at"] for row in found["review"]]
    assert asked == [
        instant(f"2024-03-04T{at}:00Z") for at in ("09:30", "12:00", "09:00")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        (RABBIT, "ai_agent"),
        (DUO, "ai_agent"),
        (DEPENDABOT, "bot"),
        (RENOVATE, "bot"),
        (TOKEN_BOT, "bot"),
    ],
    ids=["CodeRabbit", "GitLab Duo", "dependabot", "renovate", "access token"],
)
def test_pain_8_machines_leave_the_pickup_by_people_unchanged(who: Payload, kind: str) -> None:
    """A machine comments and approves after 20 seconds; Bob reviews at 11:00 either way."""
    by_bob = on_code(9, "2024-03-04T11:00:00Z", BOB)
    alone = reviewed(by_bob)
    beside = reviewed(
        on_code(1, "2024-03-04T09:00:20Z", who),
        noted(2, "2024-03-04T09:00:21Z", who, "approved this merge request"),
        by_bob,
    )
    at_eleven = instant("2024-03-04T11:00:00Z")
    assert human_pickup(alone) == human_pickup(beside) == at_eleven
    assert beside["review"][0]["actor_kind"] == kind
    assert {r["actor_kind"] for r in beside["review_comment"]} == {kind, "human"}
    assert beside.only("account", account_id=f"gitlab:{who['id']}")["actor_kind"] == kind


def test_pain_8_a_person_is_not_taken_for_a_machine() -> None:
    for who in (user(31, "talbot"), user(32, "duo"), user(33, "project_manager")):
        found = reviewed(on_code(1, "2024-03-04T10:00:00Z", who))
        assert found.only("review")["actor_kind"] == "human"


def test_pain_9_a_change_merged_without_review_has_every_instant_its_stages_need() -> None:
    """Opened, ready and merged are there; no review is made up."""
    found = reviewed()
    row = found.only("change")
    assert found["review"] == []
    assert row["opened_at"] <= row["ready_at"] <= row["landed_at"] == row["closed_at"]


def test_pain_11_ghosts_and_nobody_are_deleted_and_never_one_person() -> None:
    """Two deleted users wrote: GitLab books both to its Ghost User; a third it names not at all."""
    found = reviewed(
        on_code(1, "2024-03-04T10:00:00Z", GHOST),
        on_code(2, "2024-03-04T10:00:10Z", GHOST),
        on_code(3, "2024-03-04T10:10:00Z", None),
        author=GHOST,
    )
    assert found.only("change")["author_account_id"] is None
    assert found.only("change")["actor_kind"] == "deleted"
    assert len(found["review"]) == 3
    assert {(r["reviewer_account_id"], r["actor_kind"]) for r in found["review"]} == {
        (None, "deleted")
    }
    assert [r["actor_kind"] for r in found["review_comment"]] == ["deleted"] * 3
    assert {row["account_id"] for row in found["account"]} == {"gitlab:2"}  # who merged


def test_a_person_called_ghost_is_a_person() -> None:
    casper = user(40, "casper.ghost", "Casper Ghost")
    assert reviewed(on_code(1, "2024-03-04T10:00:00Z", casper)).only("review")["actor_kind"] == (
        "human"
    )


def test_a_private_address_of_gitlab_names_the_account_behind_a_commit() -> None:
    server = GitLabServer()
    ada = {
        "id": "c" * 40,
        "author_name": "Ada Example",
        "author_email": "1-ada@users.noreply.gitlab.com",
        "authored_date": "2024-03-04T08:00:00Z",
    }
    server.add().put(opened(1), commits=[ada])
    found = read(visit(server))
    assert found.only("proposed_commit")["author_account_id"] == "gitlab:1"
    git = found.only("account", platform="git")
    assert (git["person_id"], git["link_rule"]) == ("gitlab:1", "forge_commit_author")
