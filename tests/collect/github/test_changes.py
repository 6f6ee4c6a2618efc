"""What becomes of a change: dates, states, commits, events, reviews, comments."""

import pytest

from tests.collect.github.drawn import (
    ADA,
    BOB,
    CARL,
    COPILOT_REVIEWER,
    DEPENDABOT,
    RABBIT,
    Payload,
    asked,
    comment,
    commit,
    event,
    listed,
    merged,
    micro,
    pull,
    review,
)
from tests.collect.github.server import GitHubServer
from tests.collect.github.visiting import Read, read, visit

CHANGE = "github.com/acme/shop#1"


def rows_of(*changes: Payload) -> Read:
    server = GitHubServer()
    server.add().put(*changes)
    return read(visit(server))


def test_a_merged_change_has_every_date_github_states() -> None:
    """First commit 4 March 08:00, opened 09:00, merged 5 March 09:00, by Bob."""
    found = rows_of(merged(timeline=[commit("c1", "2024-03-04T08:00:00Z")]))
    row = found.only("change")
    assert row["change_id"] == CHANGE
    assert (row["state"], row["landing"], row["commit_count"]) == ("merged", "merge", 1)
    assert row["first_commit_at"] == micro("2024-03-04T08:00:00Z")
    assert row["first_commit_evidence"] == "forge"
    assert row["opened_at"] == row["ready_at"] == micro("2024-03-04T09:00:00Z")
    assert row["landed_at"] == row["closed_at"] == micro("2024-03-05T09:00:00Z")
    assert row["merged_by_account_id"] == "github:2"
    assert (row["lines_added"], row["lines_deleted"], row["file_count"]) == (30, 10, 2)
    assert row["landed_commit_id"] == f"github.com/acme/shop:{0xABC001:040x}"


def test_a_change_given_up_is_closed_and_never_landed() -> None:
    given_up = pull(state="CLOSED", closedAt="2024-03-06T00:00:00Z")
    row = rows_of(given_up).only("change")
    assert (row["state"], row["landed_at"], row["landing"]) == ("closed", None, None)
    assert row["closed_at"] == micro("2024-03-06T00:00:00Z")


@pytest.mark.parametrize(
    ("parents", "headline", "landing"),
    [
        (2, "Merge pull request #1 from ada/basket", "merge"),
        (1, "Change the basket (#1)", "squash"),
        (1, "Change the basket", "rebase"),
        (1, "A headline somebody wrote", "squash"),
        (0, "", None),
    ],
)
def test_how_a_change_landed_is_read_off_the_commit_it_landed_as(
    parents: int, headline: str, landing: str | None
) -> None:
    change = merged(
        parents=parents, headline=headline, timeline=[commit("c1", "2024-03-04T08:00:00Z")]
    )
    assert rows_of(change).only("change")["landing"] == landing


def test_a_draft_is_ready_when_it_was_last_put_up_for_review() -> None:
    """Ready at 10:00, withdrawn at 11:00, ready again at 12:00: 12:00 counts."""
    timeline = [
        event("ReadyForReviewEvent", "2024-03-04T10:00:00Z"),
        event("ConvertToDraftEvent", "2024-03-04T11:00:00Z"),
        event("ReadyForReviewEvent", "2024-03-04T12:00:00Z"),
    ]
    found = rows_of(pull(timeline=timeline))
    assert found.only("change")["ready_at"] == micro("2024-03-04T12:00:00Z")
    kinds = [row["kind"] for row in found["change_event"]]
    assert kinds == ["opened", "ready", "draft", "ready"]


def test_a_draft_that_still_is_one_was_never_ready() -> None:
    assert rows_of(pull(isDraft=True)).only("change")["ready_at"] is None


def test_merging_is_one_event_and_closing_before_it_another() -> None:
    """Closed on 4 March, reopened, merged on the 5th; GitHub adds a closing to every merge."""
    timeline = [
        event("ClosedEvent", "2024-03-04T12:00:00Z"),
        event("ReopenedEvent", "2024-03-04T13:00:00Z"),
    ]
    found = rows_of(merged(timeline=timeline))
    kinds = [row["kind"] for row in found["change_event"]]
    assert kinds == ["opened", "closed", "reopened", "merged"]


