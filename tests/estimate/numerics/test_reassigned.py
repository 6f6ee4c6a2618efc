"""What other assignments would have shown, at once, is what they show one by one."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from diff_diff import ImputationDiD

from tests.estimate.wide_panels import frame_of, staggered
from trueup.estimate.inference.permutation import arrangements
from trueup.estimate.numerics.group_time import Design, group_time, overall
from trueup.estimate.numerics.imputed import imputed
from trueup.estimate.numerics.reassigned import reassigned


@pytest.mark.parametrize("gaps", [0.0, 0.1])
@pytest.mark.parametrize(
    "design", [Design(), Design(never_only=True), Design(anticipation=1, horizon=2)]
)
def test_every_assignment_gives_what_it_would_alone(design: Design, gaps: float) -> None:
    values, adopted = staggered(1, n=20)
    values[np.random.default_rng(0).random(values.shape) < gaps] = np.nan
    tried, _ = arrangements(adopted, seed=1, draws=20)
    found = reassigned(np.stack([values, 2 * values]), tried, design)
    for one, effects in zip(tried, found, strict=True):
        cells = group_time(values, one, design)
        alone = overall(cells, design.horizon).of(cells.effects)[0]
        assert effects == pytest.approx([alone, 2 * alone])


def test_chunks_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    values, adopted = staggered(1, n=20)
    tried, _ = arrangements(adopted, seed=1, draws=20)
    whole = reassigned(values[None], tried, Design()), imputed(values[None], tried, Design())
    monkeypatch.setattr("trueup.estimate.numerics.reassigned.CHUNK", 1)
    monkeypatch.setattr("trueup.estimate.numerics.imputed.CHUNK", 1)
    assert reassigned(values[None], tried, Design()) == pytest.approx(whole[0])
    assert imputed(values[None], tried, Design()) == pytest.approx(whole[1])


@pytest.mark.parametrize("gaps", [0.0, 0.15])
def test_imputation_by_the_library_gives_the_same_effect(gaps: float) -> None:
    values, adopted = staggered(2, n=20)
    values[np.random.default_rng(0).random(values.shape) < gaps] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = ImputationDiD().fit(
            frame_of(values, adopted), "outcome", "unit", "period", "start"
        )
    ours = imputed(values[None], adopted[None], Design())[0, 0]
    assert ours == pytest.approx(theirs.overall_att, abs=1e-8)
