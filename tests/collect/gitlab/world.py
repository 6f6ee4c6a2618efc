"""One of everything a GitLab server can say."""

from __future__ import annotations

from tests.collect.gitlab.drawn import (
    ADA,
    BOB,
    CARL,
    DUO,
    GHOST,
    RABBIT,
    commit,
    deployment,
    epic,
    group,
    issue,
    job,
    labelled,
    member,
    merged,
    note,
    noted,
    on_code,
    opened,
    pipeline,
    release,
    state,
)
from tests.collect.gitlab.server import GitLabServer, Project


def world() -> GitLabServer:
    """A project with one of everything, in a group with a group below it."""
    server = GitLabServer()
    one = server.add()
    _changes(one)
    _issues(one)
    _delivery(one)
    server.groups = {"acme": group("acme", 70), "acme/web": group("acme/web", 71)}
    server.members = {"acme": [member(ADA)], "acme/web": [member(BOB), member(GHOST)]}
    server.epics = [epic(5, 71, state="closed", closed_at="2024-05-01T00:00:00.000Z")]
    server.epic_states = {605: [state(1, "2024-05-01T00:00:00.000Z", BOB, "closed")]}
    return server


def _changes(one: Project) -> None:
    one.put(
        merged(
            1,
            title="feat!: add a basket",
            description="Closes #7\n\n🤖 Generated with [Claude Code](https://claude.com)",
            reviewers=[BOB],
            labels=["ai-assisted"],
        ),
        notes=[
            noted(1, "2024-03-04T09:30:00.000Z", ADA, "requested review from @bob and @carl"),
            on_code(2, "2024-03-04T09:00:20.000Z", RABBIT),
            on_code(3, "2024-03-04T11:00:00.000Z", BOB),
            noted(4, "2024-03-04T11:00:02.000Z", BOB, "approved this merge request"),
            note(5, "2024-03-04T12:00:00.000Z", GHOST, "Nice"),
            noted(6, "2024-03-04T08:00:00.000Z", ADA, "added 1 commit\n\n<ul></ul>"),
        ],
        commits=[
            commit("c2", "2024-03-04T08:30:00.000+02:00"),
            commit("c1", "2024-03-03T20:00:00Z"),
        ],
    )
    one.sizes[1] = {
        "commitCount": 2,
        "diffStatsSummary": {"additions": 30, "deletions": 4, "fileCount": 3},
    }
    one.put(
        opened(2, DUO, state="closed", closed_at="2024-03-06T00:00:00.000Z"),
        states=[state(9, "2024-03-06T00:00:00.000Z", CARL, "closed")],
    )


def _issues(one: Project) -> None:
    one.put_issue(
        issue(
            7,
            state="closed",
            closed_at="2024-03-05T12:00:01.000Z",
            labels=["bug", "workflow::in review"],
            weight=3,
            assignees=[BOB],
            epic={"id": 605, "iid": 5, "title": "E", "url": "/groups/acme/web/-/epics/5"},
        ),
        labels=[
            labelled(1, "2024-03-02T09:00:00.000Z", "workflow::in dev"),
            labelled(2, "2024-03-03T09:00:00.000Z", "workflow::in dev", "remove"),
            labelled(3, "2024-03-03T09:00:00.000Z", "workflow::in review"),
        ],
        states=[state(4, "2024-03-05T12:00:01.000Z", BOB, "closed")],
        notes=[note(8, "2024-03-02T10:00:00.000Z", CARL, "I see it too")],
    )
    one.put_issue(
        issue(8, issue_type="incident", type="INCIDENT", severity="CRITICAL"),
        notes=[
            noted(
                20,
                "2024-03-01T09:07:00.000Z",
                BOB,
                "changed the incident status to **Acknowledged**",
            )
        ],
    )
    one.timelines[5008] = [
        {
            "occurredAt": "2024-03-01T08:40:00Z",
            "timelineEventTags": {"nodes": [{"name": "Start time"}]},
        }
    ]


def _delivery(one: Project) -> None:
    summary = {"total": {"count": 90, "failed": 1, "skipped": 3, "error": 1}}
    one.put_pipeline(pipeline(401, graph={"testReportSummary": summary}))
    one.put_pipeline(
        pipeline(
            402,
            source="parent_pipeline",
            name=None,
            graph={"upstream": {"id": "gid://gitlab/Ci::Pipeline/401"}},
        )
    )
    one.put_pipeline(
        pipeline(403, ref="refs/merge-requests/1/head", source="merge_request_event"),
        jobs=[
            job("test", "failed", "2024-03-04T10:00:00.000Z", "2024-03-04T10:02:00.000Z"),
            job("test", "success", "2024-03-04T10:30:00.000Z", "2024-03-04T10:33:00.000Z"),
        ],
    )
    one.put_deployments(deployment(301), deployment(302, "e" * 40, deployable=None,
                                                    finishedAt="2024-03-08T00:00:00Z"))  # fmt: skip
    one.environments = [{"id": 9, "name": "production", "tier": "production"}]
    one.releases = [release("v1"), release("v2", assets={"count": 5, "links": [{"id": 1}]})]
    one.files["CODEOWNERS"] = "* @acme/web\n[Docs] @acme/writers\n/docs/\n"
