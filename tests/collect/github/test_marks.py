"""AI on a change, work items its words name, and what is never kept of those words."""

import json

import pytest

from tests.collect.github.drawn import COPILOT, Payload, commit, issue, merged, pull, review, user
from tests.collect.github.server import GitHubServer
from tests.collect.github.visiting import Read, read, visit
from trueup.config import AttributionSettings, Settings


def rows_of(*items: Payload, settings: Settings | None = None) -> Read:
    server = GitHubServer()
    server.add().put(*items)
    return read(visit(server), settings=settings)


def marks_of(**given: object) -> set[tuple[str, str, str]]:
    found = rows_of(pull(**given))  # type: ignore[arg-type]
    return {(row["tool"], row["role"], row["rule_id"]) for row in found["ai_attribution"]}


@pytest.mark.parametrize(
    ("given", "mark"),
    [
        ({"author": COPILOT}, ("copilot", "author", "copilot-agent")),
        (
            {"author": user("devin-ai-integration", 158243242, "Bot")},
            ("devin", "author", "devin-identity"),
        ),
        ({"headRefName": "codex/fix-basket"}, ("openai-codex", "author", "codex-branch")),
        ({"labels": ["ai-assisted"]}, ("generic-ai", "disclosure", "ai-label")),
        ({"labels": ["claude-code-assisted"]}, ("claude-code", "author", "claude-label")),
        (
            {"body": "Generated with [Claude Code](https://claude.com/claude-code)"},
            ("claude-code", "author", "claude-body"),
        ),
        (
            {
                "timeline": [
                    commit(
                        "c1",
                        "2024-03-04T08:00:00Z",
                        message="Fix\n\nCo-Authored-By: Claude <noreply@anthropic.com>",
                    )
                ]
            },
            ("claude-code", "author", "claude-identity"),
        ),
        (
            {
                "timeline": [
                    commit(
                        "c1",
                        "2024-03-04T08:00:00Z",
                        author={"name": "Ada (aider)", "email": "ada@acme.example"},
                    )
                ]
            },
            ("aider", "author", "aider-name-suffix"),
        ),
        (
            {"body": "- [x] I used AI to write this"},
            ("generic-ai", "disclosure", "disclosure-sentence"),
        ),
    ],
)
def test_a_mark_is_found_wherever_it_stands(given: Payload, mark: tuple[str, str, str]) -> None:
    assert marks_of(**given) == {mark}


@pytest.mark.parametrize(
    "body",
    [
        "- [ ] I used AI to write this",
        "<!-- I used AI: yes / no -->",
        "> I used AI for mine, and you?",
        "* [ ] Generated with [Claude Code](https://claude.com/claude-code)",
    ],
)
def test_what_a_template_asks_and_others_said_is_no_mark(body: str) -> None:
    assert marks_of(body=body) == set()


def test_an_unmarked_change_has_no_row_at_all() -> None:
    assert marks_of(labels=["bug", "ai-review"], headRefName="cursor-position") == set()


def test_the_same_mark_in_many_commits_is_one_row() -> None:
    message = "Fix\n\nCo-Authored-By: Claude <noreply@anthropic.com>"
    timeline = [commit(f"c{n}", "2024-03-04T08:00:00Z", message=message) for n in range(5)]
    assert len(rows_of(pull(timeline=timeline))["ai_attribution"]) == 1


def test_rules_of_ones_own_see_accounts_branches_and_labels() -> None:
    rule = {
        "id": "acme-label",
        "tool": "acme-agent",
        "kind": "label",
        "pattern": "robot wrote it",
        "role": "author",
        "examples": ["robot wrote it"],
        "lookalikes": ["robot"],
    }
    settings = Settings(attribution=AttributionSettings(rules=(rule,)))
    found = rows_of(pull(labels=["robot wrote it"]), settings=settings)
    assert found.only("ai_attribution")["tool"] == "acme-agent"


def test_work_items_are_named_by_title_body_branch_and_commits() -> None:
    change = pull(
        title="SHOP-12 Change the basket",
        body="Fixes #7, see acme/pay#3",
        headRefName="feature/shop-13-basket",
        timeline=[commit("c1", "2024-03-04T08:00:00Z", message="PAY-9: round up")],
    )
    found = {
        (row["key"], row["place"], row["is_closing"])
        for row in rows_of(change)["work_item_mention"]
    }
    assert found == {
        ("SHOP-12", "title", False),
        ("github.com/acme/shop/issues/7", "body", True),
        ("github.com/acme/pay/issues/3", "body", False),
        ("SHOP-13", "branch", False),
        ("PAY-9", "commit", False),
    }


def test_an_issue_linked_by_hand_counts_as_closed_by_the_change() -> None:
    found = rows_of(pull(closes=[("acme/shop", 8)]))
    row = found.only("work_item_mention")
    assert (row["key"], row["is_closing"]) == ("github.com/acme/shop/issues/8", True)


def test_no_words_are_kept_anywhere() -> None:
    """Each text holds the same word; the archive must not."""
    spoken = "zanzibar"
    server = GitHubServer()
    server.add().put(
        merged(
            title=f"{spoken} in the title",
            body=f"{spoken} in the body",
            headline=f"{spoken} lands (#1)",
            timeline=[
                commit("c1", "2024-03-04T08:00:00Z", message=f"{spoken} in a message"),
                {
                    "__typename": "IssueComment",
                    "id": "C1",
                    "createdAt": "2024-03-04T10:00:00Z",
                    "body": f"{spoken} in a comment",
                    "author": None,
                },
            ],
            reviews=[
                review(
                    "R1",
                    "2024-03-04T11:00:00Z",
                    body=f"{spoken} in a review",
                    comments=[
                        {
                            "id": "K1",
                            "createdAt": "2024-03-04T11:00:00Z",
                            "body": f"{spoken} on code",
                            "author": None,
                        }
                    ],
                )
            ],
        ),
        issue(7),
    )
    one = server.repositories["acme/shop"]
    one.files["CODEOWNERS"] = f"* @acme/core {spoken}@acme.example"
    kept = visit(server)
    assert spoken not in json.dumps(list(kept.bodies.values()), default=str)
    assert "must not be kept" not in json.dumps(list(kept.bodies.values()), default=str)
