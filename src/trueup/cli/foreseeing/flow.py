"""What would happen if, as a table for a terminal and as plain values for a machine."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trueup.cli.answers import plain
from trueup.cli.findings import NO_BREAK, describe
from trueup.errors import ConfigError, try_one_of
from trueup.model.evidence import Abstention
from trueup.report import words
from trueup.units import significant

if TYPE_CHECKING:
    from trueup.model.simulated import Simulated
    from trueup.simulate.flow.outlook import Outlook
    from trueup.simulate.flow.question import Foreseen
    from trueup.simulate.flow.team import WhatIf

_HEADS = ("", "finished", "against as it is", "lead time, half and 85 %", "what limits")
_DEMANDS = {
    "push": "there is always more to begin",
    "arriving": "work comes as it came",
    "cap": "at most {} changes are under way",
}


def read_what_ifs(written: Sequence[str]) -> dict[str, WhatIf] | None:
    """Return the changes asked about, each called as it is written; None where none is.

    Raises
    ------
    ConfigError
        What is to be changed is not known, or by how much cannot be read.
    """
    return {text: _what_if(text) for text in written} or None


def _what_if(text: str) -> WhatIf:
    from trueup.simulate.flow.team import WhatIf

    whole = {"coders", "reviewers", "most_under_way"}
    names = {field.name for field in dataclasses.fields(WhatIf)}
    values: dict[str, Any] = {}
    for part in text.split():
        name, _, value = part.partition("=")
        if name not in names:
            raise ConfigError(f"Nothing is called {name!r}.", hint=try_one_of(names, name))
        try:
            values[name] = int(value) if name in whole else float(value)
        except ValueError as error:
            raise ConfigError(
                f"{part!r} does not say by how much.", hint=f"Write it as {name}=2."
            ) from error
        is_multiple = name not in whole
        if (is_multiple and not 0 < values[name] < _MOST) or values.get("most_under_way", 1) < 1:
            raise ConfigError(f"{part!r} cannot be played.", hint="Use a number above 0.")
    if not values:
        raise ConfigError("Nothing is changed.", hint='Write "coding_speed=1.6".')
    return WhatIf(**values)


_MOST = 1_000


def foreseen_as_json(found: Foreseen | Abstention) -> dict[str, Any]:
    """Return everything as plain values."""
    if isinstance(found, Abstention):
        return {"abstention": describe(found)}
    demands = {found.demand: found.outlooks, **found.beside}
    return {
        "unit_kind": found.unit_kind,
        "units": found.units,
        "window": plain(found.weeks),
        "demand": found.demand,
        "unknown_start_ratio": dict(found.unknown_start_ratio),
        "outlooks": {name: [_described(one) for one in each] for name, each in demands.items()},
    }


def _described(one: Outlook) -> dict[str, Any]:
    from trueup.simulate.flow.outlook import of_work

    fields = dataclasses.fields(type(one))
    described = {field.name: _plain(getattr(one, field.name)) for field in fields}
    return described | {"work_against": None if one.against is None else plain(of_work(one))}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return plain(value)


def foreseen_in_words(found: Foreseen | Abstention) -> Iterator[str]:
    """Say it in a table, then beside what else may bring work in, then what it rests on."""
    if isinstance(found, Abstention):
        yield f"What would happen if: {words.CANNOT_TELL}. {found.reason}"
        yield found.remedy
        return
    of = {"team": "teams", "repository": "repositories"}[found.unit_kind]
    span = words.span(found.weeks)
    for line in (
        f"A typical {found.unit_kind} of {found.units:,} {of}, if {_demand(found.demand)}",
        f"A model fitted to records, {span}; per {found.unit_kind}, with 95 % intervals.",
        "",
        *_table([_HEADS, *(_row(one) for one in found.outlooks)]),
        *_worked(found.outlooks),
        "",
        *_beside(found),
        "",
        *_rests_on(found),
    ):
        yield line.replace(NO_BREAK, " ")


def _demand(demand: str) -> str:
    name, _, most = demand.partition("=")
    return _DEMANDS[name].format(most)


def _row(one: Outlook) -> tuple[str, ...]:
    against = "" if one.against is None else _within(one.against)
    return (one.name, _within(one.throughput), against, _lead(one), _limits(one))


def _worked(outlooks: Sequence[Outlook]) -> Iterator[str]:
    """Say how much work is finished where a change would hold more or less of it."""
    from trueup.simulate.flow.outlook import of_work

    for one in outlooks:
        if one.what_if.change_size != 1.0:
            work = of_work(one)
            if not isinstance(work, Abstention):
                said = f"{one.name} {_within(work)}"
                yield f"  In work, for each change would hold more or less: {said}."


def _within(found: Simulated) -> str:
    if found.interval is None:
        return found.say()
    low, high = found.interval.low, found.interval.high
    scale = 100.0 if found.unit.name == "relative" else 1.0
    ends = " to ".join(significant(scale * end) for end in (low, high))
    return f"{found.say()} ({ends})"


def _lead(one: Outlook) -> str:
    """Say how long a change takes, or that changes pile up."""
    if isinstance(one.lead_times, Abstention):
        return f"grows by {significant(one.growth.value)} changes a week"
    hours = " and ".join(significant(each.value) for each in one.lead_times)
    return f"{hours} hours of work"


def _limits(one: Outlook) -> str:
    """Say which pools may limit throughput, and how likely each is."""
    return ", ".join(f"{pool} {100 * odds:.0f} %" for pool, odds in one.limits.items())


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  " + "  ".join(cells).rstrip()


def _beside(found: Foreseen) -> Iterator[str]:
    yield "Finished, against as it is, if instead"
    heads = ["", *(_demand(name) for name in found.beside)]
    rows = [heads]
    for one in found.outlooks:
        cells = [_cell(one, others) for others in found.beside.values()]
        rows.append([one.name, *cells])
    yield from _table(rows)


def _cell(one: Outlook, others: Sequence[Outlook]) -> str:
    same = next((other for other in others if other.name == one.name), None)
    if same is None:
        return "not played"
    if same.against is None:
        return same.throughput.say()
    return _within(same.against)


def _rests_on(found: Foreseen) -> Iterator[str]:
    first = found.outlooks[0].throughput
    yield "What it rests on"
    yield f"  {first.calibrated_by}; {first.n_draws} sets of parameters."
    unknown = [f"{stage} {100 * share:.0f} %" for stage, share in found.unknown_start_ratio.items()]
    yield f"  Starts of work that no record tells: {', '.join(unknown)}."
    for assumption in first.assumptions:
        yield f"  {assumption}"
