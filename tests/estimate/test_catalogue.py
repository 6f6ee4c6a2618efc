"""Every recipe is found by its file's name."""

from __future__ import annotations

import pytest

from trueup.errors import EstimateError
from trueup.estimate.catalogue import all_estimators, find_estimator


def test_every_estimator_says_what_it_answers_and_what_it_assumes() -> None:
    for name, estimator in all_estimators().items():
        assert estimator.name == name
        assert estimator.answers.endswith(".")
        assert estimator.references
        assert all(sentence.endswith(".") for sentence in estimator.assumes)


def test_an_unknown_estimator_is_answered_with_the_nearest() -> None:
    with pytest.raises(EstimateError, match="callaway_santana") as refused:
        find_estimator("callaway_santana")
    assert "callaway_santanna" in refused.value.hint


def test_a_name_like_no_other_is_answered_with_all_there_are() -> None:
    with pytest.raises(EstimateError) as refused:
        find_estimator("qqqq")
    assert refused.value.hint == f"Try one of: {', '.join(sorted(all_estimators()))}."
