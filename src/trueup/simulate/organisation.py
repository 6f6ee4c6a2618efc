"""The made-up organisation: records of a world whose truth is known.

It happens twice from the same random numbers, with adoption and without; the records are of the
first, the truth is the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trueup.simulate.practising import Practice, draw_practice
from trueup.simulate.records.code import code_tables
from trueup.simulate.records.delivery import delivery_tables
from trueup.simulate.records.facts import HOST, collect, gather, numbered
from trueup.simulate.records.lines import line_tables
from trueup.simulate.records.people import people_tables
from trueup.simulate.records.practice import practice_tables
from trueup.simulate.records.sessions import session_tables
from trueup.simulate.records.waste import waste_tables
from trueup.simulate.scenario import Scenario
from trueup.simulate.team_weeks import recorded_until, team_weeks
from trueup.simulate.teams import Floats, Teams, draw_teams
from trueup.simulate.truth import Truth, compare, seen_adoption
from trueup.simulate.usage import Usage, draw_usage
from trueup.simulate.world import Changes, draw_luck, play, strength
from trueup.store.identity import Vault
from trueup.store.warehouse import Warehouse

SOURCE = "made_up"
TARGET = HOST


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MadeUp:
    """A made-up organisation.

    Parameters
    ----------
    tables
        Rows of the canonical tables, by name.
    truth
        What adoption did to each outcome of `trueup.measure.units.weeks`.
    practice
        How its teams put AI tools to work.
    """

    scenario: Scenario
    tables: Mapping[str, pa.Table]
    truth: Truth
    practice: Practice


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TeamWeeks:
    """The same world without records: its team-weeks, counted straight from the draws.

    Parameters
    ----------
    team_ids
        In the order of the rows of `columns`.
    columns
        By name of `trueup.measure.units.weeks`, each ``(teams, weeks)``; NaN is not observed.
    practice
        How its teams put AI tools to work.
    """

    scenario: Scenario
    team_ids: tuple[str, ...]
    columns: Mapping[str, Floats]
    truth: Truth
    practice: Practice


def make_organisation(scenario: Scenario) -> MadeUp:
    """Make up an organisation: all its records, and the truth.

    The same scenario gives the same records on any machine.
    """
    drawn = _draw(scenario)
    facts = gather(scenario, drawn.teams, drawn.usage, drawn.changes, drawn.practice)
    tables = collect(
        people_tables(facts),
        code_tables(facts),
        line_tables(facts),
        delivery_tables(facts),
        session_tables(facts),
        waste_tables(facts),
        practice_tables(facts),
    )
    truth = _weeks_of(drawn).truth
    return MadeUp(scenario=scenario, tables=tables, truth=truth, practice=drawn.practice)


def make_team_weeks(scenario: Scenario) -> TeamWeeks:
    """Make up the same organisation without writing its records down: for many draws."""
    return _weeks_of(_draw(scenario))


def land(made: MadeUp, warehouse: Warehouse, vault: Vault, *, now: int) -> None:
    """Land the records of a made-up organisation, in place of any landed before.

    Parameters
    ----------
    now
        Instant of the collection, epoch microseconds UTC.

    Raises
    ------
    WarehouseBusy
        Another process is writing.
    """
    with warehouse.collection(SOURCE, TARGET, now=now, vault=vault) as collection:
        collection.reset("the organisation is made up anew")
        for name, rows in made.tables.items():
            if rows.num_rows:
                collection.land(name, rows)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Drawn:
    scenario: Scenario
    teams: Teams
    usage: Usage
    practice: Practice
    changes: Changes
    twin: Changes


def _draw(scenario: Scenario) -> _Drawn:
    teams = draw_teams(scenario)
    usage = draw_usage(scenario, teams)
    practice = draw_practice(scenario, teams)
    strong = strength(scenario, teams, usage, practice)
    luck = draw_luck(scenario, teams, strong)
    return _Drawn(
        scenario=scenario,
        teams=teams,
        usage=usage,
        practice=practice,
        changes=play(scenario, teams, luck, strong, usage),
        twin=play(scenario, teams, luck, np.zeros_like(strong), None),
    )


def _weeks_of(drawn: _Drawn) -> TeamWeeks:
    scenario, teams = drawn.scenario, drawn.teams
    until = recorded_until(scenario, drawn.changes)
    happened = team_weeks(scenario, teams, drawn.changes, drawn.usage, until)
    twin = team_weeks(scenario, teams, drawn.twin, None, until)
    team_ids = tuple(numbered("team-", scenario.teams).to_pylist())
    adopted_in = dict(zip(team_ids, seen_adoption(teams).tolist(), strict=True))
    truth = Truth(outcomes=compare(teams, happened, twin), adopted_in=adopted_in)
    return TeamWeeks(
        scenario=scenario,
        team_ids=team_ids,
        columns=happened,
        truth=truth,
        practice=drawn.practice,
    )
