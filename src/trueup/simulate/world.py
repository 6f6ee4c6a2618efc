"""The changes of an organisation, with AI and without it, from the same random numbers.

Every change that is begun in either world is drawn once, with all the luck it will ever have;
a world keeps those whose lot falls below its rate (thinning), and turns luck into times and
mishaps by its own effects. So the two worlds differ by what adoption does and by nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.simulate.practising import Practice
from trueup.simulate.scenario import Scenario
from trueup.simulate.teams import DAY, FIRST_DAY, HOUR, WEEK, Bools, Floats, Ints, Teams, stream
from trueup.simulate.usage import Usage, postponed, weeks_since

PLAIN, TAKES_BACK, MENDS = 0, 1, 2
NEVER = -1
"""An instant or a place that does not come."""
ITEM_SHARE = 0.4
"""Share of changes that are the last of a work item."""
DEPLOY_TIME = 600_000_000
_KINDS = {TAKES_BACK: "takes_back", MENDS: "mends"}
_DELAYS_DAYS = {"incident": 5.0, "takes_back": 3.0, "mends": 10.0}
"""Mean time from production until a mishap shows."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Luck:
    """Everything chance decides about each change that is begun in either world.

    Parameters
    ----------
    cell
        Team and week in which it is begun.
    rate
        Per cell: the larger of the two worlds' rates.
    kept_below
        A world keeps the change when its rate over the larger rate exceeds this.
    normal
        Standard normal, ``(4, changes)``: develop, review, land, size.
    uniform
        In 0..1, ``(10, changes)``; see `_U`.
    """

    cell: Ints
    rate: Floats
    kept_below: Floats
    normal: NDArray[np.float32]
    uniform: NDArray[np.float32]

    def of(self, what: str, kept: Ints) -> Floats:
        """Return the lots of the kept changes in one matter."""
        lots: Floats = self.uniform[_U[what], kept].astype(float)
        return lots


