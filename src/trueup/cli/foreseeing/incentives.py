"""Who gains from a gain, as lines for a terminal and as plain values for a machine."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from trueup.cli.answers import plain
from trueup.cli.findings import describe
from trueup.errors import ConfigError
from trueup.model.evidence import Abstention, Interval
from trueup.report import words
from trueup.units import say as said

if TYPE_CHECKING:
    from trueup.model.simulated import Simulated
    from trueup.simulate.incentives.findings import Incentives, Policy, Swing
    from trueup.simulate.incentives.terms import Gain

MEASURED = "measured"
"""Stands for the gain a workspace measured itself."""
_PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "gain": "the gain",
        "pass_through": "what is passed to pay",
        "steady": "rewards beside pay",
        "top_cost": "what effort costs where it costs most",
        "is_linear": "effort costs its square, or in proportion",
        "ratchet": "own output is asked again next quarter",
        "visible": "what others see of output",
        "offered": "what others pay for output",
        "friction": "what it costs to move",
    }
)


def read_gain(written: str) -> Gain:
    """Return the gain that ``0.3`` or ``0.2..0.45`` stands for; the latter is a 95 % interval.

    Raises
    ------
    ConfigError
        It stands for none.
    """
    from trueup.simulate.incentives.terms import Gain

    try:
        ends = [float(part) for part in written.split("..")]
    except ValueError:
        ends = []
    if (
        len(ends) not in {1, 2}
        or not all(-1 < end < math.inf for end in ends)
        or ends[0] > ends[-1]
    ):
        hint = (
            "Write 0.3 for 30 % more at the same effort, 0.2..0.45 for its 95 % interval, or "
            f"{MEASURED} for what this workspace measured."
        )
        raise ConfigError(f"{written!r} is no gain.", hint=hint)
    source = f"{written} as given"
    if len(ends) == 1:
        return Gain(value=ends[0], source=source)
    middle = math.sqrt((1 + ends[0]) * (1 + ends[1])) - 1
    interval = Interval(low=ends[0], high=ends[1], method="as given")
    return Gain(value=middle, interval=interval, source=source)


def incentives_as_json(found: Incentives | Abstention) -> dict[str, Any]:
    """Return everything as plain values."""
    if isinstance(found, Abstention):
        return {"abstention": describe(found)}
    answer: dict[str, Any] = plain(found)
    return answer


def incentives_in_words(found: Incentives | Abstention) -> Iterator[str]:
    """Say it in a few tables: the terms, policies, what hangs on what; then what is not known."""
    if isinstance(found, Abstention):
        yield f"Who gains from the gain: {words.CANNOT_TELL}. {found.reason}"
        yield found.remedy
        return
    yield "Who gains from the gain: a model of the whole organisation, with 95 % intervals"
    yield found.read_first
    yield ""
    yield from _table([(name, _within(number)) for name, number in _terms(found)])
    yield ""
    yield "Pay, against what the organisation keeps; a policy left out is beaten by one shown"
    heads = ("passed to pay", "other rewards", "captured", "kept")
    yield from _table([heads, *(_policy(one) for one in found.frontier if one.is_on_frontier)])
    yield ""
    yield "What the captured share hangs on, the others at their middles"
    yield from _table([_swing(one) for one in found.sensitivity])
    yield ""
    yield from _unseen(found)
    yield ""
    yield "What it rests on"
    yield from (f"  {assumption}" for assumption in found.captured.assumptions)


def _terms(found: Incentives) -> Iterator[tuple[str, Simulated]]:
    yield "Gain at equal effort", found.gain
    yield "Captured on today's terms", found.captured
    yield from (
        (f"  after {number.quantity.split('_')[2]} quarters, if what is asked follows", number)
        for number in found.later[1:]
    )
    if found.arrived:
        yield "Arrived, by what was delivered", found.arrived
    yield "Kept by the organisation", found.kept
    yield "Worth to workers, above resting", found.workers_gain
    yield "Passed to pay, for an average worker to start", found.starts_at
    yield "  for an average worker to show all of it", found.all_shown_at
    yield "  for the organisation to keep most", found.best
    yield "  where effort costs what it is paid, and pay is all", found.break_even


def _within(number: Simulated) -> str:
    return f"{number.say()} ({number.say_interval()})"


def _policy(one: Policy) -> tuple[str, ...]:
    passed, beside = (f"{100 * share:g} %" for share in (one.pass_through, one.beside_pay))
    return (passed, beside, _within(one.captured), _within(one.kept))


def _swing(one: Swing) -> tuple[str, str]:
    ends = f"{one.at_low.say()} to {one.at_high.say()}"
    if one.parameter == "is_linear":
        return (_PARAMETERS[one.parameter], ends)
    low, high = said(one.low, one.unit), said(one.high, one.unit)
    return (f"{_PARAMETERS[one.parameter]}, {low} to {high}", ends)


def _unseen(found: Incentives) -> Iterator[str]:
    yield found.hours_unseen.say()
    yield f"  {found.hours_unseen.says}"
    for rival in found.rivals:
        yield f"  {words.capital(rival.name.replace('_', ' '))}: {rival.says}"
        if rival.told_apart_by:
            yield f"    Told apart by: {rival.told_apart_by}"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  " + "  ".join(cells).rstrip()
