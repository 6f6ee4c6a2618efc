"""What an experiment may ask about: outcomes a day or a task of one person can have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOutcome:
    """One outcome of a day or a task.

    Parameters
    ----------
    name
        As it is asked for.
    says
        What it is, in a few words.
    of
        What it is made from: ``days``, a number for each day; ``items``, a time for each thing
        begun on it.
    counts
        Which events of a day are counted; or which things are begun: ``task``, ``change``.
    begun
        Which events say that something was begun on a day.
    better
        Which direction is good.
    why_not_throughput
        What stands between it and finished work that reaches users.
    """

    name: str
    says: str
    of: Literal["days", "items"]
    counts: str
    begun: str
    better: Better
    why_not_throughput: str


_LANDED = "work that landed is not yet work that reached users and held"
_FASTER = "a task done sooner is not yet work that reached users and held"

OUTCOMES: Mapping[str, DayOutcome] = MappingProxyType(
    {
        each.name: each
        for each in (
            DayOutcome(
                name="changes_landed",
                says="changes landed on the day",
                of="days",
                counts="changes_landed",
                begun="changes_begun",
                better="higher",
                why_not_throughput=_LANDED,
            ),
            DayOutcome(
                name="tasks_finished",
                says="work items finished on the day",
                of="days",
                counts="tasks_finished",
                begun="tasks_begun",
                better="higher",
                why_not_throughput=_LANDED,
            ),
            DayOutcome(
                name="task_time",
                says="time from first work on a work item to done, by the day it was begun",
                of="items",
                counts="task",
                begun="tasks_begun",
                better="lower",
                why_not_throughput=_FASTER,
            ),
            DayOutcome(
                name="change_time",
                says="time from the beginning of a change to its landing, by the day it was begun",
                of="items",
                counts="change",
                begun="changes_begun",
                better="lower",
                why_not_throughput=_FASTER,
            ),
        )
    }
)
