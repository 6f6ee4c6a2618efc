"""Whether a plan was registered before the data, after them, or changed in between."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from trueup.estimate.panel import NEVER, Panel
from trueup.estimate.question import Question
from trueup.estimate.verdict.plan import Plan, plan_hash
from trueup.estimate.verdict.register import Registration
from trueup.estimate.verdict.standing import hold, seen_before
from trueup.model.evidence import Window

DAY = 86_400_000_000
JANUARY = 1_767_225_600_000_000
"""2026-01-01, epoch microseconds."""
PLAN = Plan(primary=Question(outcome="work", scale="log", smallest=0.05))
OTHER = dataclasses.replace(PLAN, primary=dataclasses.replace(PLAN.primary, smallest=0.2))
RENAMED = dataclasses.replace(PLAN, title="Another name")
BLIND, HALFWAY, LATE = date(2026, 1, 5), date(2026, 1, 8), date(2026, 2, 1)


def panel() -> Panel:
    """Return two units over ten days of January; one adopts on the sixth day, five rows after."""
    unit, period = np.repeat([0, 1], 10), np.tile(np.arange(10), 2)
    return Panel(
        units=("a", "b"),
        periods=tuple(f"2026-01-{day + 1:02d}" for day in range(10)),
        unit=unit,
        period=period,
        columns={"work": np.ones(20)},
        adopted_in=np.array([5, NEVER]),
        cluster=np.arange(2),
        grain="day",
        window=Window(start_at=JANUARY, end_at=JANUARY + 10 * DAY),
        source="table",
    )


def kept(plan: Plan, on: date, version: int = 1, *, edited: Plan | None = None) -> Registration:
    frozen = dataclasses.replace(plan, registered_on=on)
    now = dataclasses.replace(edited or plan, registered_on=on)
    return Registration(
        subject="workspace",
        version=version,
        registered_on=on,
        plan_hash=plan_hash(frozen),
        plan=now,
        path=Path(f"workspace-{version}.toml"),
        because="costs fell." if version > 1 else "",
    )


@pytest.mark.parametrize(
    ("day", "share"), [(BLIND, 0.0), (date(2026, 1, 6), 0.0), (HALFWAY, 0.4), (LATE, 1.0)], ids=str
)
def test_what_could_be_seen_on_a_day_is_what_was_over_by_then(day: date, share: float) -> None:
    """Rows after adoption are days 6 to 10: by the morning of the eighth two of five are over."""
    assert seen_before(panel(), day) == pytest.approx(share)


def test_without_a_register_a_plan_is_not_registered_and_nothing_is_held_against_it() -> None:
    held = hold(panel(), PLAN, ())
    assert held.standing.says == f"not registered, hash {plan_hash(PLAN)}"
    assert (held.standing.flags, held.cap, held.standing.registered_on) == ((), "", "")


def test_a_day_typed_into_a_plan_is_its_own_word() -> None:
    claimed = dataclasses.replace(PLAN, registered_on=HALFWAY)
    standing = hold(panel(), claimed, ()).standing
    assert standing.says.startswith("not registered here, hash ")
    assert standing.says.endswith("the plan itself says 2026-01-08")
    assert (standing.registered_on, standing.version) == ("", 0)
    assert "40 % of the rows after adoption" in standing.flags[0]


def test_a_plan_registered_before_the_data_says_so_and_no_more() -> None:
    one = kept(PLAN, BLIND)
    held = hold(panel(), PLAN, (one,))
    assert held.standing.says == f"registered 2026-01-05, hash {one.plan_hash}"
    assert (held.standing.flags, held.cap) == ((), "")
    assert held.plan.registered_on == BLIND


def test_a_plan_registered_after_all_data_is_one_in_name_only() -> None:
    (flag,) = hold(panel(), PLAN, (kept(PLAN, LATE),)).standing.flags
    assert "all of the rows after adoption could already be seen" in flag
    assert flag.endswith("in name only.")


def test_a_plan_changed_before_anything_was_seen_is_as_good_as_the_first() -> None:
    versions = (kept(PLAN, date(2026, 1, 2)), kept(OTHER, BLIND, 2))
    held = hold(panel(), OTHER, versions)
    assert (held.standing.version, held.standing.flags, held.cap) == (2, (), "")
    assert held.standing.says.endswith(", version 2")


def test_a_plan_changed_after_a_look_may_only_lean_and_says_what_changed_and_why() -> None:
    held = hold(panel(), OTHER, (kept(PLAN, BLIND), kept(OTHER, HALFWAY, 2)))
    assert held.cap == (
        "the plan was changed after it was registered (primary.smallest: 0.05 became 0.2)"
    )
    assert held.standing.flags[-1] == (
        "Changed since version 1 of 2026-01-05: primary.smallest: 0.05 became 0.2. Why: costs fell."
    )


def test_a_return_to_the_plan_that_was_made_blind_is_not_punished() -> None:
    versions = (kept(PLAN, BLIND), kept(OTHER, HALFWAY, 2), kept(PLAN, LATE, 3))
    assert hold(panel(), PLAN, versions).cap == ""


def test_what_never_decides_may_change_after_a_look() -> None:
    held = hold(panel(), RENAMED, (kept(PLAN, BLIND), kept(RENAMED, HALFWAY, 2)))
    assert held.cap == ""
    assert "title: What the use of AI did became Another name" in held.standing.flags[-1]


def test_another_question_than_the_registered_one_may_only_lean() -> None:
    held = hold(panel(), OTHER, (kept(PLAN, BLIND),))
    assert held.standing.says.startswith("not registered, hash ")
    assert held.cap.startswith("another plan is registered, and this one differs (")
    assert held.standing.flags[0].startswith("Another plan is registered since 2026-01-05, hash ")


def test_an_older_version_is_called_replaced() -> None:
    held = hold(panel(), PLAN, (kept(PLAN, BLIND), kept(OTHER, HALFWAY, 2)))
    assert held.standing.says == f"registered 2026-01-05, hash {kept(PLAN, BLIND).plan_hash}"
    assert held.standing.flags == ("Version 2 of 2026-01-08 has replaced this plan.",)


def test_a_kept_file_that_no_longer_matches_its_hash_may_only_lean() -> None:
    one = kept(PLAN, BLIND, edited=OTHER)
    held = hold(panel(), one.plan, (one,))
    assert held.cap == "the registered plan no longer matches its hash"
    assert one.plan_hash in held.standing.flags[0]
    assert plan_hash(one.plan) in held.standing.flags[0]
    assert held.standing.flags[0].startswith("The registered plan no longer matches its hash")
