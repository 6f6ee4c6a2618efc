"""What holds of every metric whatever happened: parts add up, and no clock has a favourite year."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.measure.building import DAY, World
from tests.measure.forge import Forge, june
from trueup.measure.catalogue import all_metrics
from trueup.measure.metric import (
    Metric,
    MonthsCompared,
    PerWeek,
    Quantiles,
    RatioOfSums,
    Survival,
)
from trueup.measure.plan import measure
from trueup.model.evidence import Finding, Interval, Measurement, Window
from trueup.model.tables import TABLES

REPOSITORIES = ("r", "s", "t")
PEOPLE = ("ann", "bob", "cleo", "dan", "eve", "fay", "gil")
SPAN = Window(start_at=june(1), end_at=june(85))
CENTURIES = 146_097 * DAY
"""400 years: a whole number of weeks after which every calendar is the same again."""
ODD = 1_234_567_891_011
"""Two weeks and a bit, which no calendar knows."""
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(REPOSITORIES),
        st.integers(0, len(PEOPLE) - 1),  # author
        st.floats(1, 60),  # opened
        st.floats(0, 9),  # days until the first review
        st.floats(0, 9),  # days from there until landing
        st.sampled_from(("merged", "merged", "merged", "closed", "open")),
        st.sampled_from(("human", "human", "human", "bot", "ai_agent")),
        st.booleans(),  # whether it hurts
    ),
    min_size=15,
    max_size=40,
)
Drawn = list[tuple[str, int, float, float, float, str, str, bool]]


def told(rows: Drawn) -> Forge:
    """An organisation of three repositories, with everything that can be said of a change."""
    world = Forge(until="2026-08-30", repositories=REPOSITORIES)
    for number, one in enumerate(rows):
        change(world, number, *one)
    for person in PEOPLE:
        world.member(person, "near" if person < "d" else "far")
    return world


def change(
    world: Forge,
    number: int,
    place: str,
    author: int,
    opened: float,
    wait: float,
    rest: float,
    *said: Any,
) -> None:
    state, kind, hurts = said
    name, who, next_one = f"{place}#{number}", PEOPLE[author], PEOPLE[author - 1]
    ended = opened + wait + rest
    size = {"lines_added": 7 * number, "lines_deleted": number, "file_count": 1 + number % 5}
    who = who if kind == "human" else kind
    landed, closed = (ended if state == one else None for one in ("merged", "closed"))
    how: dict[str, Any] = {"kind": kind, "repository": place, "closed": closed, **size}
    world.proposed(name, opened, landed, who, **how)
    world.commits_of(name, opened - 0.3, opened - 0.1, author=who, repository_id=place)
    world.review(name, opened + wait, next_one, repository=place)
    world.comment(name, opened + wait, next_one, repository=place, length=number)
    item = f"{place}/issues/{number}"
    done = [] if state == "open" else [("done", ended)]
    moves = [("queue", opened - 1), ("active", opened - 0.5), *done]
    world.item(item, *moves, item_type="bug" if hurts else "task", assignee_person_id=who)
    world.linked(item, name)
    if state == "merged":
        world.deployed(f"d{number}", opened + wait + rest + 0.2, name, repository=place)
        if hurts:
            at = june(opened + wait + rest + 0.4)
            ended_at = None if number % 3 == 0 else at + DAY // 3
            incident = {"incident_id": f"i{number}", "opened_at": at, "resolved_at": ended_at}
            world.add("incident", **incident)
            link = {"target_kind": "deployment", "target_id": f"d{number}"}
            world.add("incident_link", incident_id=f"i{number}", **link)


def shifted(world: World, by: int) -> World:
    """The same, every instant later by so many microseconds."""
    later = World(repositories=())
    for table, rows in world.rows.items():
        names = [name for name in TABLES[table].schema.names if name.endswith("_at")]
        for row in rows:
            moved = {name: row[name] + by for name in names if row.get(name) is not None}
            later.rows[table].append(row | moved)
    return later


def moved(found: list[Finding], by: int) -> list[Finding]:
    """The same findings, of windows later by so many microseconds."""
    return [
        dataclasses.replace(one, window=after(one.window, by)) if one.window else one
        for one in found
    ]


def after(window: Window, by: int) -> Window:
    return Window(start_at=window.start_at + by, end_at=window.end_at + by)


def about(found: list[Finding]) -> list[tuple[object, ...]]:
    """What is said, numbers to twelve places: sums of floats depend on their order."""
    return [
        (one.metric, one.group, one.n, *plain(one)) if isinstance(one, Measurement) else (one,)
        for one in found
    ]


def plain(one: Measurement) -> tuple[object, ...]:
    span = one.interval or Interval(low=0.0, high=0.0, method="none")
    numbers = (one.value, span.low, span.high, one.coverage or 0.0)
    return (*(float(f"{number:.9g}") for number in numbers), span.method, one.window, one.qualifier)


def asked(metric: Metric, world: World, **how: Any) -> list[Finding]:
    return measure(metric, world.ready(), k=1, **how)


METRICS = [
    metric
    for metric in all_metrics().values()
    if not isinstance(metric.summary, Survival | MonthsCompared)
]


@pytest.fixture(scope="module")
def organisation() -> Forge:
    rows: Drawn = [
        (
            REPOSITORIES[number % 3],
            number % len(PEOPLE),
            1 + 1.37 * number,
            number % 9 / 3,
            number % 5 * 0.9,
            ("merged", "merged", "closed", "merged", "open")[number % 5],
            ("human", "human", "bot", "human", "human", "ai_agent")[number % 6],
            number % 4 == 0,
        )
        for number in range(48)
    ]
    return told(rows)


CALENDAR = [one for one in METRICS if not isinstance(one.summary, Quantiles | RatioOfSums)]
SPANS = [one for one in METRICS if isinstance(one.summary, Quantiles)]
SHARES = [one for one in METRICS if isinstance(one.summary, RatioOfSums)][::4]


def test_four_hundred_years_later_every_rate_and_level_is_the_same(organisation: Forge) -> None:
    """With intervals, counts and coverage: weeks and months are then the same again."""
    later, span = shifted(organisation, CENTURIES), after(SPAN, CENTURIES)
    said = {metric.name: asked(metric, organisation, window=SPAN) for metric in CALENDAR}
    assert sum(isinstance(found[0], Measurement) for found in said.values()) > 15
    for metric in CALENDAR:
        expected = moved(said[metric.name], CENTURIES)
        assert about(asked(metric, later, window=span)) == about(expected), metric.name


def test_durations_and_shares_do_not_depend_on_the_calendar(organisation: Forge) -> None:
    """Every duration, and every fourth share: two weeks and a bit later they are what they were."""
    later = shifted(organisation, ODD)
    for metric in (*SPANS, *SHARES):
        found, expected = asked(metric, later), asked(metric, organisation)
        kept = [(one.group, one.n, getattr(one, "value", None)) for one in found]
        assert kept == [(one.group, one.n, getattr(one, "value", None)) for one in expected]


RATES = [
    metric
    for metric in METRICS
    if isinstance(metric.summary, PerWeek)
    and metric.name
    in (
        *("changes_landed_per_week", "changes_deployed_per_week", "deployments_per_week"),
        *("queue_growth_per_week", "points_done_per_week"),
    )
]


@settings(max_examples=3, deadline=None, derandomize=True)
@given(CHANGES)
def test_rates_of_disjoint_groups_add_up_to_the_whole(rows: Drawn) -> None:
    """By repository; and by who wrote what landed: people, bots and agents are three classes."""
    world = told(rows)
    assert len(RATES) == 5
    for metric in RATES:
        whole = [one for one in asked(metric, world, window=SPAN) if isinstance(one, Measurement)]
        assert_sum(whole, asked(metric, world, window=SPAN, by=("repository",)))
    (all_landed,) = asked(all_metrics()["changes_landed_per_week"], world, window=SPAN)
    by_kind = asked(
        all_metrics()["changes_landed_per_week"], world, window=SPAN, by=("actor_kind",)
    )
    landed = [one for one in by_kind if dict(one.group).get("actor_kind") != "bot"]
    assert_sum([all_landed] if isinstance(all_landed, Measurement) else [], landed)


def assert_sum(whole: list[Measurement], parts: list[Finding]) -> None:
    told_of = [part for part in parts if isinstance(part, Measurement)]
    assert sum(part.n for part in told_of) == sum(one.n for one in whole)
    value = sum(part.value for part in told_of)
    assert value == pytest.approx(sum(one.value for one in whole), abs=1e-9)
