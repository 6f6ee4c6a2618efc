"""The table of published studies: every row sourced, no interval invented, faults named."""

from __future__ import annotations

import math
from typing import Any

import pytest

from trueup.errors import EstimateError
from trueup.estimate.studies import FAMILIES, STATUSES, Study, all_studies, read_study

ROW: dict[str, Any] = {
    "id": "made-up", "name": "Nobody et al.", "year": 2025, "kind": "randomised",
    "design": "a coin", "n": "8 developers", "family": "time", "outcome": "time",
    "estimand": "with against without", "effect": 0.1, "low": -0.1, "high": 0.3, "status": "S",
    "says": "Made up.", "interest": "none", "link": "https://example.org/",
}  # fmt: skip


def study(name: str) -> Study:
    """Return one study by its id."""
    (found,) = (each for each in all_studies() if each.id == name)
    return found


def test_every_study_has_a_link_a_status_and_a_family() -> None:
    assert len(all_studies()) >= 30
    for each in all_studies():
        assert each.link.startswith("https://")
        assert each.status in STATUSES
        assert each.family in FAMILIES
        assert each.interest
        assert each.says.endswith(".")


def test_no_interval_is_given_where_none_was_found() -> None:
    with_interval = {each.id for each in all_studies() if each.low is not None}
    assert with_interval == {
        "metr-2025", "metr-2026-returning", "metr-2026-new", "cui-2026", "tformance-code",
        "tformance-review",
    }  # fmt: skip
    silent = {each.interval_status for each in all_studies() if each.low is None}
    assert silent == {"NF"}


def test_metr_and_cui_stand_as_published() -> None:
    """METR prints +18.8 % (1.3, 39.4); Cui et al. print 26.08 % with a standard error of 10.3."""
    metr, cui = study("metr-2025"), study("cui-2026")
    assert (metr.effect, metr.low, metr.high) == (0.188, 0.013, 0.394)
    assert metr.rerun
    assert cui.effect == 0.2608
    assert cui.low is not None
    assert math.isclose(cui.low, 0.2608 - 1.96 * 0.103, abs_tol=1e-3)
    assert cui.high is not None
    assert math.isclose(cui.high, 0.2608 + 1.96 * 0.103, abs_tol=1e-3)


def test_time_and_output_keep_their_own_signs() -> None:
    """Slower is positive among times; more is positive among outputs."""
    assert study("peng-2023").effect == -0.558
    assert study("sarkar-2025").effect == 0.39
    assert study("kumar-2025").effect == -0.318


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"link": ""}, "lacks link"),
        ({"link": "http://example.org"}, "has the link"),
        ({"status": "seen"}, "has the status 'seen'"),
        ({"status": ""}, "lacks interval_status, status"),
        ({"kind": "guess"}, "has the kind 'guess'"),
        ({"sponsor": "x"}, "unknown fields: sponsor"),
        ({"low": None}, "one end of an interval"),
        ({"low": 0.2}, "does not hold its figure"),
        ({"low": None, "high": None}, "does not say that none was found"),
    ],
)
def test_a_row_that_lacks_or_contradicts_itself_is_refused(
    change: dict[str, Any], fault: str
) -> None:
    with pytest.raises(EstimateError, match=fault):
        read_study({**ROW, **change})


def test_a_whole_row_is_read() -> None:
    assert read_study(ROW).interval_status == "S"
