"""From records to the verdict: a made-up organisation whose inflation is known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from trueup.estimate.goodhart.collected import goodhart
from trueup.estimate.goodhart.finding import Goodhart
from trueup.model.evidence import Abstention
from trueup.simulate.organisation import land, make_organisation
from trueup.simulate.scenario import Confounding, Scenario, Use
from trueup.simulate.teams import FIRST_DAY, WEEK
from trueup.store.identity import Vault
from trueup.store.reading import Tables
from trueup.store.warehouse import Warehouse

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's
GAMED = Scenario(
    teams=12,
    weeks=40,
    seed=5,
    is_detailed=False,
    use=Use(adopting_ratio=1.0, first_week=2, last_week=6, policy_week=22, tokenmaxxing=0.7),
    confounding=Confounding(calendar_growth=0.15),
)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    folder = tmp_path_factory.mktemp("made up")
    warehouse = Warehouse(folder)
    with Vault.open(folder) as vault:
        land(make_organisation(GAMED), warehouse, vault, now=FIRST_DAY + 80 * WEEK)
    with warehouse.tables() as found:
        yield found


@pytest.fixture(scope="module")
def found(tables: Tables) -> Goodhart:
    answer = goodhart(tables)
    assert isinstance(answer, Goodhart)
    return answer


def test_the_inflation_that_was_put_in_comes_back_with_its_signs(found: Goodhart) -> None:
    """Ranked teams raise tokens by 0.7 log points: 1 - exp(-0.7) of them is inflated."""
    assert found.share is not None
    assert found.share.interval.low < 1 - math.exp(-0.7) < found.share.interval.high
    assert found.verdict == "inflated", found.says
    assert {"more_discarded", "more_repeated_calls"} <= {s.name for s in found.shown_signs}
    (policy,) = found.policies
    assert (policy.kind, policy.started_at) == ("leaderboard", FIRST_DAY + 22 * WEEK)


def test_what_nothing_records_is_not_ruled_out(found: Goodhart) -> None:
    answers = {rival.name: rival.answer for rival in found.rivals}
    assert answers["agents"] == "not measured"
    assert answers["onboarding"] == answers["price"] == "ruled out"


def test_fewer_persons_than_k_on_a_side_are_not_spoken_of(tables: Tables) -> None:
    found = goodhart(tables, k=1_000)
    assert isinstance(found, Abstention)
    assert "fewer than 1000 persons" in found.reason


def test_without_records_of_tokens_there_is_a_remedy(tmp_path: Path) -> None:
    with Warehouse(tmp_path).tables() as nothing:
        found = goodhart(nothing)
    assert isinstance(found, Abstention)
    assert found.remedy.startswith("Connect")
