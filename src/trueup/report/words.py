"""How the report says a value, an interval, a span of time: short, plain, two or three digits."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

from trueup.estimate.studies import Study
from trueup.model.effect import Check, Estimate
from trueup.model.evidence import Abstention, Group, Measurement, Window
from trueup.model.simulated import Simulated
from trueup.report import names
from trueup.units import COUNT, ITEMS, LINES, PEOPLE, RATIO, RELATIVE, Unit, say, significant

Shown = Measurement | Estimate | Simulated | Abstention | Study
"""All that a report may show."""

CANNOT_TELL = "cannot tell"

TIMES = Unit("times", "times")
POINTS = Unit("percentage points", "points")
PER_THOUSAND_CHANGES = Unit("per thousand changes", "per 1,000 changes")

_SPOKEN: Mapping[Unit, float] = MappingProxyType({POINTS: 100.0, PER_THOUSAND_CHANGES: 1000.0})
"""Units only a reader hears, and how many of them one of the stored unit is."""

_RARE: Mapping[str, Unit] = MappingProxyType({"incidents_per_change": PER_THOUSAND_CHANGES})
"""Outcomes so rare that one unit of them is no number to read."""

_MULTIPLES = ("_in_marked_months_ratio", "later_defect_recovery_ratio")
"""Ends of the names of metrics that say how many times as much."""

_NEARLY_ALL, _ALL_BUT_ALL = 0.995, 0.9995
"""Shares above these are said with more digits: only all of it is 100 %."""

_ONE: Mapping[Unit, str] = MappingProxyType({PEOPLE: "person", LINES: "line"})
"""What one of a unit is called, where it is counted whole."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_USELESS_ZERO = re.compile(r"(?<=\d)\.0+(?!\d)|(?<=\.)(\d*[1-9])0+(?!\d)")
_NUMBER_AND_REST = re.compile(r"^((?:[-+]?[^\d\s]{0,2}|[A-Z]{3}\u00a0)[\d,.]+[km]?(?:bn)?)(.*)$")


def plain(value: float, unit: Unit, digits: int = 2) -> str:
    """Say a value: a true minus sign, no decimal that says nothing, no break before its unit.

    >>> from trueup.units import RATIO, SECONDS
    >>> [plain(259200, SECONDS).split(chr(160)), plain(-0.02, RATIO)[0] == chr(8722)]
    [['3', 'days'], True]
    """
    if unit in _SPOKEN:
        value, unit = _SPOKEN[unit] * value, replace(unit, name="said")
    if unit.name == "said" and value > 0:
        return "+" + plain(value, replace(unit, name="signed"), digits)
    if value == 1 and unit in _ONE:
        return f"1\u00a0{_ONE[unit]}"
    if unit == RATIO and _NEARLY_ALL < value < 1:
        digits = max(digits, 3 if value < _ALL_BUT_ALL else 4)
    if unit == TIMES:
        return f"{significant(value, digits)}\u00a0times"
    spaces = 1 if unit.symbol.count(" ") > 1 and not unit.currency else -1
    said = say(value, unit, digits)
    said = said if unit.currency else _USELESS_ZERO.sub(r"\1", said)
    said = said.replace(" ", "\u00a0", spaces)
    return said.replace("-", "\u2212", 1) if said.startswith("-") else said


def value_of(shown: Shown, *, bare: bool = False) -> str:
    """Say what is shown: the value with its qualifier, or that it cannot be told."""
    if isinstance(shown, Abstention):
        return CANNOT_TELL
    if isinstance(shown, Study):
        return "no figure" if shown.effect is None else plain(shown.effect, RELATIVE)
    said = _counted(shown) or plain(shown.value, unit_of(shown))
    if isinstance(shown, Simulated):
        return said
    if isinstance(shown, Estimate) and _is_signed(shown) and not said.startswith("+"):
        said = f"+{said}" if shown.value > 0 else said
    qualifier = "" if bare or isinstance(shown, Estimate) else shown.qualifier
    return f"{qualifier} {said}".strip()


