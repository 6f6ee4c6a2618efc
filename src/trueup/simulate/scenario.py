"""What a made-up organisation is like: its size, its use of AI, what that does, what misleads.

Effects and spreads are on the logarithmic scale: 0.1 is about ten per cent more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from trueup.errors import EstimateError

Shape = Literal["flat", "line", "cliff"]
Dose = Literal["hours", "points"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What adoption does at full strength, in log points of each quantity.

    Parameters
    ----------
    changes
        Rate at which changes are begun.
    lead_time
        Time from the first commit until a change is ready for review.
    review_wait
        Time a ready change waits for its first review.
    incidents
        Probability that a change leads to an incident.
    rework
        Probability that a change is taken back, and that it has to be mended.
    size
        Lines of a change.
    """

    changes: float = 0.0
    lead_time: float = 0.0
    review_wait: float = 0.0
    incidents: float = 0.0
    rework: float = 0.0
    size: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """How an effect depends on time since adoption, on the team and on the dose.

    Parameters
    ----------
    full_after
        Weeks from adoption until an effect has its full strength; it grows in a line.
    spread
        Standard deviation between teams, as a share of the effect.
    shape
        ``flat``: the dose does not matter; ``line``: in proportion to it; ``cliff``: none up to
        `cliff_hours` or `cliff_points`, all of it above.
    dose
        What the shape is in: AI hours, or points of practice in the quarter before.
    cliff_hours
        AI hours per active developer and week at which the cliff stands.
    cliff_points
        Points of practice at which it stands; a line has all of the effect at ten points.
    protection
        How much of an effect foundations decide: at 0.8 a team without any feels 1.8 times
        the effect, a team with all of them 0.2 times.
    """

    full_after: int = 13
    spread: float = 0.3
    shape: Shape = "flat"
    dose: Dose = "hours"
    cliff_hours: float = 8.0
    cliff_points: float = 5.0
    protection: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Who uses AI tools, from when, how much, and what of it is seen.

    Parameters
    ----------
    adopting_ratio
        Share of teams that adopt within the window.
    first_week, last_week
        Between which weeks they adopt.
    hours
        Mean AI hours per active developer and week; teams vary between 0 and twice that.
    users_ratio
        Share of active developers of an adopting team who use AI in a week; always most of them.
    assisted_ratio
        Share of a user's changes made with AI.
    unmarked_ratio
        Share of changes made with AI that carry no mark.
    hidden_ratio
        Share of adopting teams whose use leaves no record at all: they look like never-adopters.
    tokens_per_hour
        Mean tokens per hour of use.
    policy_week
        Week from which half of the adopting teams are ranked by tokens; None: never.
    tokenmaxxing
        Log points by which ranked teams inflate tokens without doing anything more.
    """

    adopting_ratio: float = 0.6
    first_week: int = 26
    last_week: int = 78
    hours: float = 8.0
    users_ratio: float = 0.85
    assisted_ratio: float = 0.7
    unmarked_ratio: float = 0.3
    hidden_ratio: float = 0.0
    tokens_per_hour: float = 250_000.0
    policy_week: int | None = None
    tokenmaxxing: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Practising:
    """How adopting teams put AI tools to work, in points of `trueup.measure.practices.rubric`.

    Parameters
    ----------
    start, growth
        Mean points of a team in its first full quarter of use, and gained in each later one;
        teams vary evenly between 0 and twice that, have one at least, and never lose any.
    quality_drives
        0: drawn by lot; large: the best teams practise most.
    writes_acts
        Whether tools record what is done in sessions; else only files and commits show anything.
    """

    start: float = 3.0
    growth: float = 0.5
    quality_drives: float = 0.0
    writes_acts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outages:
    """How often all AI tools fail for a working day, and what that takes.

    Parameters
    ----------
    count
        Working days, drawn by lot after the last team adopted.
    postponed_ratio
        Share of what users would land on such a day that lands the next working day.
    """

    count: int = 10
    postponed_ratio: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Confounding:
    """What moves outcomes without being an effect of AI.

    Parameters
    ----------
    calendar_growth
        Share of `Work.changes_per_week` by which every team begins more changes a year later: the
        same number for all, so that differences between teams stay what they are.
    quality_spread
        Standard deviation between teams of the log rate of changes; bad changes go the other way.
    quality_drives_adoption
        0: who adopts is drawn by lot; large: the best teams do.
    shock, shock_persistence
        Standard deviation of a team's weekly shock, and how much of it is left a week later.
    burst_drives_adoption
        0: the week of adoption is drawn by lot; large: it is the week after the busiest one,
        so that activity falls back afterwards by itself.
    """

    calendar_growth: float = 0.0
    quality_spread: float = 0.3
    quality_drives_adoption: float = 0.0
    shock: float = 0.15
    shock_persistence: float = 0.5
    burst_drives_adoption: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How work is done where there is no AI.

    Parameters
    ----------
    changes_per_week
        Changes begun per active developer and week.
    develop_days, review_hours
        Median time from first commit to ready, and from ready to the first review.
    incident_ratio, revert_ratio, mend_ratio
        Share of changes that lead to an incident, are taken back, have to be mended.
    review_capacity
        Reviews a team can do in a week, as a multiple of what it begins with; None: no limit.
        Beyond it a queue grows and everything in it waits.
    """

    changes_per_week: float = 1.2
    develop_days: float = 1.2
    review_hours: float = 8.0
    incident_ratio: float = 0.02
    revert_ratio: float = 0.02
    mend_ratio: float = 0.06
    review_capacity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A made-up organisation before anything of it is drawn.

    Parameters
    ----------
    teams, people_per_team, weeks
        How large, and for how long. A team has two people or more.
    seed
        The same scenario gives the same records.
    is_detailed
        Also make each change's files and sizes; affordable up to a few hundred teams.
    practising
        How tools are put to work; None: nothing shows how.
    outages
        Days on which tools fail; None: there are none.
    """

    teams: int = 60
    people_per_team: float = 5.5
    weeks: int = 104
    seed: int = 1
    is_detailed: bool = True
    effects: Effects = field(default_factory=Effects)
    response: Response = field(default_factory=Response)
    use: Use = field(default_factory=Use)
    confounding: Confounding = field(default_factory=Confounding)
    work: Work = field(default_factory=Work)
    practising: Practising | None = None
    outages: Outages | None = None

    def __post_init__(self) -> None:
        if self.teams < 2 or self.weeks < 3 or self.people_per_team < 2:
            raise EstimateError(
                "A made-up organisation needs two teams of two people and three weeks.",
                hint="Ask for more teams, people or weeks.",
            )
        if not 0 <= self.use.adopting_ratio <= 1 or self.use.first_week > self.use.last_week:
            raise EstimateError(
                "The made-up adoption is not a share of teams within a span of weeks.",
                hint="Use a share between 0 and 1, and a first week that is not after the last.",
            )


_HARM = Effects(
    changes=-0.2, lead_time=0.25, review_wait=0.45, incidents=0.8, rework=0.5, size=0.35
)
_HELP = Effects(
    changes=0.3, lead_time=-0.15, review_wait=-0.1, incidents=-0.5, rework=-0.2, size=0.1
)

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        "demo": Scenario(
            seed=10,
            effects=replace(_HARM, changes=0.05, review_wait=0.3, incidents=1.0, rework=0.7),
            response=Response(protection=0.7),
            use=Use(policy_week=80, tokenmaxxing=0.7),
            confounding=Confounding(calendar_growth=0.15, quality_drives_adoption=0.5),
            work=Work(review_capacity=2.0),
            outages=Outages(count=8),
            practising=Practising(growth=1.0),
        ),
        "helped": Scenario(
            teams=240,
            seed=11,
            is_detailed=False,
            effects=_HELP,
            work=Work(incident_ratio=0.05),
        ),
        "harmed": Scenario(teams=240, seed=22, is_detailed=False, effects=_HARM),
        "nothing": Scenario(teams=240, seed=23, is_detailed=False),
        "confounded": Scenario(
            teams=240,
            seed=14,
            is_detailed=False,
            effects=_HARM,
            confounding=Confounding(calendar_growth=0.3, quality_drives_adoption=1.5),
        ),
        "too_small": Scenario(
            teams=8, seed=15, effects=Effects(changes=0.05), confounding=Confounding(shock=0.3)
        ),
        "cliff": Scenario(
            teams=240,
            seed=16,
            is_detailed=False,
            effects=Effects(changes=0.4),
            response=Response(shape="cliff", spread=0.0, full_after=1),
        ),
        "burst": Scenario(
            teams=240,
            seed=17,
            is_detailed=False,
            confounding=Confounding(shock=0.3, shock_persistence=0.8, burst_drives_adoption=3.0),
        ),
    }
)
"""Scenarios by name. Seeds are chosen so that each shows its point: one draw in twenty fails a
check by chance alone.

``demo``
    sixty teams in full detail: more is begun, less of it is sound; foundations protect; from
    week 80 on half of the adopting teams are ranked by tokens; reviewers can be overrun; how
    tools are put to work grows by a point a quarter, and nothing follows from it; on
    eight days tools fail, and half of what their users would land waits;
``helped``, ``harmed``, ``nothing``
    an effect that design-based estimators find, or none;
``confounded``
    the good teams adopt while everyone grows: comparing before and after hides the harm;
``too_small``
    eight teams: the right answer is that nobody can tell;
``cliff``
    below eight hours of use a week nothing happens, above it a third more;
``burst``
    teams adopt after a burst of activity, which then fades by itself.
"""
