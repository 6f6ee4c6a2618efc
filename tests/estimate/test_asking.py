"""A question becomes a plan by what was seen before adoption, and by nothing after it."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from trueup.errors import EstimateError
from trueup.estimate.asking import Ask, columns_of, plan_of
from trueup.estimate.asking.usual import FLOW, usual_plan, workspace_panel
from trueup.estimate.estimator import need_libraries
from trueup.estimate.panel import NEVER, Panel
from trueup.estimate.verdict.plan import plan_hash
from trueup.model.evidence import Window

MONTHS = 6
ONES: Sequence[float | None] = [1.0] * 4
NONE: Sequence[float | None] = [None] * 4


def panel(after: float = 0.0, before: float = 20.0) -> Panel:
    """Make four units over six months, two adopting in the fourth; outcomes `before`, `after`."""
    unit = np.repeat(np.arange(4), MONTHS)
    period = np.tile(np.arange(MONTHS), 4)
    treated = (unit < 2) & (period >= 3)
    return Panel(
        units=("a", "b", "c", "d"),
        periods=tuple(f"2025-{month + 1:02d}" for month in range(MONTHS)),
        unit=unit,
        period=period,
        columns={"y": np.where(treated, after, before), "z": np.where(treated, 9.5, 0.5)},
        adopted_in=np.array([3, 3, NEVER, NEVER]),
        cluster=np.arange(4),
        grain="month",
        window=Window(start_at=0, end_at=1),
        source="made",
    )


def test_what_came_after_adoption_changes_nothing_of_the_plan() -> None:
    ask = Ask(outcome="y", guardrails=("z:lower:0.1",))
    assert plan_hash(plan_of(ask, panel(after=-0.3))) == plan_hash(plan_of(ask, panel(after=900)))


def test_whole_numbers_from_nought_up_are_counts_and_anything_else_a_level() -> None:
    assert plan_of(Ask(outcome="y"), panel()).primary.scale == "count"
    assert plan_of(Ask(outcome="y", smallest=1), panel(before=-1)).primary.scale == "level"
    assert plan_of(Ask(outcome="z", smallest=0.1), panel()).primary.scale == "level"


def test_the_smallest_difference_in_a_level_is_for_the_asker_to_say() -> None:
    """A twentieth of a logarithm is no twentieth: only the asker knows what the unit is worth."""
    assert plan_of(Ask(outcome="y"), panel()).primary.smallest == 0.05
    with pytest.raises(EstimateError, match="smallest that matters is not said") as refused:
        plan_of(Ask(outcome="z"), panel())
    assert "0.025 is a twentieth of 0.5" in refused.value.hint


def test_a_guardrail_says_which_direction_is_good_and_what_matters() -> None:
    written = ("z:lower:0.2",)
    (guardrail,) = plan_of(Ask(outcome="y", smallest=0.3, guardrails=written), panel()).guardrails
    assert (guardrail.outcome, guardrail.better, guardrail.smallest) == ("z", "lower", 0.2)
    for wrong, says in (("z:down", "which direction of 'z'"), ("z:lower:x", "is not a number")):
        with pytest.raises(EstimateError, match=says):
            plan_of(Ask(outcome="y", guardrails=(wrong,)), panel())


def test_the_second_recipe_is_never_the_first() -> None:
    plan = plan_of(Ask(outcome="y", method="imputation"), panel())
    assert (plan.estimator, plan.second) == ("imputation", "callaway_santanna")


def test_every_column_a_plan_needs_is_read() -> None:
    ask = Ask(outcome="y", covariates=("x",), guardrails=("z::0.1",), dose="q", moderators=("m",))
    asked = ask.columns("unit", "time", "since")
    assert asked.numbers == ("y", "z", "q", "x", "m")
    columns = {**panel().columns, "x": panel().column("y"), "q": panel().column("y")}
    plan = plan_of(ask, dataclasses.replace(panel(), columns=columns))
    assert set(columns_of(plan, "unit", "time", "since").numbers) == set(asked.numbers)


def months(**columns: Sequence[float | None]) -> pa.Table:
    """Make unit-months of two teams; the first adopts in February."""
    given = {name: pa.array(values, pa.float64()) for name, values in columns.items()}
    return pa.table(
        {
            "unit": ["a", "a", "b", "b"],
            "month": ["2025-01", "2025-02"] * 2,
            "adopted_month": ["2025-02", "2025-02", None, None],
            "is_adopted": [False, True, False, False],
            **given,
        }
    ).replace_schema_metadata({b"remarks": b'[{"kind": "gaps", "says": "Seen late.", "rows": 2}]'})


def test_the_usual_plan_is_about_the_best_outcome_that_is_observed() -> None:
    sound, merged = "sound_changes_per_developer_week", "merged_changes_per_developer_week"
    best = usual_plan(months(**{sound: ONES, merged: ONES}))
    assert (best.primary.outcome, best.not_throughput) == (sound, "")
    fallback = usual_plan(months(**{sound: NONE, merged: ONES}))
    assert fallback.primary.outcome == merged
    assert "not work that reached users" in fallback.not_throughput
    with pytest.raises(EstimateError, match="No change"):
        usual_plan(months(**{sound: NONE}))


def test_a_ratio_counts_as_worse_from_a_tenth_of_what_it_was_before_adoption() -> None:
    """Before adoption 0.1, 0.2 and 0.3: a tenth of their mean is 0.02; the 0.9 after is no part."""
    sound = "sound_changes_per_developer_week"
    failed = months(**{sound: [1.0] * 4, "change_failure_ratio": [0.1, 0.9, 0.2, 0.3]})
    (guardrail,) = usual_plan(failed).guardrails
    assert (guardrail.smallest, guardrail.better) == (0.02, "lower")


def test_the_workspaces_panel_keeps_what_measuring_remarked() -> None:
    read, plan = workspace_panel(months(sound_changes_per_developer_week=[1.0, 2.0, 3.0, 4.0]))
    assert (read.grain, plan.population.grain, read.n_units) == ("month", "month", 2)
    assert "Seen late." in [remark.says for remark in read.remarks]
    asked = Ask(outcome="sound_changes_per_developer_week", smallest=0.2)
    _, mine = workspace_panel(months(sound_changes_per_developer_week=[1.0] * 4), asked)
    assert mine.primary.smallest == 0.2


def test_the_workspaces_panel_carries_what_littles_law_needs_where_it_is_known() -> None:
    known = {name: [1.0, 2.0, 3.0, 4.0] for name in FLOW[1:]}
    sound = {"sound_changes_per_developer_week": [1.0, 2.0, 3.0, 4.0]}
    read, _ = workspace_panel(months(**sound, **known, **{FLOW[0]: [None] * 4}))
    assert set(FLOW) & set(read.columns) == set(FLOW[1:])


def test_without_the_extra_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name bound to None cannot be imported."""
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(EstimateError, match="scipy, which is not installed") as refused:
        need_libraries()
    assert "pip install 'trueup[estimate]'" in refused.value.hint
