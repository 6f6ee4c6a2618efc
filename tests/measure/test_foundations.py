from __future__ import annotations

import pytest

from tests.measure.asking import answers
from tests.measure.building import at
from tests.measure.drawing import Drawing
from trueup.model.evidence import Measurement


def levels(world: Drawing) -> dict[str, float]:
    found = answers("foundation_ratio", world)
    return {
        dict(group)["stage"]: finding.value
        for group, finding in found.items()
        if isinstance(finding, Measurement)
    }


@pytest.fixture
def june() -> Drawing:
    """Four changes before the first marked commit on the 20th, and one marked change after it.

        change  files          lines  reviewed
        a       code, test       200  by a person
        b       code             201  by nobody
        c       code, test        10  by an AI agent only
        d       docs               5  by a person
        e       code, test        10  by a person      (marked: after adoption)
    Checks: three pass at first, one does not. Deployments on the 1st, 5th and 19th: of 18 days
    the first 4 and 7 of the last 14 lie within a week of one.
    """
    world = Drawing(until="2026-06-30")
    rows = (
        ("a", 5, ("code", "test"), 200, "human"),
        ("b", 6, ("code",), 201, None),
        ("c", 7, ("code", "test"), 10, "ai_agent"),
        ("d", 8, ("docs",), 5, "human"),
        ("e", 20, ("code", "test"), 10, "human"),
    )
    for name, day, kinds, lines, reviewer in rows:
        when = f"2026-06-{day:02}"
        world.commit(name, when, tool="claude" if name == "e" else None)
        world.add(
            "change", change_id=name, state="merged", landing="merge", landed_commit_id=name,
            opened_at=at("2026-06-01"), ready_at=at("2026-06-01"), landed_at=at(when),
            closed_at=at(when), author_account_id="ann", actor_kind="human",
            lines_added=lines, lines_deleted=0,
        )  # fmt: skip
        for number, kind in enumerate(kinds):
            world.add("commit_file", commit_id=name, path=f"{number}.py", file_kind=kind)
        if reviewer:
            world.person(reviewer, reviewer)
            world.add(
                "review", review_id=name, change_id=name, reviewer_account_id=reviewer,
                actor_kind=reviewer, submitted_at=at("2026-06-02"), verdict="approved",
            )  # fmt: skip
    for number, outcome in enumerate(("success", "success", "failure", "success")):
        world.add(
            "pipeline_run", run_id=f"x{number}", pipeline="ci", commit_id=f"k{number}",
            started_at=at("2026-06-03"), finished_at=at("2026-06-03"), outcome=outcome,
        )  # fmt: skip
    for day in (1, 5, 19):
        world.deploy(f"d{day}", f"2026-06-{day:02}", repository_id="r")
    return world


def test_each_practice_is_its_own_share_of_what_came_before_adoption(june: Drawing) -> None:
    assert levels(june) == {
        "checks pass": pytest.approx(3 / 4),
        "tests come along": pytest.approx(2 / 3),  # a, c of a, b, c: d touches no code
        "people review": pytest.approx(2 / 4),  # a, d
        "changes are small": pytest.approx(3 / 4),  # a, c, d
        "deployments are frequent": pytest.approx((4 + 7) / 18),
    }


def test_what_no_source_tells_of_is_missing_not_nought(june: Drawing) -> None:
    for table in ("pipeline_run", "deployment", "review"):
        june.rows[table].clear()
    for row in june.rows["change"]:
        row["opened_at"] = None  # as git alone tells of it
    june._cache.clear()
    assert set(levels(june)) == {"tests come along", "changes are small"}
