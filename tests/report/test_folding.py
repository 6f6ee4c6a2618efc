"""What of the effects is shown at once, and what whoever wants it opens."""

from __future__ import annotations

from dataclasses import replace

from tests.report import weighed
from tests.report.test_effects import alone
from trueup.estimate.assessment import Assessment
from trueup.report.document import Steps, Table
from trueup.report.scrutiny import Checks


def test_what_reading_the_rows_showed_is_folded_and_nothing_else_of_the_doubts() -> None:
    report = alone(weighed.assessment())
    folded = [block.fold for block in report.blocks() if isinstance(block, Steps) and block.fold]
    assert folded == ["What reading the rows showed"]


def test_conditions_of_a_cliff_are_open_only_where_one_is_claimed() -> None:
    def gates(answer: str) -> Checks:
        report = alone(replace(weighed.assessment(), thresholds=(weighed.threshold(answer),)))
        (found,) = (
            block
            for block in report.blocks()
            if isinstance(block, Checks) and block.id == "cliff-0"
        )
        return found

    assert gates("no evidence").is_folded
    assert not gates("cliff supported").is_folded


def test_two_way_stands_beside_the_dashboard_only_where_somebody_asked() -> None:
    whole = weighed.assessment()

    def columns(found: Assessment) -> tuple[str, ...]:
        (table,) = (
            block
            for block in alone(found).blocks()
            if isinstance(block, Table) and "Second recipe" in block.columns
        )
        return table.columns

    assert "Two-way" not in columns(whole)
    asked = replace(whole, primary=replace(whole.primary, two_way=whole.primary.naive))
    assert columns(asked)[-2:] == ("Two-way", "Dashboard")