def unit_of(shown: Measurement | Estimate | Simulated | Study) -> Unit:
    """Return the unit a reader hears: share less share is points, month over month is times."""
    if isinstance(shown, Study):
        return RELATIVE
    if isinstance(shown, Estimate) and is_share(shown):
        return POINTS
    if isinstance(shown, Estimate) and shown.unit != RELATIVE:
        return _RARE.get(shown.outcome, shown.unit)
    if isinstance(shown, Measurement) and shown.metric.endswith("_difference_ratio"):
        return POINTS
    if isinstance(shown, Measurement) and shown.metric.endswith(_MULTIPLES):
        return TIMES
    return shown.unit


def is_share(shown: Estimate) -> bool:
    """Return whether it is a difference of shares, which is said in points."""
    return shown.unit != RELATIVE and shown.outcome.endswith("_ratio") and _is_signed(shown)


def _is_signed(shown: Estimate) -> bool:
    """Return whether it is a difference; the others are parts of a whole."""
    return not shown.outcome.startswith("inflated_")


def short_of(shown: Shown) -> str:
    """Say the value where its unit stands beside it: a difference in a unit of its own, bare."""
    return _without_unit(value_of(shown), shown)


def short_between(shown: Shown) -> str:
    """Say the interval where its unit stands beside it."""
    return _without_unit(interval_of(shown), shown)


def _without_unit(said: str, shown: Shown) -> str:
    if not isinstance(shown, Estimate) or shown.unit == RELATIVE or is_share(shown):
        return said
    symbol = unit_of(shown).symbol
    bare = said.replace("\u00a0", " ").removesuffix(f" {symbol}") if symbol else said
    return said[: len(bare)]


def _counted(shown: Measurement | Estimate | Simulated) -> str:
    """Say items by their name: 38 changes, not 38 items."""
    if shown.unit != ITEMS or not isinstance(shown, Measurement):
        return ""
    return plain(shown.value, COUNT) + "\u00a0" + _singular(_inside(shown), shown.value)


def _inside(shown: Measurement) -> str:
    """Say what is counted: mostly what the number rests on, but a deployment holds changes."""
    return _HELD.get(shown.metric, shown.n_of)


_HELD: Mapping[str, str] = MappingProxyType({"deployment_batch_items": "changes"})


def _singular(items: str, number: float) -> str:
    return items.removesuffix("s") if number == 1 else items


def interval_of(shown: Shown) -> str:
    """Say between which values the quantity lies, or why that is not known."""
    if isinstance(shown, Abstention):
        return shown.reason
    if isinstance(shown, Study):
        return _published(shown)
    if isinstance(shown, Estimate):
        ends = shown.interval
        return between(ends.low, ends.high, unit_of(shown), signed=_is_signed(shown))
    if shown.interval is None:
        return shown.no_interval_because
    if isinstance(shown, Simulated):
        return between(shown.interval.low, shown.interval.high, shown.unit)
    unit = Unit("items", _inside(shown)) if shown.unit == ITEMS else unit_of(shown)
    return between(shown.interval.low, shown.interval.high, unit)


def _published(shown: Study) -> str:
    if shown.low is None or shown.high is None:
        return "no interval found"
    return between(shown.low, shown.high, RELATIVE)


def between(lower: float, upper: float, unit: Unit, *, signed: bool = False) -> str:
    """Say from where to where, the unit once where both ends share it.

    Ends that differ are said with as many digits as it takes to see that they do.

    >>> between(-0.19, 0.14, RELATIVE).replace(chr(160), " ").replace(chr(8722), "-")
    '-19 to +14 %'
    """
    for digits in (2, 3, 4):
        low, high = (
            f"+{said}" if signed and end > 0 and math.isfinite(end) and said[0] != "+" else said
            for end, said in ((end, plain(end, unit, digits)) for end in (lower, upper))
        )
        if low != high or lower == upper:
            break
    first, second = _NUMBER_AND_REST.match(low.replace("\u2212", "-")), high
    same_unit = first is not None and second.endswith((first.group(2), f"{first.group(2)}s"))
    if first is not None and same_unit:
        low = first.group(1).replace("-", "\u2212")
    return f"{low} to {second}"


def ends_of(low: Measurement, high: Measurement) -> tuple[str, str]:
    """Say two values of one unit, the unit once where both share it."""
    first, _, second = between(low.value, high.value, unit_of(high)).partition(" to ")
    return first, second.replace("\u00a0per", " per")