def test_commits_after_the_opening_count_as_pushed_when_they_were_committed() -> None:
    timeline = [
        commit("c1", "2024-03-04T08:00:00Z"),
        commit("c2", "2024-03-04T15:00:00Z", authored="2024-03-03T08:00:00Z"),
        event("HeadRefForcePushedEvent", "2024-03-04T16:00:00Z"),
    ]
    found = rows_of(pull(timeline=timeline))
    assert [row["sha"] for row in found["proposed_commit"]] == ["c1", "c2"]
    assert [row["position"] for row in found["proposed_commit"]] == [0, 1]
    pushed = found.only("change_event", kind="pushed")
    assert pushed["happened_at"] == micro("2024-03-04T15:00:00Z")
    assert found.only("change")["first_commit_at"] == micro("2024-03-03T08:00:00Z")
    assert found.only("change_event", kind="force_pushed")["account_id"] == "github:1"


def test_the_first_commit_is_a_persons_and_older_than_the_landing() -> None:
    bot = {"name": "dependabot[bot]", "email": "49699333+dependabot[bot]@users.noreply.github.com"}
    timeline = [
        commit("c1", "2024-03-04T06:00:00Z", author=bot, account=None),
        commit("c2", "2024-03-04T08:00:00Z"),
    ]
    assert rows_of(merged(timeline=timeline)).only("change")["first_commit_at"] == micro(
        "2024-03-04T08:00:00Z"
    )
    late = [commit("c1", "2024-03-09T08:00:00Z")]
    assert rows_of(merged(timeline=late)).only("change")["first_commit_at"] is None


def test_a_review_knows_when_it_was_asked_for_and_each_request_is_answered_once() -> None:
    """Bob is asked at 10:00, reviews at 11:00 and 12:00, is asked again at 13:00, reviews at 14:00.

    Carl was never asked.
    """
    timeline = [asked("2024-03-04T10:00:00Z", BOB), asked("2024-03-04T13:00:00Z", BOB)]
    reviews = [
        review("R1", "2024-03-04T11:00:00Z", BOB, state="CHANGES_REQUESTED"),
        review("R2", "2024-03-04T12:00:00Z", BOB, state="COMMENTED"),
        review("R3", "2024-03-04T14:00:00Z", BOB),
        review("R4", "2024-03-04T15:00:00Z", CARL, state="DISMISSED"),
        review("R5", None, CARL, state="PENDING"),
    ]
    found = rows_of(pull(timeline=timeline, reviews=reviews))
    said = [(r["verdict"], r["requested_at"]) for r in found["review"]]
    assert said == [
        ("changes_requested", micro("2024-03-04T10:00:00Z")),
        ("commented", None),
        ("approved", micro("2024-03-04T13:00:00Z")),
        ("dismissed", None),
    ]


def test_a_request_to_a_team_is_an_event_and_nobodys_own() -> None:
    team = {"__typename": "Team", "slug": "core"}
    found = rows_of(
        pull(
            timeline=[asked("2024-03-04T10:00:00Z", team)],
            reviews=[review("R1", "2024-03-04T11:00:00Z")],
        )
    )
    assert found.only("review")["requested_at"] is None
    assert len(found.all("change_event", kind="review_requested")) == 1


def test_comments_are_kept_as_their_length() -> None:
    """Three places: on the change, in a review's own words, on code. ``é`` is one character."""
    on_code = comment("K1", "2024-03-04T11:00:00Z", body="Rename é", kind="x")
    found = rows_of(
        pull(
            timeline=[comment("C1", "2024-03-04T10:00:00Z", CARL, body="Why?")],
            reviews=[review("R1", "2024-03-04T11:00:00Z", body="Nearly", comments=[on_code])],
        )
    )
    said = {
        row["comment_id"].rpartition("!")[2]: (row["length"], row["is_on_code"], row["review_id"])
        for row in found["review_comment"]
    }
    assert said == {
        "C1": (4, False, None),
        "R1": (6, False, f"{CHANGE}!R1"),
        "K1": (8, True, f"{CHANGE}!R1"),
    }
    assert found.only("review")["comment_count"] == 1


def test_lists_longer_than_a_page_are_read_to_their_end() -> None:
    """130 commits, 45 reviews, one of them with 130 comments: nothing is cut off."""
    timeline = [commit(f"{n:040x}", "2024-03-04T08:00:00Z") for n in range(130)]
    comments = [comment(f"K{n}", "2024-03-04T11:00:00Z", kind="x") for n in range(130)]
    reviews = [review(f"R{n}", "2024-03-04T11:00:00Z") for n in range(44)]
    reviews.append(review("R44", "2024-03-04T12:00:00Z", comments=comments))
    found = rows_of(pull(timeline=timeline, reviews=reviews))
    assert len(found["proposed_commit"]) == 130
    assert len(found["review"]) == 45
    assert len(found["review_comment"]) == 130
    assert len({row["comment_id"] for row in found["review_comment"]}) == 130


