"""Clocks, and the question users ask outright: pains 18 and 25."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from tests.pains.office import Office
from trueup.config import WorkspaceSettings
from trueup.estimate.estimator import Fit
from trueup.estimate.question import Question
from trueup.estimate.verdict.plan import Plan
from trueup.model.evidence import Measurement
from trueup.simulate.organisation import land, make_organisation
from trueup.simulate.scenario import SCENARIOS, Confounding, Effects, Response, Scenario, Use
from trueup.store.identity import Vault
from trueup.workspace import Workspace

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's

LOS_ANGELES, PERTH = "America/Los_Angeles", "Australia/Perth"
TURN_OF_THE_MONTH = (
    "2024-05-10T12:00:00Z",
    "2024-05-31T23:30:00-07:00",  # in Los Angeles still May, elsewhere June
    "2024-06-01T00:30:00+08:00",  # in Perth already June, elsewhere May
    "2024-06-20T12:00:00Z",
)


def deployments(*instants: str) -> str:
    """Write a file of deployments."""
    lines = [f"d-{number},till,{at}\n" for number, at in enumerate(instants)]
    return "id,service,finished_at\n" + "".join(lines)


def by_month(office: Office) -> list[int]:
    """Return how many deployments each month has."""
    found = office.ask("deployments_per_week", every="month")
    return [one.n for _, one in sorted(found.items()) if isinstance(one, Measurement)]


@pytest.mark.parametrize(
    ("zone", "months"), [("UTC", [2, 2]), (LOS_ANGELES, [3, 1]), (PERTH, [1, 3])]
)
def test_pain_18_a_month_begins_where_the_workspace_is(
    zone: str, months: list[int], office: Office
) -> None:
    """Half an hour before midnight in Los Angeles, half an hour after it in Perth."""
    office.set(workspace=WorkspaceSettings(timezone=zone))
    office.files(deployments=deployments(*TURN_OF_THE_MONTH))
    assert by_month(office) == months


@pytest.mark.parametrize(("zone", "days"), [(LOS_ANGELES, 3), ("UTC", 2)])
def test_pain_18_the_day_of_25_hours_is_one_day(zone: str, days: int, office: Office) -> None:
    """Los Angeles goes back an hour on Sunday, 3 November 2024.

    23:30 on Saturday, 00:30 and 23:30 on Sunday, 00:30 on Monday are three days there. In UTC
    they are 06:30 and 07:30 on Sunday, 07:30 and 08:30 on Monday: two. Deployments three weeks
    before and after make the window 43 days.
    """
    office.set(workspace=WorkspaceSettings(timezone=zone))
    office.files(
        deployments=deployments(
            "2024-10-13T19:00:00Z",
            "2024-11-02T23:30:00-07:00",
            "2024-11-03T00:30:00-07:00",
            "2024-11-03T23:30:00-08:00",
            "2024-11-04T00:30:00-08:00",
            "2024-11-24T19:00:00Z",
        )
    )
    assert office.value("deployment_days_per_week") == pytest.approx((days + 2) / 6, rel=0.03)


def test_pain_18_the_same_instants_in_any_zone_give_the_same_answers(office: Office) -> None:
    """Each written once as it was, once as a clock half a day and a half-hour away shows it."""

    def elsewhere(text: str) -> str:
        zone = timezone(timedelta(hours=12, minutes=30))
        return datetime.fromisoformat(text).astimezone(zone).isoformat()

    office.files(deployments=deployments(*TURN_OF_THE_MONTH))
    before = office.ask("deployments_per_week", every="week")
    office.files(deployments=deployments(*map(elsewhere, TURN_OF_THE_MONTH)))
    assert office.ask("deployments_per_week", every="week") == before


OUTCOME = "deployed_changes_per_developer_week"
ASKED = Plan(primary=Question(outcome=OUTCOME, scale="level", better="higher", smallest=0.05))

CLEAR = replace(
    SCENARIOS["demo"],
    teams=16,
    weeks=40,
    seed=3,
    effects=Effects(changes=-0.7),
    response=Response(full_after=1),
    use=Use(first_week=14, last_week=26),
    confounding=Confounding(),
)


def organised(office: Office, scenario: Scenario) -> float | None:
    """Land the records of a made-up organisation; return what adoption truly did a week."""
    made = make_organisation(replace(scenario, is_detailed=False))
    with Vault.open(office.place) as vault:
        land(made, office.warehouse, vault, now=1_800_000_000_000_000)
    return made.truth.outcomes[OUTCOME].level


def test_pain_25_with_against_without_ai_is_an_effect_with_interval_n_and_pre_trend(
    office: Office,
) -> None:
    """Half is taken away: the interval holds it and not nought; the naive number is beside it.

    One draw of a world without confounders; how often intervals hold is in docs/benchmarks.
    """
    truth = organised(office, CLEAR)
    found = Workspace(office.place, office.settings).estimate(ASKED)
    assert isinstance(found.primary.primary, Fit)
    estimate = found.primary.primary.estimate
    assert estimate.interval is not None
    assert truth is not None
    assert estimate.interval.low <= truth <= estimate.interval.high
    assert truth < 0
    assert estimate.interval.high < 0
    assert (estimate.n_units, found.n_units) == (16, 16)
    assert 0 < estimate.n_treated < 16
    assert estimate.assumptions
    assert any("trend" in check.name for check in found.primary.checks)
    assert isinstance(found.primary.naive, Fit)
    assert found.verdict.answer
    assert found.verdict.because


def test_pain_25_where_nobody_is_left_to_compare_with_the_answer_is_cannot_tell(
    office: Office,
) -> None:
    """Three teams: too few to tell their use of AI from anything else that happened."""
    organised(office, replace(SCENARIOS["harmed"], teams=3, weeks=40))
    found = Workspace(office.place, office.settings).estimate(ASKED)
    assert found.verdict.answer == "cannot tell"
    assert found.verdict.because
    assert found.verdict.would_settle
