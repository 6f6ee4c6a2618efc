"""What recipes of staggered adoption say alike."""

from __future__ import annotations

import numpy as np
import pytest

from tests.estimate.wide_panels import panel_of, staggered
from trueup.estimate.catalogue import find_estimator
from trueup.estimate.estimator import Fit
from trueup.estimate.panel import NEVER
from trueup.estimate.question import Question

PLAIN = "Nothing changed because of adoption before it began."
RECIPES = ("callaway_santanna", "imputation", "synthetic")


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("anticipation", [0, 2])
@pytest.mark.filterwarnings("ignore")  # of the library, about how well weights fit noise
def test_anticipation_that_is_allowed_for_is_not_assumed_away(name: str, anticipation: int) -> None:
    panel = panel_of(staggered(1, n=22)[0], np.array([6] + [NEVER] * 21))
    found = find_estimator(name).fit(panel, Question(outcome="outcome", anticipation=anticipation))
    assert isinstance(found, Fit), found
    said = found.estimate.assumptions
    assert (PLAIN in said) == (anticipation == 0)
    assert any("more than 2 periods before it began" in one for one in said) == (anticipation == 2)
    assert "One unit's adoption does not move another's outcome." in said
