"""Published figures from the authors' own data, which is not part of this tree.

$TRUEUP_REFERENCE_DATA names its folder; ``benchmarks/replications.py`` prints the same for a
reader.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from benchmarks.replications import (
    Copilot,
    accepted,
    copilot_fits,
    copilot_proportions,
    metr_fit,
    metr_trial,
    read_copilot,
)
from tests.reference import reference
from trueup.estimate.inference.cluster_robust import crv1_error
from trueup.model.effect import Estimate

pytestmark = pytest.mark.reference


def folder() -> Path:
    """Return the folder of the data."""
    return reference(unread="published studies not reproduced")


@cache
def developer_months() -> Copilot:
    """Return the rows of the study of Copilot in open source."""
    return read_copilot(folder())


@cache
def metr_answers(*, block_effects: bool = False) -> dict[str, Estimate]:
    """Return the trial's answer by the name of its interval."""
    found = metr_fit(metr_trial(folder()), block_effects=block_effects)
    return {"lots": found.estimate} | {e.group[0][1]: e for e in found.beside}


def test_the_trial_of_metr_is_slower_by_nineteen_per_cent() -> None:
    """Published: time ratio less one of 0.188 (arXiv:2507.09089, section 2.3)."""
    assert round(metr_answers()["lots"].value, 4) == 0.1884


@pytest.mark.parametrize(
    ("interval", "low", "high"),
    [("rows alike", 0.013, 0.395), ("rows unlike", 0.013, 0.394), ("clusters", 0.016, 0.390)],
)
def test_the_three_published_intervals_agree_to_the_printed_digits(
    interval: str, low: float, high: float
) -> None:
    """Published: homoskedastic, HC3 and clustered by developer (appendix D)."""
    said = metr_answers()[interval].interval
    assert (round(said.low, 3), round(said.high, 3)) == (low, high)


def test_the_readme_of_metr_has_the_coding_the_wrong_way_round() -> None:
    """It says 0 is AI allowed; the paper allowed it for 136 issues, and 136 rows have a 1.

    Read as the README says, the same rows give a speed-up of 1 / 1.1884 - 1 = -15.9 %.
    """
    given = metr_trial(folder())
    assert (int(given.treatment.sum()), int((1 - given.treatment).sum())) == (136, 110)
    trusting = metr_fit(replace(given, treatment=1 - given.treatment))
    assert round(trusting.estimate.value, 3) == -0.159


def test_lots_within_developers_refute_no_slow_down_and_sixteen_clusters_do_not() -> None:
    """The honest reading: about these developers, slower; about developers like these, not sure."""
    lots, wild = metr_answers()["lots"], metr_answers()["wild"]
    assert lots.speaks_of == "these units"
    assert 0.01 < (lots.p_value or 1) < 0.05
    assert lots.interval.low > 0
    assert wild.speaks_of == "units like these"
    assert (wild.p_value or 0) > 0.05
    assert wild.interval.low < 0 < wild.interval.high
    assert wild.n_clusters == 16


def test_with_a_level_for_every_developer_metr_cannot_tell_at_five_per_cent() -> None:
    said = metr_answers(block_effects=True)["lots"]
    assert said.interval.low < 0 < said.interval.high


@pytest.mark.parametrize(
    ("outcome", "held", "endorsed", "core"),
    [
        ("TotalCommits", "", (0.1422, 0.0408), (-0.3571, 0.0523)),
        ("TotalPullRequests", "", (0.0912, 0.0301), (-0.0268, 0.0420)),
        ("TotalPRReview", "TotalPullRequests", (0.0035, 0.0225), (0.0595, 0.0354)),
        ("TotalPRReviewRepos", "TotalPullRequests", (0.0082, 0.0120), (0.0446, 0.0184)),
    ],
)
def test_the_table_of_copilot_in_open_source_agrees_to_the_printed_digits(
    outcome: str, held: str, endorsed: tuple[float, float], core: tuple[float, float]
) -> None:
    """The all-sample model of arXiv:2510.10165, as pyfixest gives it from the same file."""
    both = copilot_fits(developer_months(), outcome, held=held)
    said = [(round(f.coefficient, 4), round(crv1_error(f), 4)) for f in both]
    assert said == [endorsed, core]


def test_the_headline_of_copilot_follows_and_depends_on_the_unit_of_measure() -> None:
    """Published: core developers commit 19 % less and review 6.5 % more, by ``ln(1 + y)``.

    As a proportion of the mean number of commits nothing is left of the 19 %.
    """
    world = developer_months()
    commits = sum(f.coefficient for f in copilot_fits(world, "TotalCommits"))
    reviews = copilot_fits(world, "TotalPRReview", held="TotalPullRequests")
    assert round(float(np.expm1(commits)), 2) == -0.19
    assert round(float(np.expm1(sum(f.coefficient for f in reviews))), 3) == 0.065
    _, core = copilot_proportions(world, "TotalCommits")
    assert core.low < 0 < core.high


def test_what_agents_get_merged_depends_on_what_it_is_a_share_of() -> None:
    """Counts and shares of arXiv:2507.15003, of all proposed and of those closed."""
    found = accepted(folder())
    said = {
        name: (one.proposed, round(100 * one.of_all[0], 1), round(100 * one.of_closed[0], 1))
        for name, one in found.items()
    }
    assert said == {
        "OpenAI_Codex": (2686, 65.3, 75.4),
        "Devin": (2729, 48.9, 50.2),
        "Copilot": (1462, 38.2, 54.4),
        "Cursor": (144, 51.4, 70.5),
        "Claude_Code": (101, 52.5, 61.6),
    }
    assert round(found["OpenAI_Codex"].median_minutes, 1) == 17.5


def test_shares_of_agents_are_clustered_by_repository() -> None:
    """Devin's 2,729 changes lie in 130 repositories: far fewer independent answers."""
    share, low, high = accepted(folder())["Devin"].of_all
    apart = 1.96 * np.sqrt(share * (1 - share) / 2729)
    assert high - low > 4 * 2 * apart
