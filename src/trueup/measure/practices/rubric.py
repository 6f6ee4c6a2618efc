"""The rubric: five capacities of two points each, what is not seen as an interval, and levels.

The construct is Bisardi's, "The LLM Productivity Cliff": a synthesis, not a validated instrument.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

CAPACITIES = ("decompose", "orchestrate", "evaluate", "integrate", "adapt")
POINTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "decompose": (
            "at the median three prompts a session, and a plan in 20 % of them; or kept-up plans",
            "a plan in 50 % of sessions",
        ),
        "orchestrate": (
            "agents act in 50 % of sessions; or of 10 marked commits half touch several files",
            "subagents, skills or hooks in 20 % of sessions; or such files or agents in CI kept up",
        ),
        "evaluate": (
            "tests run in 50 % of sessions; or marked commits touch tests no less than others do",
            "evals of what models do, kept up",
        ),
        "integrate": (
            "a context file, kept up",
            "tools connected by MCP, declared in the repository or called in 20 % of sessions",
        ),
        "adapt": (
            "what agents do is turned down or interrupted in 10 to 90 % of sessions",
            "requests or subagents of several models; or a context file edited after a revert",
        ),
    }
)
"""What earns the first and the second point of each capacity."""
RULE = (
    "Level 3: both points in orchestrate and in evaluate. Level 2: a point in three capacities. "
    "Level 1: all else. What is not seen counts as absent for the least and as present for the "
    "most."
)
KEPT = (
    "Kept up: changed on at least two days, the last within 90 days (180 for what runs: skills, "
    "subagents, hooks, evals, agents in CI), not empty, and changed together with code or beside "
    "landed commits that carry an AI mark."
)
CONSTRUCT = 'Bisardi, "The LLM Productivity Cliff": a synthesis, not a validated instrument'
MOST = 2 * len(CAPACITIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Whether each of the two points of a capacity is earned; None where that cannot be seen.

    Parameters
    ----------
    first, second
        By `POINTS`.
    seen
        What was seen that decided it, in a few words each.
    """

    first: bool | None = None
    second: bool | None = None
    seen: tuple[str, ...] = ()

    @property
    def low(self) -> int:
        """Points that are seen."""
        return int(self.first is True) + int(self.second is True)

    @property
    def high(self) -> int:
        """Points that are not ruled out."""
        return 2 - int(self.first is False) - int(self.second is False)

    def earned(self, point: int) -> bool | None:
        """Return whether the first or the second point is earned; None where that is not seen."""
        return self.first if point == 1 else self.second

    def joined(self, other: Points) -> Points:
        """Return what two sources show together: what one saw is there, though another did not."""
        return Points(
            first=_either(self.first, other.first),
            second=_either(self.second, other.second),
            seen=tuple(dict.fromkeys((*self.seen, *other.seen))),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is seen of the practice of one repository or team.

    Parameters
    ----------
    points
        By capacity; one that is left out cannot be seen at all.
    """

    points: Mapping[str, Points] = field(default_factory=dict)

    def of(self, capacity: str) -> Points:
        """Return the points of one capacity."""
        return self.points.get(capacity, Points())

    @property
    def low(self) -> int:
        """Sum of points that are seen, 0..10."""
        return sum(self.of(name).low for name in CAPACITIES)

    @property
    def high(self) -> int:
        """Sum of points that are not ruled out, 0..10."""
        return sum(self.of(name).high for name in CAPACITIES)

    @property
    def levels(self) -> tuple[int, int]:
        """Least and most level, 1..3, by `RULE`."""
        least = {name: self.of(name).low for name in CAPACITIES}
        most = {name: self.of(name).high for name in CAPACITIES}
        return level(least), level(most)

    def joined(self, other: Standing) -> Standing:
        """Return what two sources show together."""
        return Standing(points={name: self.of(name).joined(other.of(name)) for name in CAPACITIES})


def level(points: Mapping[str, int]) -> int:
    """Return the level of so many points in each capacity, by `RULE`."""
    if points["orchestrate"] == 2 and points["evaluate"] == 2:
        return 3
    return 2 if sum(points[name] >= 1 for name in CAPACITIES) >= 3 else 1


def rubric() -> str:
    """Return what earns each point, as one paragraph."""
    said = (f"{name.capitalize()}: {one}; {two}." for name, (one, two) in POINTS.items())
    return f"Five capacities of two points each, {MOST} in all. {' '.join(said)}"


def _either(one: bool | None, other: bool | None) -> bool | None:
    if one is True or other is True:
        return True
    return False if one is False or other is False else None
