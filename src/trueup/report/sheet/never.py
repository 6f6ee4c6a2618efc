"""What is never worked out: each promise is tried when the sheet is written, and told if broken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from trueup.config import parse_settings
from trueup.errors import ConfigError, MeasureError, PersonIsNotAUnit
from trueup.measure.catalogue import all_metrics
from trueup.measure.metric import DIMENSIONS, Tables
from trueup.measure.plan import measure
from trueup.measure.spending.spend import SPLITS
from trueup.measure.units.outcome import OUTCOMES
from trueup.model.ai_tables import ACTIVITIES
from trueup.model.cohort import FEWEST, Cohort
from trueup.model.labelling import SCHEMES
from trueup.model.tables import TABLES
from trueup.report.sheet.page import Grid, Part
from trueup.report.sheet.shown import Remembered

_SPLITS_BY_PERSON = ("person", "account", "author")
_NOTHING: Tables = {}
"""No table at all: what is refused is refused before any row is asked for."""
_PERSON = re.compile(r"person|author|account|login|e?mail|respondent")
_WORDS = frozenset(
    (
        *("text", "body", "title", "message", "prompt", "answer", "content", "description"),
        *("comment", "summary", "note", "transcript", "reasoning", "words", "remark", "subject"),
    )
)
"""Last words of the names of columns in which somebody's words would stand."""
_CLEAR = frozenset(("email", "mail", "login", "address", "phone", "username", "surname"))
_COUNTED_ELSEWHERE = frozenset(("coverage",))
"""Tables about the collection itself, in words of the program and never of a person."""
_INNER = re.compile(
    r"emotion|mood|sentiment|feeling|stress|burnout|health|vulnerab|attachment|belief|personality"
    r"|religio|politic|loyal|engagement|attrition"
)
_RANKS = re.compile(r"\brank|leaderboard|top_|_top\b|best|worst")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Something that is never done.

    Parameters
    ----------
    says
        As people read it.
    how
        What is tried.
    breaches
        What was found that breaks it; nothing as it should be.
    """

    says: str
    how: str
    breaches: Callable[[], Iterable[str]]


def never(remembered: Remembered | None) -> tuple[Part, tuple[str, ...]]:
    """Try every promise; return what is promised, and which promises did not hold."""
    rows, broken = [], []
    for promise in promises(remembered):
        found = tuple(promise.breaches())
        rows.append((promise.says, promise.how, f"no: {', '.join(found)}" if found else "held"))
        broken += [f"{promise.says} Found: {', '.join(found)}."] if found else []
    part = Part(
        heading="What is never done",
        lines=(
            (
                f"{len(rows) - len(broken)} of {len(rows)} promises held when they were tried, a "
                "moment ago."
            ),
        ),
        grids=(Grid(columns=("Promise", "Tried", "Result"), rows=tuple(rows)),),
        rests_on="the program itself: each promise was tried while this sheet was written",
    )
    return part, tuple(broken)


def promises(remembered: Remembered | None) -> tuple[Promise, ...]:
    """Return every promise."""
    return (*_of_persons(remembered), *_of_contents())


def _of_persons(remembered: Remembered | None) -> tuple[Promise, ...]:
    return (
        Promise(
            says="No number is shown of a single person.",
            how=f"{len(all_metrics())} measures asked by {', '.join(_SPLITS_BY_PERSON)}: each must "
            "be refused",
            breaches=_splits_by_person,
        ),
        Promise(
            says="Nothing can be split by persons.",
            how=f"{len(DIMENSIONS)} ways to split measures and {len(SPLITS)} to split costs, by "
            "name",
            breaches=lambda: [one for one in (*DIMENSIONS, *SPLITS) if _PERSON.search(one)],
        ),
        Promise(
            says="No result of the last report is of a person.",
            how="the groups of every result it showed"
            if remembered
            else "no report was written in this workspace yet",
            breaches=lambda: _persons_in(remembered),
        ),
        Promise(
            says="Nobody is ranked.",
            how="names of every measure, outcome and split",
            breaches=lambda: [one for one in _names() if _RANKS.search(one)],
        ),
    )


def _of_contents() -> tuple[Promise, ...]:
    return (
        Promise(
            says="No emotion, health, belief or attachment is worked out.",
            how="names of every measure, outcome, activity, label and column",
            breaches=lambda: [one for one in _vocabulary() if _INNER.search(one)],
        ),
        Promise(
            says="No prompt, answer or message is kept.",
            how=f"every column of text in {len(TABLES)} tables, by name",
            breaches=lambda: _columns_named(_WORDS),
        ),
        Promise(
            says="No name, address or login stands in a table.",
            how=f"every column of text in {len(TABLES)} tables, by name",
            breaches=lambda: _columns_named(_CLEAR),
        ),
        Promise(
            says="No number about behaviour, answers, pay or conversations is made of too few.",
            how="a group of one person less than the smallest, of each kind: it must be refused",
            breaches=_too_small_groups,
        ),
        Promise(
            says="The smallest groups cannot be made smaller.",
            how="settings with one person less: they must be refused",
            breaches=_lower_settings,
        ),
    )


def _splits_by_person() -> Iterator[str]:
    for name, metric in all_metrics().items():
        for by in _SPLITS_BY_PERSON:
            try:
                measure(metric, _NOTHING, by=(by,))
            except PersonIsNotAUnit:
                continue
            except (KeyError, AttributeError, MeasureError):  # it went on, to the rows or not
                pass
            yield f"{name} by {by}"


def _persons_in(remembered: Remembered | None) -> list[str]:
    groups = () if remembered is None else remembered.dimensions
    return [name for name in groups if _PERSON.search(name)]


def _names() -> Iterator[str]:
    yield from (*all_metrics(), *OUTCOMES, *DIMENSIONS, *SPLITS)


def _vocabulary() -> Iterator[str]:
    yield from _names()
    yield from ACTIVITIES
    for scheme in SCHEMES.values():
        yield from scheme.names
    for table in TABLES.values():
        yield from (f"{table.name}.{name}" for name in table.schema.names)


def _columns_named(words: frozenset[str]) -> list[str]:
    return [
        f"{table.name}.{field.name}"
        for table in TABLES.values()
        if table.name not in _COUNTED_ELSEWHERE
        for field in table.schema
        if _is_text(field.type) and field.name.rpartition("_")[2] in words
    ]


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind) or pa.types.is_list(kind):
        return _is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _too_small_groups() -> Iterator[str]:
    for about, fewest in FEWEST.items():
        try:
            Cohort(about=about, persons=fewest - 1, largest_ratio=0.0)  # type: ignore[arg-type]
        except PersonIsNotAUnit:
            continue
        yield f"{about} of {fewest - 1}"


def _lower_settings() -> Iterator[str]:
    for name, fewest in (("delivery_k", 5), ("session_k", 8)):
        try:
            parse_settings(f"[privacy]\n{name} = {fewest - 1}\n", Path("trueup.toml"))
        except ConfigError:
            continue
        yield f"{name} = {fewest - 1}"