def typeset(text: str) -> str:
    """Set words the balance wrote as the page sets its own: called by name, true minus signs.

    >>> typeset("-5 % in 24-week spans").replace(chr(160), "~").replace(chr(8722), "MINUS")
    'MINUS5~% in 24-week spans'
    """
    return _PER_CENT.sub("\u00a0%", _MINUS.sub("\u2212", names.plainly(text)))


def listed(names_: Sequence[str]) -> str:
    """Name several things in one breath.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    *first, last = names_
    return f"{', '.join(first)} and {last}" if first else last


def stopped(text: str) -> str:
    """End a sentence with a full stop, whoever wrote it.

    >>> stopped("none left"), stopped("None left."), stopped("")
    ('none left.', 'None left.', '')
    """
    return text if not text or text[-1] in ".!?" else f"{text}."


_PER_CENT = re.compile(r"(?<=\d) ?%")
_MINUS = re.compile(r"(?<![\w.)])-(?=\.?\d)")


def items_of(shown: Shown) -> str:
    """Say how many items it rests on, and what they are."""
    if isinstance(shown, Estimate):
        return f"{shown.n_units:,} units, {shown.n_treated:,} of them adopted"
    if isinstance(shown, Study):
        return shown.n
    if isinstance(shown, Simulated):
        return f"{shown.n_draws:,} sets of parameters"
    return f"{shown.n:,}\u00a0{_singular(shown.n_of, shown.n)}".strip()


def day(at: int) -> str:
    """Say the day of an instant in UTC.

    >>> day(1_767_225_600_000_000)
    '1 January 2026'
    """
    moment = datetime.fromtimestamp(at / 1_000_000, tz=UTC)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def minute(at: int) -> str:
    """Say an instant to the minute, in UTC."""
    moment = datetime.fromtimestamp(at / 1_000_000, tz=UTC)
    return f"{day(at)}, {moment:%H:%M} UTC"


def month(at: int) -> str:
    """Say the month of an instant in UTC.

    >>> month(1_767_225_600_000_000)
    'January 2026'
    """
    moment = datetime.fromtimestamp(at / 1_000_000, tz=UTC)
    return f"{_MONTHS[moment.month - 1]} {moment.year}"


def span(window: Window | None) -> str:
    """Say which span of time it speaks of; its end is not part of it."""
    if window is None:
        return "no window"
    first, last = day(window.start_at), day(max(window.start_at, window.end_at - 1))
    return first if first == last else f"{first} to {last}"


def group_of(group: Group) -> str:
    """Say which slice a number speaks of; a currency goes with its unit.

    >>> group_of((("month", "2026-03"), ("origin", "marked")))
    'March 2026, AI-marked'
    """
    return ", ".join(_member(*pair) for pair in group if pair[0] != "currency") or "everything"


def here(group: Group) -> Group:
    """Leave out the repository where the place already says it."""
    return tuple(pair for pair in group if pair[0] != "repository")


def _member(dimension: str, member: str) -> str:
    if dimension == "month":
        year, number = member.split("-")[:2]
        return f"{_MONTHS[int(number) - 1]} {year}"
    if dimension == "origin":
        return "AI-marked" if member == "marked" else "unmarked (unknown)"
    if dimension == "age_days":
        return f"after {float(member):g} days"
    if dimension == "quantile":
        return _quantile(member)
    return _PLACES[dimension](member) if dimension in _PLACES else member


def _quantile(member: str) -> str:
    if member == "mean":
        return "mean"
    return "median" if float(member) == 0.5 else f"{100 * float(member):g} of 100 within"


def _since_adoption(periods: int) -> str:
    if periods == 0:
        return "in the period of adoption"
    side = "after" if periods > 0 else "before"
    return f"{abs(periods)} period{'' if abs(periods) == 1 else 's'} {side} adoption"


_PLACES: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "horizon": lambda member: _since_adoption(int(member)),
        "dose": lambda member: f"at a dose of about {significant(float(member))}",
        "measure": lambda member: member.replace("_", " "),
        "adoption": lambda member: names.USE.get(member, member),
        "actor_kind": lambda member: names.KINDS.get(member, member),
        "against": lambda member: f"against {member}",
        "basis": lambda member: names.BASES.get(member, member),
        "agent_kind": lambda member: names.AGENTS.get(member, member),
    }
)


def slice_of(shown: Shown) -> str:
    """Say what tells a point of a chart from its neighbours.

    >>> slice_of(Abstention(metric="x", reason="", remedy=""))
    'everything'
    """
    if isinstance(shown, Study):
        return f"{shown.name}, {shown.year}"
    if isinstance(shown, Estimate) and not shown.group:
        return f"by {names.recipe(shown.estimator)}"
    return group_of(here(shown.group))


def measure_of(shown: Shown) -> str:
    """Return what was measured, by its name."""
    if isinstance(shown, Simulated):
        return shown.quantity
    return shown.metric if isinstance(shown, Measurement | Abstention) else shown.outcome


def more_of(number: int | None) -> str:
    """Say how many more, or that no number will do.

    >>> more_of(14), more_of(None), more_of(0)
    ('14', 'no number will do', 'none')
    """
    if number is None:
        return "no number will do"
    return f"{number:,}" if number else "none"


SYMBOLS: Mapping[str, str] = MappingProxyType(
    {"holds": "\u2713", "fails": "\u2715", "weak": "\u2248", "cannot tell": "?"}
)
"""A mark beside the word of how a check ended; never without the word."""


def figures_of(check: Check) -> str:
    """Say the numbers of a check by their names, as a machine would read them.

    >>> figures_of(Check(name="a", question="", answer="holds", says="", figures=(("p", 0.5),)))
    'p 0.5'
    """
    return ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in check.figures)


def capital(sentence: str) -> str:
    """Begin a sentence with a capital."""
    return sentence[:1].upper() + sentence[1:]


def uncapital(sentence: str) -> str:
    """Begin a sentence small, unless its first word is a name or an abbreviation."""
    first = sentence.split(" ", 1)[0]
    return sentence[:1].lower() + sentence[1:] if first.istitle() else sentence


def alike(shown: Measurement) -> str:
    """Say what a ratio would be if each unit counted alike, where that differs; else nothing."""
    other = shown.mean_of_ratios
    if other is None:
        return ""
    return f"; {plain(other.value, unit_of(shown))} if {other.n:,} {other.n_of} count alike"


def coverage_of(shown: Measurement) -> str:
    """Say which share of the items that should be in it are."""
    if shown.coverage is None:
        return "unknown"
    return f"{plain_share(shown.coverage)} of what should be in it"


def plain_share(ratio: float) -> str:
    """Say a share; only what is complete is called 100 %.

    >>> plain_share(1.0).replace(chr(160), " "), plain_share(0.9996).replace(chr(160), " ")
    ('100 %', '99.9 %')
    """
    if ratio >= 1:
        return "100\u00a0%"
    return f"{int(ratio * 1000) / 10:g}\u00a0%"


def metric_of(shown: Shown) -> str:
    """Return the name of the definition it follows; an estimate follows its recipe."""
    if isinstance(shown, Study):
        return STUDIES
    if isinstance(shown, Simulated):
        return shown.model
    return shown.estimator if isinstance(shown, Estimate) else shown.metric


STUDIES = "published_studies"
"""Stands for a metric's name where a published figure is shown."""