def test_pain_8_reviews_of_bots_and_agents_leave_human_pickup_alone() -> None:
    """Put up at 09:00. CodeRabbit reviews after 20 s, Copilot after 3 min, dependabot comments.

    Bob, the first person, reviews at 11:00: human pickup is 2 h, AI-review latency 20 s.
    """
    reviews = [
        review("R1", "2024-03-04T09:00:20Z", RABBIT, state="COMMENTED", body="Walkthrough"),
        review("R2", "2024-03-04T09:03:00Z", COPILOT_REVIEWER, state="COMMENTED"),
        review("R3", "2024-03-04T11:00:00Z", BOB),
    ]
    timeline = [comment("C1", "2024-03-04T09:01:00Z", DEPENDABOT)]
    found = rows_of(pull(reviews=reviews, timeline=timeline))
    ready = found.only("change")["ready_at"]
    first = {
        kind: min(r["submitted_at"] for r in found.all("review", actor_kind=kind)) - ready
        for kind in ("human", "ai_agent")
    }
    assert first == {"human": 2 * 3600 * 1_000_000, "ai_agent": 20 * 1_000_000}
    assert found.only("review_comment", comment_id=f"{CHANGE}!C1")["actor_kind"] == "bot"
    marks = {(row["tool"], row["role"]) for row in found["ai_attribution"]}
    assert marks == {("coderabbit", "reviewer"), ("copilot", "reviewer")}


def test_pain_9_a_change_merged_without_review_has_all_dates_and_no_review() -> None:
    """Opened 4 March 09:00, merged 5 March 09:00: 24 h, none of it reviewed."""
    found = rows_of(merged())
    row = found.only("change")
    assert found["review"] == []
    assert row["landed_at"] - row["opened_at"] == 24 * 3600 * 1_000_000
    assert [e["kind"] for e in found["change_event"]] == ["opened", "merged"]


def test_pain_11_deleted_accounts_keep_their_counts_and_are_nobody() -> None:
    """Author, merger, reviewer, commenter, committer: all gone. Nothing falls away."""
    gone = {"name": "", "email": ""}
    change = merged(
        author=None,
        timeline=[
            commit("c1", "2024-03-04T08:00:00Z", author=gone, account=None),
            comment("C1", "2024-03-04T10:00:00Z", None),
            asked("2024-03-04T10:00:00Z", None, actor=None),
        ],
        reviews=[
            review("R1", "2024-03-04T11:00:00Z", None),
            review("R2", "2024-03-04T12:00:00Z", None),
        ],
    )
    change["mergedBy"] = None
    found = rows_of(change)
    row = found.only("change")
    assert (row["author_account_id"], row["actor_kind"]) == (None, "deleted")
    assert row["merged_by_account_id"] is None
    kinds = {(r["reviewer_account_id"], r["actor_kind"]) for r in found["review"]}
    assert kinds == {(None, "deleted")}
    assert len(found["review"]) == 2
    assert found.only("review_comment")["actor_kind"] == "deleted"
    assert found.only("proposed_commit")["actor_kind"] == "unknown"
    assert {account["account_id"] for account in found["account"]} == {"github:2"}


def test_the_ghost_login_is_a_deleted_account_too() -> None:
    ghost = {"__typename": "User", "login": "ghost", "databaseId": 10137}
    row = rows_of(pull(author=ghost)).only("change")
    assert (row["author_account_id"], row["actor_kind"]) == (None, "deleted")


def test_a_login_that_changes_stays_one_account() -> None:
    renamed = {**ADA, "login": "ada-lovelace"}
    found = rows_of(pull(1, author=ADA), pull(2, author=renamed))
    assert {row["author_account_id"] for row in found["change"]} == {"github:1"}
    assert len(found.all("account", platform="github")) == 1


def test_what_the_server_withholds_of_a_list_is_left_out_and_noted() -> None:
    change = pull(timeline=[commit("c1", "2024-03-04T08:00:00Z")])
    change["timelineItems"] = listed([None, *change["timelineItems"]["nodes"]])
    assert len(rows_of(change)["proposed_commit"]) == 1
