"""What every table of a made-up organisation is written from: the landed changes, and names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trueup.model.tables import TABLES
from trueup.simulate.practising import Practice
from trueup.simulate.scenario import Scenario
from trueup.simulate.team_weeks import end_of
from trueup.simulate.teams import FIRST_DAY, WEEK, Bools, Ints, Teams
from trueup.simulate.usage import Usage
from trueup.simulate.world import NEVER, Changes

HOST = "made-up.example"
TOOLS = ("Claude Code", "Copilot", "Cursor")
MODELS = ("model-a", "model-b", "model-c")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Facts:
    """The landed changes of one world, by team and in order of landing, and what they are called.

    Parameters
    ----------
    changes
        Only landed ones, sorted by team and landing; `Changes.parent` names places in here.
    waiting
        Those put up for review that have not landed when recording stops, by team.
    number
        Of each change within its repository, from 1.
    is_deployed
        Which of them reached production before recording stopped.
    team_ids, repository_ids, service_ids, person_ids
        Names, by team and by person.
    commit_ids, shas, change_ids
        Names, by change.
    """

    scenario: Scenario
    teams: Teams
    usage: Usage
    practice: Practice
    changes: Changes
    waiting: Changes
    number: Ints
    is_deployed: Bools
    team_ids: pa.Array
    repository_ids: pa.Array
    service_ids: pa.Array
    person_ids: pa.Array
    commit_ids: pa.Array
    shas: pa.Array
    change_ids: pa.Array

    @property
    def deployed_at(self) -> pa.Array:
        """When each change was in production; null where it is not yet."""
        return instants(np.where(self.is_deployed, self.changes.deployed_at, NEVER))

    @property
    def waiting_ids(self) -> pa.Array:
        """Names of the changes that wait; landed ones have their numbers before."""
        repositories = self.repository_ids.take(rows_of(self.waiting.team))
        return joined(repositories, "#open-", np.arange(self.waiting.team.size))

    def release_ids(self, rows: Ints) -> pa.Array:
        """Name the deployment, as a release, that brings each of the changes."""
        return joined(
            self.repository_ids.take(rows_of(self.changes.team[rows])),
            ":v",
            self.changes.slot[rows],
        )

    def deployment_ids(self, rows: Ints) -> pa.Array:
        """Name the deployment that brings each of the changes."""
        return joined(
            self.service_ids.take(rows_of(self.changes.team[rows])), "/", self.changes.slot[rows]
        )


def gather(
    scenario: Scenario, teams: Teams, usage: Usage, changes: Changes, practice: Practice
) -> Facts:
    """Keep what landed before recording stopped, and name it."""
    landed = np.flatnonzero(changes.landed_at < end_of(scenario))
    rows = landed[np.lexsort((changes.landed_at[landed], changes.team[landed]))]
    place = np.full(changes.team.size, NEVER)
    place[rows] = np.arange(rows.size)
    kept = {name: getattr(changes, name)[rows] for name in Changes.__dataclass_fields__}
    kept["parent"] = np.where(kept["parent"] == NEVER, NEVER, place[kept["parent"]])
    ordered = Changes(**kept)
    opened = (changes.opened_at < end_of(scenario)) & (changes.landed_at >= end_of(scenario))
    open_rows = np.flatnonzero(opened)
    open_rows = open_rows[np.argsort(changes.team[open_rows], kind="stable")]
    waiting = {name: getattr(changes, name)[open_rows] for name in kept}
    counts = np.bincount(ordered.team, minlength=scenario.teams)
    number = 1 + np.arange(rows.size) - np.repeat(np.cumsum(counts) - counts, counts)
    named = numbered("service-", scenario.teams)
    repository_ids = pc.binary_join_element_wise(HOST, named, "/")
    of_change = repository_ids.take(rows_of(ordered.team))
    shas = digits(np.arange(rows.size), 12)
    return Facts(
        scenario=scenario,
        teams=teams,
        usage=usage,
        practice=practice,
        changes=ordered,
        waiting=Changes(**waiting),
        number=number,
        is_deployed=ordered.deployed_at < end_of(scenario),
        team_ids=numbered("team-", scenario.teams),
        repository_ids=repository_ids,
        service_ids=named,
        person_ids=joined("p_", "", digits(np.arange(teams.person_team.size), 16)),
        commit_ids=joined(of_change, ":", shas),
        shas=shas,
        change_ids=joined(of_change, "#", number),
    )


def rows_of(places: NDArray[np.integer]) -> pa.Array:
    """Return places as Arrow takes them."""
    return pa.array(places, pa.int64())


def numbered(prefix: str, count: int) -> pa.Array:
    """Return names with a running number of four digits or more, from 1."""
    return pa.array([f"{prefix}{number:04d}" for number in range(1, count + 1)])


def digits(numbers: Ints, width: int) -> pa.Array:
    """Return numbers as text of a fixed width; digits are hexadecimal digits too."""
    scattered = (numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(24)
    unique = (scattered % np.uint64(10**4)) * np.uint64(10**8) + numbers.astype(np.uint64)
    return pc.utf8_lpad(pc.cast(pa.array(unique), pa.string()), width, "0")


def joined(left: pa.Array | str, between: str, right: pa.Array | Ints) -> pa.Array:
    """Return two texts, or a text and numbers, with something between them."""
    if isinstance(right, np.ndarray):
        right = pc.cast(pa.array(right), pa.string())
    return pc.binary_join_element_wise(left, right, between)


def coded(codes: Ints, names: pa.Array | list[str | None]) -> pa.Array:
    """Return repeating text by codes into names; null where the code is `NEVER`."""
    places = pa.array(codes.astype(np.int32), mask=codes == NEVER)
    return pa.DictionaryArray.from_arrays(places, pa.array(names, pa.string()))


def instants(at: Ints) -> pa.Array:
    """Return instants, null where `NEVER`."""
    return pa.array(at, pa.int64(), mask=at == NEVER)


def rows_for(table: str, count: int, /, **columns: object) -> pa.Table:
    """Return rows of a canonical table; one value stands for all rows, what is not given is null.

    Raises
    ------
    KeyError
        The table has no such column.
    """
    schema = TABLES[table].schema
    unknown = set(columns) - set(schema.names)
    if unknown:
        raise KeyError(f"{table} has no column {unknown}.")
    made = [_column(columns.get(field.name), field.type, count) for field in schema]
    return pa.table(made, schema=schema)


def _column(given: object, kind: pa.DataType, count: int) -> pa.Array:
    if given is None:
        return pa.nulls(count, kind)
    if isinstance(given, str | bool | int | float):
        if pa.types.is_dictionary(kind):
            return coded(np.zeros(count, dtype=np.int64), [str(given)])
        return pa.repeat(pa.scalar(given, kind), count)
    array = given if isinstance(given, pa.Array) else pa.array(given)
    if not pa.types.is_dictionary(kind) or array.type == kind:
        return array.cast(kind)
    if array.null_count:
        return array.dictionary_encode().cast(kind)
    return pa.DictionaryArray.from_arrays(pa.array(np.arange(count, dtype=np.int32)), array)


def collect(*parts: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Return all tables of the parts by name, the rows of one in several parts together."""
    found: dict[str, list[pa.Table]] = {}
    for part in parts:
        for name, rows in part.items():
            found.setdefault(name, []).append(rows)
    return {
        name: rows[0] if len(rows) == 1 else pa.concat_tables(rows).unify_dictionaries()
        for name, rows in found.items()
    }


def week_start(week: Ints) -> Ints:
    """Return the instants at which weeks begin."""
    return FIRST_DAY + week * WEEK