def query_of(shown: Shown) -> str:
    """Return the command that computes it again, empty where there is none.

    >>> query_of(Abstention(metric="a_ratio", reason="", remedy="", group=(("tool", "x"),)))
    'trueup measure a_ratio --by tool'
    """
    if isinstance(shown, Estimate | Simulated | Study) or shown.metric.startswith(_UNASKED):
        return ""
    names = [name for name, _ in shown.group]
    split = "".join(f" --by {name}" for name in names if name in _SPLITS)
    every = "".join(f" --every {name}" for name in names if name in ("month", "quarter", "week"))
    return f"trueup measure {shown.metric}{split}{every}"


_STAGES = ("review", "checks", "deployment")
_OF_A_QUEUE = ("left_behind", "answers_coming", "answers_waiting", "standing_weeks")
_UNASKED = (
    *("records_", "excess_tokens", "displaced_changes_ratio", "asked_for_changes_ratio"),
    *("late_failed_checks_ratio", "incidents_per_landed_change"),
    *(f"{stage}_{of}" for stage in _STAGES for of in _OF_A_QUEUE),
    *("starts_later", "output_later", "lead_time_later", "reviews_per_reviewer_later"),
)
"""Metrics that no command asks for: what the report and the doctor count themselves."""
_SPLITS = ("origin", "tool", "model", "actor_kind", "agent_kind", "file_kind")
