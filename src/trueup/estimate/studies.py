"""Published studies as data, so that a result can be read beside those of others."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from trueup.errors import EstimateError

Family = Literal["time", "output", "flow", "defects", "code", "belief"]
Kind = Literal["randomised", "staggered", "matched", "before-after", "association", "survey"]
Status = Literal["S", "2H", "2H*", "NF", "U", "C"]

STATUSES: Mapping[str, str] = {
    "S": "seen in the source",
    "2H": "second-hand",
    "2H*": "second-hand, three or more independent transcriptions agree",
    "NF": "not found",
    "U": "recalled, not checked",
    "C": "computed here from figures in the source",
}
"""What each mark says of a figure."""

FAMILIES: Mapping[str, str] = {
    "time": "time to finish a task",
    "output": "finished items per person",
    "flow": "how long work takes or waits",
    "defects": "faults",
    "code": "what the code looks like",
    "belief": "what people report",
}
"""Which results may stand on one scale. Time and output are not each other's inverse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What one study found for one outcome, and how far it may be trusted.

    Parameters
    ----------
    name, year
        As it is cited.
    kind, design
        What its claim rests on.
    n
        How many of what.
    family
        Which results it may stand beside.
    outcome, estimand
        What was compared with what.
    effect
        Proportional difference of `outcome` with AI: 0.19 is nineteen per cent more of it, be
        that time (slower) or output (more). None where no such figure was found.
    low, high
        Ends of its interval at `level`; None where none was found.
    status, interval_status
        Where the figures come from; see `STATUSES`.
    says
        What a reader must know beside the figure.
    interest
        Who has an interest in the result.
    rerun
        What we got from the study's own data, empty where it was not re-run.
    link
        Where to read it.
    """

    id: str
    name: str
    year: int
    kind: Kind
    design: str
    n: str
    family: Family
    outcome: str
    estimand: str
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    status: Status
    interval_status: Status
    says: str
    interest: str
    rerun: str = ""
    link: str


@cache
def all_studies() -> tuple[Study, ...]:
    """Return every study of the shipped table, in its order.

    Raises
    ------
    EstimateError
        A row of the table lacks a field or contradicts itself.
    """
    text = resources.files(__package__).joinpath("studies.toml").read_text(encoding="utf-8")
    found = tuple(read_study(row) for row in tomllib.loads(text)["study"])
    twice = {each.id for each in found if sum(other.id == each.id for other in found) > 1}
    if twice:
        raise _fault(", ".join(sorted(twice)), "stands there twice")
    return found


def read_study(row: Mapping[str, Any]) -> Study:
    """Turn one table of TOML into a study, or say what is wrong with it.

    Raises
    ------
    EstimateError
        A field is missing, unknown or of no known value; it has no link; its interval has one
        end, does not hold its figure, or has no status of its own although there is none.
    """
    name = str(row.get("id", "without an id"))
    values = {"interval_status": row.get("status"), **row}
    known = {field.name for field in fields(Study)}
    needed = {field.name for field in fields(Study) if field.default is MISSING}
    given = {key for key, value in values.items() if value not in ("", None)}
    if missing := sorted(needed - given):
        raise _fault(name, f"lacks {', '.join(missing)}")
    if unknown := sorted(values.keys() - known):
        raise _fault(name, f"has unknown fields: {', '.join(unknown)}")
    study = Study(**values)
    _check_choices(study)
    _check_figures(study)
    return study


def _check_choices(study: Study) -> None:
    for field, allowed in (("family", Family), ("kind", Kind), ("status", Status)):
        if getattr(study, field) not in get_args(allowed):
            raise _fault(study.id, f"has the {field} {getattr(study, field)!r}")
    if not study.link.startswith("https://"):
        raise _fault(study.id, f"has the link {study.link!r}")


def _check_figures(study: Study) -> None:
    if (study.low is None) != (study.high is None):
        raise _fault(study.id, "has one end of an interval")
    if study.low is None or study.high is None:
        if study.interval_status != "NF":
            raise _fault(study.id, "has no interval, and does not say that none was found")
        return
    if study.effect is None or not study.low <= study.effect <= study.high:
        raise _fault(study.id, "has an interval that does not hold its figure")


def _fault(name: str, what: str) -> EstimateError:
    return EstimateError(
        f"The study {name!r} {what}.", hint="Correct its entry in estimate/studies.toml."
    )
