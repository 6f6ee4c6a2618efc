"""The manual's page of rules says what the table says."""

from pathlib import Path

from trueup.collect.attribution.page import attribution_page
from trueup.collect.attribution.rules import read_shipped

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "attribution-rules.md"


def test_the_page_in_the_manual_is_the_one_the_table_makes() -> None:
    again = "python -m trueup.collect.attribution.page > docs/reference/attribution-rules.md"
    assert PAGE.read_text(encoding="utf-8") == attribution_page(), f"run: {again}"


def test_every_rule_and_every_actor_is_on_the_page() -> None:
    page = attribution_page()
    for rule in read_shipped().rules:
        assert f"### {rule.id}\n" in page
        assert rule.pattern.pattern in page
    for actor in read_shipped().actors:
        assert actor.pattern.pattern in page
