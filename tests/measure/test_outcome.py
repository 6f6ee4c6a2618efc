"""What is counted of a unit is data: a question, a definition, a unit and a direction."""

from __future__ import annotations

import pytest

from trueup.measure.units.outcome import OUTCOMES


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_every_outcome_says_what_it_asks_and_what_counts(name: str) -> None:
    outcome = OUTCOMES[name]
    assert outcome.question.endswith("?")
    assert outcome.definition.endswith(".")
    assert name.endswith(("_" + outcome.unit.name, "_per_developer_week", "_per_change"))


def test_only_what_reaches_production_is_called_throughput_and_exposure_never_is() -> None:
    named = {name for name, outcome in OUTCOMES.items() if outcome.is_throughput}
    assert named == {"sound_changes_per_developer_week", "deployed_changes_per_developer_week"}
