"""What would happen if, asked of the records of an organisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trueup.collect.connector import Progress, Silent
from trueup.config import Settings
from trueup.errors import EstimateError
from trueup.measure.metric import Tables
from trueup.measure.records.authorship import record_horizon
from trueup.measure.units.steps import steps
from trueup.measure.windows import WEEK, Bucket, buckets
from trueup.model.evidence import Abstention, Window
from trueup.simulate.flow.calibrating import FEWEST_WEEKS, Calibrated, calibrate
from trueup.simulate.flow.network import Demand, Pushed
from trueup.simulate.flow.outlook import Outlook, outlooks
from trueup.simulate.flow.playing import Manner
from trueup.simulate.flow.recorded import Recorded, recorded
from trueup.simulate.flow.team import WhatIf, drawn_scaling
from trueup.simulate.flow.working_time import WorkingTime

PUSH, ARRIVING, CAP = "push", "arriving", "cap"
WEEKS = 26
"""How far back is looked where no window is asked for."""
DRAWS, PLAYED = 200, 60
_PER_CODER = 2
"""Changes under way per coder, where nobody says what the limit is to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What would happen if, of a typical team.

    Parameters
    ----------
    unit_kind, units
        Of which one is played: ``team`` or ``repository``; how many are recorded.
    weeks
        Over which records were read.
    demand
        What brings work in, of `outlooks`: ``push``, ``arriving`` or ``cap=12``.
    outlooks
        As it is, then each change.
    beside
        The same under what else may bring work in: nobody knows which of them holds.
    unknown_start_ratio
        Share of visits to each stage whose start of service no record tells.
    """

    unit_kind: str
    units: int
    weeks: Window
    demand: str
    outlooks: tuple[Outlook, ...]
    beside: Mapping[str, tuple[Outlook, ...]]
    unknown_start_ratio: Mapping[str, float]


def foresee(
    tables: Tables,
    settings: Settings,
    *,
    what_ifs: Mapping[str, WhatIf] | None = None,
    demand: str = PUSH,
    window: Window | None = None,
    progress: Progress | None = None,
) -> Foreseen | Abstention:
    """Fit a typical team to the records and play it with and without each change.

    Parameters
    ----------
    what_ifs
        By name; None for the usual ones.
    demand
        ``push``: there is always more to begin; ``arriving``: work comes as it came; ``cap=12``:
        as ``push``, with a limit on the changes under way.
    window
        Whole weeks of it are read; None for the last 26 weeks recorded.

    Raises
    ------
    EstimateError
        The demand is none of these.
    """
    limit, telling = most_under_way(demand), progress or Silent()
    telling.stage("fitting a typical team", None)
    fitted = fit(tables, settings, window=window)
    if isinstance(fitted, Abstention):
        return fitted
    asked = usual_what_ifs(fitted.coders) if what_ifs is None else dict(what_ifs)
    now = limit or fitted.under_way
    each = {PUSH: None, ARRIVING: None, f"{CAP}={now}": now}
    telling.stage("playing", len(each))
    played = {}
    for name, most in each.items():
        played[name] = fitted.play(asked, demand=name, most=most)
        telling.advance(1)
    main = demand if limit is None else f"{CAP}={limit}"
    return Foreseen(
        unit_kind=fitted.records.unit_kind,
        units=fitted.records.shape[0],
        weeks=fitted.weeks,
        demand=main,
        outlooks=played.pop(main),
        beside=played,
        unknown_start_ratio=fitted.calibrated.unknown_start_ratio,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """A typical team, as far as the records tell, ready to be played.

    Parameters
    ----------
    records
        What was read.
    calibrated
        Sets of parameters the records allow.
    weeks
        Over which records were read.
    """

    records: Recorded
    calibrated: Calibrated
    weeks: Window

    @property
    def coders(self) -> int:
        """How many write, in the middle set."""
        return round(float(np.median([team.coders for team in self.calibrated.pushed])))

    @property
    def under_way(self) -> int:
        """Changes in hand, in the middle set."""
        return max(1, round(float(np.median(self.calibrated.under_way))))

    def play(
        self, what_ifs: Mapping[str, WhatIf], *, demand: str = PUSH, most: int | None = None
    ) -> tuple[Outlook, ...]:
        """Play as it is and with each change; the first answer is as it is.

        A limit is no change to work that comes by itself: with ``arriving`` it is left out.
        """
        teams, asked = self.calibrated.pushed, dict(what_ifs)
        demands: Demand | Sequence[Demand] = Pushed(most=most)
        if demand == ARRIVING:
            teams, demands = self.calibrated.arriving, self.calibrated.arrivals
            asked = {n: one for n, one in asked.items() if one.most_under_way is None}
        manner = Manner(hours_per_week=self.records.hours_per_week, runs=2)
        random = np.random.default_rng(manner.seed)
        return outlooks(
            teams,
            demands,
            asked,
            calibrated_by=self.calibrated.calibrated_by,
            manner=manner,
            scaling=[
                drawn_scaling(random, self.calibrated.review_sizes) for _ in self.calibrated.pushed
            ],
            assuming=self.calibrated.assumptions,
        )


def fit(tables: Tables, settings: Settings, *, window: Window | None = None) -> Fitted | Abstention:
    """Fit a typical team to the records.

    Parameters
    ----------
    window
        Whole weeks of it are read; None for the last 26 weeks recorded.
    """
    weeks = _weeks(tables, settings, window)
    if len(weeks) < FEWEST_WEEKS:
        return Abstention(
            metric="flow",
            reason=f"Only {len(weeks)} whole weeks are recorded.",
            remedy="Connect the forge (GitHub or GitLab), or ask for a longer time with --since.",
        )
    working = settings.working_time
    calendar = WorkingTime(
        weekdays=working.weekdays,
        begins=working.begins,
        ends=working.ends,
        timezone=settings.workspace.timezone,
    )
    records = recorded(steps(tables, weeks), calendar)
    found = calibrate(records, k=settings.privacy.delivery_k, draws=DRAWS)
    if isinstance(found, Abstention):
        return found
    found = replace(
        found.thinned(PLAYED),
        assumptions=(*found.assumptions, f"Hours of work are {calendar.says()}."),
    )
    return Fitted(
        records=records,
        calibrated=found,
        weeks=Window(start_at=weeks[0].window.start_at, end_at=weeks[-1].window.end_at),
    )


def most_under_way(demand: str) -> int | None:
    """Return the limit a demand names; None of ``push`` and ``arriving``.

    Raises
    ------
    EstimateError
        It is no demand.
    """
    if demand in (PUSH, ARRIVING):
        return None
    name, _, count = demand.partition("=")
    if name == CAP and count.isdigit() and int(count) > 0:
        return int(count)
    raise EstimateError(
        f"{demand!r} does not say what brings work in.", hint="Say push, arriving or cap=12."
    )


def usual_what_ifs(coders: int) -> dict[str, WhatIf]:
    """Return the changes that are asked about where nobody says which."""
    most = _PER_CODER * coders
    return {
        "coding 60 % faster": WhatIf(coding_speed=1.6),
        "changes 30 % smaller": WhatIf(change_size=0.7),
        "2 more reviewers": WhatIf(reviewers=2),
        "an AI reviewer reads a third": WhatIf(review_speed=1.5),
        f"at most {most} under way": WhatIf(most_under_way=most),
    }


def _weeks(tables: Tables, settings: Settings, window: Window | None) -> tuple[Bucket, ...]:
    """Return the whole weeks to be read; the last 26 where nobody says from when."""
    horizon = record_horizon(tables)
    if horizon is None:
        return ()
    end = horizon if window is None else min(window.end_at, horizon)
    start = window.start_at if window is not None else 0
    is_open = not start
    start = start or end - (WEEKS + 1) * WEEK
    if end <= start:
        return ()
    found = buckets(Window(start_at=start, end_at=end), "week", settings.workspace.timezone)
    whole = tuple(w for w in found if w.window.start_at >= start and w.window.end_at <= end)
    return whole[-WEEKS:] if is_open else whole
