"""No surface sorts or splits persons by tokens: no metric, no verb, nothing that is shown.

The product exists to detect what a ranking by tokens does, and cannot become one.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
from functools import cache

import pytest

from tests.measure.building import at
from tests.measure.drawing import Drawing
from trueup.cli import commands
from trueup.cli import main as cli
from trueup.config import Settings
from trueup.errors import MeasureError, PersonIsNotAUnit
from trueup.estimate.goodhart.collected import goodhart
from trueup.measure.catalogue import all_metrics
from trueup.measure.metric import ABOUT_USERS, DIMENSIONS
from trueup.measure.plan import measure
from trueup.measure.records.authorship import Prepared
from trueup.measure.spending.spend import SPLITS, spend
from trueup.measure.units.token_weeks import token_weeks
from trueup.measure.units.weeks import unit_weeks
from trueup.model.evidence import Abstention

PERSON = re.compile(r"person|author|user|login|account|e?mail|member|developer")
ORDER = re.compile(r"sort|rank|top|order|leader|best|worst")
PEOPLE = 20
OF_USE = ("tokens_per_developer_week", "ai_active_developers_ratio")
OF_TOKENS = sorted(
    name
    for name, metric in all_metrics().items()
    if any(table.startswith("ai_") for table in metric.requires)
)


def tokens_of(number: int) -> int:
    """Return how many tokens somebody uses: a number that is nobody else's, nor any mean."""
    return 1_000_003 + 7_919 * number**3


@cache
def drawn() -> Prepared:
    """Twenty persons, each with a distinctive number of tokens; the first is a team alone."""
    drawing = Drawing("2026-07-01")
    for number in range(PEOPLE):
        name, team = f"zed{number:02}", f"team-{number % 2}" if number else "alone"
        drawing.member(name, team)
        drawing.person(name)
        drawing.works(name, "2026-03-03", "2026-06-30")
        drawing.add(
            "ai_request",
            request_id=name,
            person_id=name,
            tool="claude-code",
            model="m",
            requested_at=at("2026-06-23T10:00"),
            output_tokens=tokens_of(number),
            list_cost=tokens_of(number),
            is_counted=True,
        )
    return drawing.ready()


def tells_persons(text: str) -> list[str]:
    """Return whom a text names, or of whom it gives the tokens; a team of one is that one."""
    plain = text.replace(",", "").replace("_", "")
    numbers = set(re.findall(r"\d+", plain))
    return [
        f"zed{number:02}"
        for number in range(PEOPLE)
        if f"zed{number:02}" in text or str(tokens_of(number)) in numbers
    ] + re.findall(r"\balone\b", text)


def test_the_watchman_sees_a_name_and_a_number() -> None:
    assert tells_persons("zed03") == ["zed03"]
    assert tells_persons(f"value={tokens_of(4)}.0") == ["zed04"]
    assert tells_persons("1") == []


def test_nothing_can_be_split_by_what_names_persons() -> None:
    assert [name for name in (*DIMENSIONS, *SPLITS) if PERSON.search(name)] == []
    assert OF_TOKENS


@pytest.mark.parametrize("metric", OF_TOKENS)
def test_no_measure_of_ai_tools_is_split_by_persons(metric: str) -> None:
    for by in ("person", "author", "account"):
        with pytest.raises(PersonIsNotAUnit):
            measure(all_metrics()[metric], drawn(), by=(by,))


@pytest.mark.parametrize("metric", [name for name in OF_TOKENS if "token" in name])
def test_no_split_of_tokens_tells_persons_apart(metric: str) -> None:
    for by in ABOUT_USERS:
        try:
            found = measure(all_metrics()[metric], drawn(), by=(by,), every="week", k=1)
        except MeasureError:
            continue
        assert tells_persons(repr(found)) == [], by


def test_what_is_spent_tells_no_persons_apart() -> None:
    by = ("team", "tool", "model", "repository")
    assert tells_persons(repr(spend(drawn(), Settings(), by=by, every="week"))) == []
    with pytest.raises(PersonIsNotAUnit):
        spend(drawn(), Settings(), by=("person",))


def test_the_panels_behind_estimates_have_teams_and_no_persons() -> None:
    for table in (token_weeks(drawn()), unit_weeks(drawn(), outcomes=OF_USE)):
        assert set(table["unit"].to_pylist()) == {"alone", "team-0", "team-1"}
        assert "zed" not in json.dumps(table.to_pylist())


def test_the_verdict_on_inflated_tokens_tells_no_persons_apart() -> None:
    found = goodhart(drawn())
    assert tells_persons(repr(found)) == []
    assert isinstance(found, Abstention)


@pytest.mark.parametrize("verb", cli.verbs())
def test_no_verb_sorts_ranks_or_asks_for_a_person_of_whom_to_tell(verb: str) -> None:
    module = importlib.import_module(f"{commands.__name__}.{verb}")
    taken = inspect.signature(module.run).parameters
    assert [name for name in taken if ORDER.search(name)] == []
    told_of_identities = {"identity"}
    asked = [name for name in taken if PERSON.search(name)]
    assert asked == [] or verb in told_of_identities
