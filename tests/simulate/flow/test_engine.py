"""The player of networks against exact results: each mean within three standard errors.

Every case is played on twenty fixed seeds; z is the distance of their mean from the exact value
in standard errors of that mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import pytest

from trueup.errors import EstimateError
from trueup.simulate.flow.closed_forms import (
    capacity,
    rate_with_a_cap,
    standing,
    time_with_many_servers,
    waiting_probability,
)
from trueup.simulate.flow.engine import Player, Run, play
from trueup.simulate.flow.network import Arriving, Demand, Network, Pool, Pushed, Station

SEEDS = range(20)
REWORK: Mapping[str, Mapping[str, float]] = {
    "code": {"review": 1.0},
    "review": {"recode": 0.3, "ci": 0.7},
    "recode": {"review": 1.0},
    "ci": {"recode": 0.1, "deploy": 0.9},
}
HOURS = {"code": 10.0, "review": 1.5, "recode": 2.5, "ci": 0.5, "deploy": 0.25}


def queue(per_hour: float, servers: int, station: Station) -> Network:
    return Network(
        stations=(station,),
        pools=(Pool(stations=(station.name,), servers=servers),),
        routes={},
        entry=station.name,
        demand=Arriving(per_hour=per_hour),
    )


def rework(demand: Demand) -> Network:
    """Five stations in which reviews and checks send work back; exponential touch times."""
    servers = {"code": 8, "review": 3, "recode": 3, "ci": 1, "deploy": 1}
    return Network(
        stations=tuple(
            Station(name=name, hours=hours, form="exponential") for name, hours in HOURS.items()
        ),
        pools=tuple(Pool(stations=(name,), servers=count) for name, count in servers.items()),
        routes=REWORK,
        entry="code",
        demand=demand,
    )


def z(
    network: Network, span: tuple[float, float], seen: Callable[[Run], float], exact: float
) -> float:
    """Return z of what is seen in so many hours after so many of warm-up."""
    hours, warm_up = span
    found = [
        seen(play(network, hours, np.random.default_rng(seed), warm_up=warm_up)) for seed in SEEDS
    ]
    return float((np.mean(found) - exact) / (np.std(found, ddof=1) / math.sqrt(len(found))))


def lead(run: Run) -> float:
    return float(run.lead_hours.mean())


def test_erlangs_formula_gives_the_values_of_the_textbook() -> None:
    # one server: the load; two servers at load 1: 1/3
    assert waiting_probability(0.8, 1) == pytest.approx(0.8)
    assert waiting_probability(1.0, 2) == pytest.approx(1 / 3)
    # one server, 0.8 an hour, an hour each: 1 / (1 - 0.8)
    assert time_with_many_servers(0.8, 1.0, 1) == pytest.approx(5.0)


@pytest.mark.parametrize(("servers", "share"), [(1, 0.6), (5, 0.8), (20, 0.8)])
def test_a_station_of_several_servers_waits_as_erlang_says(servers: int, share: float) -> None:
    exact = time_with_many_servers(share * servers, 1.0, servers)
    network = queue(share * servers, servers, Station(name="a", hours=1.0, form="exponential"))

    assert abs(z(network, (3_000 / servers, 100), lead, exact)) <= 3


@pytest.mark.parametrize(("cv", "exact"), [(0.0, 1.75), (0.5, 1.9375), (2.0, 4.75)])
def test_a_station_of_one_server_waits_as_pollaczek_and_khinchine_say(
    cv: float, exact: float
) -> None:
    # 0.6 an hour, one hour each: 1 + 0.6 (1 + cv^2) / (2 * 0.4)
    network = queue(0.6, 1, Station(name="a", hours=1.0, cv=cv))
    found = standing(network)

    assert found is not None
    assert found.lead_hours == pytest.approx(exact)
    assert abs(z(network, (6_000, 300), lead, exact)) <= 3


@pytest.mark.parametrize("station", range(5))
def test_a_network_with_rework_stands_as_jackson_says(station: int) -> None:
    network = rework(Arriving(per_hour=0.6))
    found = standing(network)

    assert found is not None
    exact = float(found.level[station])
    assert abs(z(network, (1_000, 200), lambda run: float(run.level[station]), exact)) <= 3


def test_visits_with_rework_are_those_of_the_traffic_equations() -> None:
    # v_review = 1 + v_recode; v_recode = 0.3 v_review + 0.1 * 0.7 v_review -> v_review = 1 / 0.63
    visits = rework(Arriving(per_hour=0.1)).visits

    review = 1 / 0.63
    assert visits == pytest.approx([1, review, 0.37 * review, 0.7 * review, 0.63 * review])


@pytest.mark.parametrize("most", [4, 6, 10, 20])
def test_a_cap_on_items_under_way_lets_as_many_through_as_buzen_says(most: int) -> None:
    network = rework(Pushed(most=most))
    exact = rate_with_a_cap(network)

    assert exact is not None
    assert abs(z(network, (1_000, 200), lambda run: run.finished / run.hours, exact)) <= 3


def test_buzens_rate_without_rework_is_that_of_two_machines_in_a_row() -> None:
    # two stations of one server and one hour, two items: states 2-0, 1-1, 0-2 alike: 2/3 an hour
    network = Network(
        stations=tuple(Station(name=name, hours=1.0, form="exponential") for name in "ab"),
        pools=tuple(Pool(stations=(name,), servers=1) for name in "ab"),
        routes={"a": {"b": 1.0}},
        entry="a",
        demand=Pushed(most=2),
    )

    assert rate_with_a_cap(network) == pytest.approx(2 / 3)


def test_what_comes_in_and_goes_out_and_stays_adds_up() -> None:
    for demand in (Arriving(per_hour=0.5), Pushed(), Pushed(most=12)):
        run = play(rework(demand), 500, np.random.default_rng(3))

        assert run.started == run.finished + run.level_at_end.sum()
        # Little's law, exactly: what items spent inside is the level over the time
        inside = run.level.sum() * run.hours
        assert run.lead_hours.sum() <= inside


def test_an_item_that_is_never_stopped_takes_its_touch_times() -> None:
    # one item at a time and no spread: code 10, review 1.5, ci 0.5, deploy 0.25, nothing comes back
    network = Network(
        stations=tuple(Station(name=name, hours=hours, cv=0.0) for name, hours in HOURS.items()),
        pools=tuple(Pool(stations=(name,), servers=1) for name in HOURS),
        routes={"code": {"review": 1.0}, "review": {"ci": 1.0}, "ci": {"deploy": 1.0}},
        entry="code",
        demand=Pushed(most=1),
    )
    run = play(network, 122.5, np.random.default_rng(1))

    assert run.finished == 10
    assert run.lead_hours == pytest.approx(np.full(10, 12.25))
    assert run.busy == pytest.approx([100 / 122.5, 15 / 122.5, 0, 5 / 122.5, 2.5 / 122.5])


def test_whoever_is_free_finishes_what_was_begun_before_beginning_anew() -> None:
    # one person codes an hour and reviews two; finishing first, never two items are under way
    network = Network(
        stations=(
            Station(name="code", hours=1.0, cv=0.0),
            Station(name="review", hours=2.0, cv=0.0),
        ),
        pools=(Pool(stations=("review", "code"), servers=1),),
        routes={"code": {"review": 1.0}},
        entry="code",
        demand=Pushed(),
    )
    run = play(network, 30.0, np.random.default_rng(1))

    assert run.finished == 10
    assert run.level.sum() == pytest.approx(1.0)


def test_the_same_seed_plays_the_same_and_a_player_goes_on_with_new_luck() -> None:
    network = rework(Pushed())
    one, same = (play(network, 200, np.random.default_rng(5)) for _ in range(2))
    player = Player(network, np.random.default_rng(5))
    first, second = player.play(200), player.play(200)

    assert one.finished == same.finished == first.finished
    assert list(one.lead_hours) == list(same.lead_hours)
    assert list(first.lead_hours) != list(second.lead_hours)


def test_a_queue_that_is_overrun_grows_by_what_is_too_much() -> None:
    # 2 come an hour, 1 is served: after 2,000 hours some 2,000 wait
    network = queue(2.0, 1, Station(name="a", hours=1.0, form="exponential"))
    run = play(network, 2_000, np.random.default_rng(1))

    assert capacity(network).per_hour == pytest.approx(1.0)
    assert standing(network) is None
    assert run.level_at_end.sum() == pytest.approx(2_000, rel=0.1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pools": ()}, "Each station needs one pool"),
        ({"routes": {"code": {"nowhere": 1.0}}}, "must name stations"),
        ({"routes": {"code": {"review": 1.2}}}, "Probabilities"),
        ({"routes": {"code": {"code": 1.0}}}, "able to leave"),
    ],
)
def test_a_network_that_makes_no_sense_is_refused(change: dict[str, object], said: str) -> None:
    right = {
        "stations": (Station(name="code", hours=1.0), Station(name="review", hours=1.0)),
        "pools": (Pool(stations=("code", "review"), servers=1),),
        "routes": {"code": {"review": 1.0}},
        "entry": "code",
        "demand": Pushed(),
    }

    with pytest.raises(EstimateError, match=said):
        Network(**{**right, **change})  # type: ignore[arg-type]