_U = {
    name: place
    for place, name in enumerate(
        (
            *("moment", "author", "reviewer", "incident", "takes_back", "mends"),
            *("assisted", "marked", "item", "late"),
        )
    )
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Changes:
    """Every change of one world; instants in epoch microseconds, `NEVER` where they do not come.

    Parameters
    ----------
    luck
        Place in `Luck`; of a change that takes back or mends another, that of the other.
    kind, parent
        `PLAIN`, `TAKES_BACK` or `MENDS`; and the place of the change it is about.
    team, author, reviewer
        Team; persons, `NEVER` where nobody reviews.
    begun_at, opened_at, reviewed_at, landed_at, deployed_at
        Its way to production.
    slot
        Which deployment of its team brings it.
    incident_at
        When an incident it led to was opened.
    is_assisted, is_marked, closes_item
        Made with AI; says so; is the last one of a work item.
    lines
        Lines added.
    """

    luck: Ints
    kind: Ints
    parent: Ints
    team: Ints
    author: Ints
    reviewer: Ints
    begun_at: Ints
    opened_at: Ints
    reviewed_at: Ints
    landed_at: Ints
    slot: Ints
    deployed_at: Ints
    incident_at: Ints
    is_assisted: Bools
    is_marked: Bools
    closes_item: Bools
    lines: Ints


def strength(
    scenario: Scenario, teams: Teams, usage: Usage, practice: Practice | None = None
) -> Floats:
    """Return how much of its full effect adoption has in each cell, ``(teams * weeks,)``.

    Without `practice` no team has a point.
    """
    response = scenario.response
    since = weeks_since(scenario, teams)
    ramp = np.clip((since + 1) / max(response.full_after, 1), 0.0, 1.0)
    guarded = 1.0 + response.protection * (1.0 - 2.0 * teams.foundation)
    here = (ramp * (teams.strength_here * guarded)[:, None]).ravel()
    dose, whole, place = usage.hours, scenario.use.hours, response.cliff_hours
    if response.dose == "points":
        points = np.zeros(usage.hours.size) if practice is None else practice.before.ravel()
        dose, whole, place = points, 10.0, response.cliff_points
    if response.shape == "line":
        here = here * dose / whole
    elif response.shape == "cliff":
        here = here * (dose > place)
    return np.asarray(here, dtype=float)


def rates(scenario: Scenario, teams: Teams, strong: Floats) -> Floats:
    """Return the expected number of changes begun in each cell."""
    confounding, work = scenario.confounding, scenario.work
    own = np.exp((confounding.quality_spread * teams.quality)[:, None] + teams.shock)
    level = own + confounding.calendar_growth * np.arange(scenario.weeks) / 52
    begun = work.changes_per_week * teams.active
    found: Floats = begun * level.ravel() * np.exp(scenario.effects.changes * strong)
    return found


def draw_luck(scenario: Scenario, teams: Teams, strong: Floats) -> Luck:
    """Draw every change either world may begin."""
    random = stream(scenario, 2)
    rate = np.maximum(rates(scenario, teams, strong), rates(scenario, teams, np.zeros_like(strong)))
    count = random.poisson(rate)
    total = int(count.sum())
    return Luck(
        cell=np.repeat(np.arange(rate.size), count),
        rate=rate,
        kept_below=random.random(total),
        normal=random.standard_normal((4, total), dtype=np.float32),
        uniform=random.random((len(_U), total), dtype=np.float32),
    )


def play(
    scenario: Scenario, teams: Teams, luck: Luck, strong: Floats, usage: Usage | None
) -> Changes:
    """Let the world run.

    Parameters
    ----------
    strong
        Of `strength`, or zeros for the world without adoption.
    usage
        None in the world without adoption.
    """
    share = rates(scenario, teams, strong) / luck.rate
    kept = np.flatnonzero(luck.kept_below < share[luck.cell])
    plain = _plain(scenario, teams, luck, kept, strong, usage)
    bad = [_children(scenario, teams, luck, plain, strong, kind) for kind in (TAKES_BACK, MENDS)]
    return Changes(
        **{
            name: np.concatenate([getattr(part, name) for part in (plain, *bad)])
            for name in Changes.__dataclass_fields__
        }
    )


def _plain(
    scenario: Scenario, teams: Teams, luck: Luck, kept: Ints, strong: Floats, usage: Usage | None
) -> Changes:
    cell, effects = luck.cell[kept], scenario.effects
    team, week = np.divmod(cell, scenario.weeks)
    here = strong[cell]
    seat = teams.seat_at(cell, luck.of("author", kept))
    author = teams.seat_person[seat]
    moment = 5.0 * luck.of("moment", kept)
    begun_at = FIRST_DAY + week * WEEK + _office_hours(moment)
    opened_at, reviewed_at, landed_at = _way(scenario, teams, luck, kept, (begun_at, here))
    if usage is not None:
        lots = luck.of("late", kept)
        landed_at = postponed(scenario, landed_at, lots, usage.is_user[seat])
    reviewer = _reviewers(scenario, teams, author, reviewed_at, luck.of("reviewer", kept))
    slot, deployed_at = _deployed(teams, team, landed_at)
    marked = assisted = np.zeros(kept.size, dtype=bool)
    if usage is not None:
        assisted = usage.is_user[seat] & (luck.of("assisted", kept) < scenario.use.assisted_ratio)
        seen = luck.of("marked", kept) >= scenario.use.unmarked_ratio
        marked = assisted & seen & ~teams.is_hidden[team]
    fails = _fails(scenario, teams, luck, kept, strong, "incident")
    size = 3.7 + luck.normal[3, kept].astype(float) + effects.size * here
    return Changes(
        luck=kept,
        kind=np.full(kept.size, PLAIN),
        parent=np.full(kept.size, NEVER),
        team=team,
        author=author,
        reviewer=reviewer,
        begun_at=begun_at,
        opened_at=opened_at,
        reviewed_at=np.where(reviewer == NEVER, NEVER, reviewed_at),
        landed_at=landed_at,
        slot=slot,
        deployed_at=deployed_at,
        incident_at=np.where(fails, deployed_at + _delay(luck, kept, "incident"), NEVER),
        is_assisted=assisted,
        is_marked=marked,
        closes_item=luck.of("item", kept) < ITEM_SHARE,
        lines=1 + np.minimum(np.exp(size), 2_000).astype(np.int64),
    )


def _way(
    scenario: Scenario, teams: Teams, luck: Luck, kept: Ints, begun: tuple[Ints, Floats]
) -> tuple[Ints, Ints, Ints]:
    """Return when each change is opened, first reviewed and landed."""
    (begun_at, here), work, effects = begun, scenario.work, scenario.effects
    develop, review, land = (luck.normal[row, kept].astype(float) for row in range(3))
    opened_at = begun_at + _span(work.develop_days * DAY, 0.8 * develop + effects.lead_time * here)
    wait = _span(work.review_hours * HOUR, 0.9 * review + effects.review_wait * here)
    team = luck.cell[kept] // scenario.weeks
    reviewed_at = opened_at + wait + _queue(scenario, teams, team, opened_at)
    return opened_at, reviewed_at, reviewed_at + _span(3 * HOUR, 0.7 * land)


def _children(
    scenario: Scenario, teams: Teams, luck: Luck, plain: Changes, strong: Floats, kind: int
) -> Changes:
    """Return the changes that take back, or mend, others after they reached production."""
    name = _KINDS[kind]
    parent = np.flatnonzero(_fails(scenario, teams, luck, plain.luck, strong, name))
    place, team = plain.luck[parent], plain.team[parent]
    begun_at = plain.deployed_at[parent] + _delay(luck, place, name)
    cell = team * scenario.weeks + _week(scenario, begun_at)
    author = teams.seat_person[teams.seat_at(cell, (luck.of("author", place) + 0.37 * kind) % 1.0)]
    landed_at = begun_at + 3 * HOUR
    slot, deployed_at = _deployed(teams, team, landed_at)
    none, never = np.zeros(parent.size, dtype=bool), np.full(parent.size, NEVER)
    lines = plain.lines[parent]
    return Changes(
        luck=place,
        kind=np.full(parent.size, kind),
        parent=parent,
        team=team,
        author=author,
        reviewer=never,
        begun_at=begun_at,
        opened_at=begun_at + HOUR,
        reviewed_at=never,
        landed_at=landed_at,
        slot=slot,
        deployed_at=deployed_at,
        incident_at=never,
        is_assisted=none,
        is_marked=none,
        closes_item=none,
        lines=np.maximum(1, lines // 3) if kind == MENDS else lines,
    )


def _fails(
    scenario: Scenario, teams: Teams, luck: Luck, kept: Ints, strong: Floats, name: str
) -> Bools:
    """Say of which changes a mishap comes true: the better the team, the fewer."""
    work, effects, cell = scenario.work, scenario.effects, luck.cell[kept]
    share, by = {
        "incident": (work.incident_ratio, effects.incidents),
        "takes_back": (work.revert_ratio, effects.rework),
        "mends": (work.mend_ratio, effects.rework),
    }[name]
    quality = scenario.confounding.quality_spread * teams.quality[cell // scenario.weeks]
    risk = np.minimum(share * np.exp(by * strong[cell] - quality), 0.9)
    fails: Bools = luck.of(name, kept) < risk
    return fails


def _delay(luck: Luck, kept: Ints, name: str) -> Ints:
    """Return the time from production until a mishap shows, exponential; never nothing."""
    late = (luck.of("late", kept) + 0.29 * _U[name]) % 1.0
    return 1 + (-_DELAYS_DAYS[name] * DAY * np.log1p(-late)).astype(np.int64)


def _queue(scenario: Scenario, teams: Teams, team: Ints, opened_at: Ints) -> Ints:
    """Return how much longer each change waits because its team cannot review all it opens."""
    capacity = scenario.work.review_capacity
    if capacity is None:
        return np.zeros(team.size, dtype=np.int64)
    shape = (scenario.teams, scenario.weeks)
    week = _week(scenario, opened_at)
    came = np.bincount(team * scenario.weeks + week, minlength=shape[0] * shape[1]).reshape(shape)
    quality = np.exp(scenario.confounding.quality_spread * teams.quality)
    usual = scenario.work.changes_per_week * teams.active.reshape(shape).mean(axis=1) * quality
    able = capacity * usual
    waiting = np.zeros((shape[0], shape[1] + 1))
    for now in range(shape[1]):
        waiting[:, now + 1] = np.maximum(waiting[:, now] + came[:, now] - able, 0.0)
    ahead = (waiting[:, :-1] + waiting[:, 1:]) / 2
    longer: Ints = (ahead[team, week] / able[team] * WEEK).astype(np.int64)
    return longer


def _reviewers(
    scenario: Scenario, teams: Teams, author: Ints, reviewed_at: Ints, share: Floats
) -> Ints:
    """Return who reviews: someone active that week who is not the author; nobody if alone."""
    cell = teams.person_team[author] * scenario.weeks + _week(scenario, reviewed_at)
    first, active = teams.first_seat[cell], teams.active[cell]
    place = (share * active).astype(np.int64)
    found = teams.seat_person[first + place]
    neighbour = teams.seat_person[first + (place + 1) % active]
    found = np.where(found == author, neighbour, found)
    return np.where(found == author, NEVER, found)


def _deployed(teams: Teams, team: Ints, landed_at: Ints) -> tuple[Ints, Ints]:
    """Return which deployment of the team brings each change, and when it is in production."""
    start, every = FIRST_DAY + teams.deploy_offset[team], teams.cadence[team]
    slot = np.maximum(-((start - landed_at) // every), 0)
    return slot, start + slot * every + DEPLOY_TIME


def _week(scenario: Scenario, at: Ints) -> Ints:
    return np.minimum((at - FIRST_DAY) // WEEK, scenario.weeks - 1)


def _span(typical: float, log: Floats) -> Ints:
    return np.asarray(typical * np.exp(log)).astype(np.int64)


def _office_hours(days: Floats) -> Ints:
    """Return microseconds after Monday 00:00 of a moment in a working week, 0..5 days."""
    day = np.floor(days)
    return (day * DAY + (8 + 10 * (days - day)) * HOUR).astype(np.int64)
