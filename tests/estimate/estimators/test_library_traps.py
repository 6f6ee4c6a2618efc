"""Traps in the statistics libraries, each shown, and the product shown not to fall into it."""

from __future__ import annotations

import inspect
import warnings
from pathlib import Path
from urllib.error import URLError

import diff_diff
import diff_diff.datasets
import numpy as np
import pyfixest
import pytest

from tests.estimate.wide_panels import frame_of, panel_of, staggered
from trueup.errors import EstimateError
from trueup.estimate import catalogue
from trueup.estimate.catalogue import find_estimator
from trueup.estimate.estimator import Fit
from trueup.estimate.panel import NEVER, Panel
from trueup.estimate.question import Question
from trueup.model.evidence import Window

LEVEL = Question(outcome="outcome")
SOURCE = Path(inspect.getfile(catalogue)).parent


def effect(name: str, values: np.ndarray, adopted: np.ndarray) -> float:
    found = find_estimator(name).fit(panel_of(values, adopted), LEVEL)
    assert isinstance(found, Fit), found
    return found.raw


def grown(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray, float]:
    """A panel whose harm grows with time and differs by cohort, and its true average."""
    rng = np.random.default_rng(seed)
    dates = np.array([6, 9, 12, 15])
    adopted = np.where(rng.random(n) < 0.1, NEVER, rng.choice(dates, n))
    since = np.arange(20)[None, :] - adopted[:, None]
    treated = (adopted[:, None] != NEVER) & (since >= 0)
    harm = np.where(treated, -0.1 * (1 + since) * (1.8 - adopted[:, None] / 12), 0.0)
    noise = rng.normal(size=(n, 20)) * 0.5
    return noise + harm, adopted, float(harm[treated].mean())


def test_the_library_s_example_data_may_be_made_up_and_the_product_never_loads_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without the network its loaders return invented rows, and say so in an attribute only."""

    def unreachable(*_: object, **__: object) -> None:
        raise URLError("no network")

    monkeypatch.setattr(diff_diff.datasets, "urlopen", unreachable)
    monkeypatch.setattr(diff_diff.datasets, "_CACHE_DIR", tmp_path, raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = diff_diff.load_mpdta(force_download=True)
    assert rows.attrs["source"] == "synthetic_fallback"
    loads = [
        p.name
        for p in SOURCE.rglob("*.py")
        if "diff_diff" in p.read_text(encoding="utf-8") and "load_" in p.read_text(encoding="utf-8")
    ]
    assert loads == []


def test_two_way_fixed_effects_shrink_a_growing_harm_and_the_product_s_answers_do_not() -> None:
    values, adopted, truth = grown(1)
    naive = effect("two_way", values, adopted)
    assert naive > 0.75 * truth
    assert effect("callaway_santanna", values, adopted) == pytest.approx(truth, abs=0.1)
    assert effect("imputation", values, adopted) == pytest.approx(truth, abs=0.1)


def test_stacking_by_the_library_s_defaults_answers_another_question() -> None:
    """Its defaults look one period ahead, so that a growing harm is found small."""
    values, adopted, truth = grown(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stacked = diff_diff.StackedDiD().fit(
            frame_of(values, adopted), "outcome", "unit", "period", "start"
        )
    assert abs(stacked.overall_att) < 0.6 * abs(truth)
    assert "StackedDiD" not in _all_source()


def test_gardner_by_pyfixest_fails_where_a_unit_has_one_untreated_period() -> None:
    """It drops that unit's only untreated row, and then cannot line its rows up."""
    values, adopted, _ = grown(1, n=60)
    adopted[0] = 1
    frame = frame_of(values, adopted)
    frame["treated"] = (frame["start"] > 0) & (frame["period"] >= frame["start"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ValueError, match=r"broadcast|shape"):
            pyfixest.did2s(
                frame.astype(float),
                yname="outcome",
                first_stage="~ 0 | unit + period",
                second_stage="~ treated",
                treatment="treated",
                cluster="unit",
            )
    assert np.isfinite(effect("imputation", values, adopted))
    assert "did2s" not in _all_source()


def test_two_rows_for_one_unit_and_period_are_refused_before_any_library_sees_them() -> None:
    values, adopted = staggered(1, n=10)
    frame = frame_of(values, adopted)
    doubled = frame.iloc[[0, *range(len(frame))]]
    with pytest.raises(ValueError, match=r"[Dd]uplicate"):
        diff_diff.CallawaySantAnna().fit(doubled, "outcome", "unit", "period", "start")
    whole = panel_of(values, adopted)
    with pytest.raises(EstimateError, match="two for one unit and period"):
        Panel(
            units=whole.units,
            periods=whole.periods,
            unit=np.r_[0, whole.unit],
            period=np.r_[0, whole.period],
            columns={"outcome": np.r_[0.0, whole.columns["outcome"]]},
            adopted_in=adopted,
            cluster=np.arange(10),
            grain="week",
            window=Window(start_at=0, end_at=12),
            source="made up",
        )


def test_two_stage_errors_with_covariates_are_not_used() -> None:
    """On panels with gaps and covariates they were twice a bootstrap's; imputation's are used."""
    assert "TwoStageDiD" not in _all_source()


def test_imputation_s_error_without_leaving_out_is_too_small_for_few_units() -> None:
    values, adopted = staggered(1, n=24)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = diff_diff.ImputationDiD().fit(
            frame_of(values, adopted), "outcome", "unit", "period", "start"
        )
    found = find_estimator("imputation").fit(panel_of(values, adopted), LEVEL)
    assert isinstance(found, Fit)
    assert found.raw == pytest.approx(plain.overall_att)
    interval, (low, high) = found.estimate.interval, plain.overall_conf_int
    assert interval.high - interval.low > 1.1 * (high - low)


def _all_source() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
