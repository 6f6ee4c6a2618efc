from __future__ import annotations

import dataclasses

import pytest

from trueup.errors import MeasureError, UnknownMetric
from trueup.measure.catalogue import all_metrics, find_metric
from trueup.model.tables import TABLES
from trueup.units import LINES


def test_a_name_that_does_not_exist_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownMetric, match="line_survival_ratio"):
        find_metric("line_survival")


def test_a_metric_that_does_not_end_in_its_unit_is_refused() -> None:
    with pytest.raises(MeasureError, match="does not end in its unit"):
        dataclasses.replace(find_metric("churn_ratio"), unit=LINES)


def test_every_metric_names_tables_that_exist_and_says_what_it_does_not_say() -> None:
    for metric in all_metrics().values():
        assert set(metric.needs) <= set(TABLES)
        assert metric.caveats
        assert metric.references
        assert metric.question.endswith("?")


def test_activity_and_exposure_have_no_better_direction() -> None:
    for metric in all_metrics().values():
        if metric.kind in ("activity", "exposure"):
            assert metric.better == "neither"
