"""Teams whose changes pass review, played event by event; not the model that is fitted to them.

People are unequal, review beside coding, are away for weeks, look at the queue at any time or once
a day; what a coder or a reviewer is at takes a random effort, and effort takes as long as whoever
it is has time for it. Time is counted in hours of work, 8 a day and 40 a week.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DAY, WEEK = 8.0, 40.0
_WARM_UP = 6
"""Weeks played before those that are recorded."""
_CODE, _RECODE, _MEND = 16.0, 3.0, 12.0
_ASKED, _HARM = 0.25, 0.03
_AWAY, _SICK = 0.08, 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewWorld:
    """What work is like; weeks are counted from the first recorded one.

    Parameters
    ----------
    busy
        Hours of review that coders who always have more to begin ask for, as a share of those
        reviewers have; above 1 review holds everything back.
    until_then
        The same before `turns_in`; None: as ever after.
    turns_in
        Week in which coding speed, and with it `busy`, changes.
    wanted
        Tasks that are filed, as a share of those coders could begin; above 1 coding holds
        everything back; None: nobody files any, and there is always more to begin.
    looks_every
        Days between two looks of a reviewer at the queue; 0: whenever there is something.
    is_in_order
        Whether the oldest is read first.
    larger
        How many times as large changes are from `turns_in` on: coding takes the square root as
        much longer, review as much.
    holiday, absent, burst, wave
        Weeks, half open: of next to nobody at work; of a third of the reviewing time; of twice the
        coding speed; of so many incidents that coders and half the reviewing time go to mending.
    forgotten
        Share of changes nobody ever looks at.
    most_under_way
        Changes under way per coder at which nobody begins another.
    silent
        Hours of work until a coder looks at what a reviewer asked for.
    deploying
        Share of its time in which deployment is at work, one change after the other; above 1 it
        holds everything back; None: what lands is in production at once.
    checking
        The same of the machine that checks what is put up; None: nothing is checked.
    """

    busy: float = 0.7
    until_then: float | None = None
    turns_in: int = 13
    wanted: float | None = None
    looks_every: int = 0
    is_in_order: bool = True
    larger: float = 1.0
    holiday: tuple[int, int] = (0, 0)
    absent: tuple[int, int] = (0, 0)
    burst: tuple[int, int] = (0, 0)
    wave: tuple[int, int] = (0, 0)
    forgotten: float = 0.0
    most_under_way: float | None = None
    silent: float = 0.0
    deploying: float | None = None
    checking: float | None = None
    teams: int = 20
    weeks: int = 26


@dataclass(slots=True)
class Played:
    """One team's changes: instants in hours of work from the first recorded week; inf: never."""

    begun: Floats
    ready: Floats
    approved: Floats
    landed: Floats
    deployed: Floats
    checked: Floats
    filed: Floats
    taken: Floats
    asked: Floats
    answered: Floats
    incidents: Floats
    mended: Floats
    coding: Floats
    reviewing: Floats


def is_within(span: tuple[int, int], week: float) -> bool:
    return span[0] <= week < span[1]


def _endless(block: Callable[[], Floats]) -> Iterator[float]:
    while True:
        yield from block().tolist()


class _Team:
    """A team while it is played; hours start with the warm-up."""

    def __init__(self, world: ReviewWorld, random: np.random.Generator) -> None:
        self.world, self.random = world, random
        self.weeks = _WARM_UP + world.weeks
        people = int(random.integers(4, 11))
        reviewers = max(2, people // 2)
        self.review_share = np.zeros(people)
        self.review_share[:reviewers] = random.uniform(0.1, 0.4, reviewers)
        self.code_share = 0.9 - self.review_share
        days = self.weeks * 5
        away = np.repeat(random.random((people, self.weeks)) < _AWAY, 5, axis=1)
        present = ~(away | (random.random((people, days)) < _SICK))
        for week in range(self.weeks):
            if is_within(world.holiday, week - _WARM_UP):
                present[:, 5 * week : 5 * week + 5] &= random.random((people, 5)) < 0.08
        self.present = present.tolist()
        self.review_hours = self._review_hours()
        self.uniform = _endless(lambda: random.random(4_096)).__next__
        self.effort = _endless(lambda: random.lognormal(-0.32, 0.8, 4_096)).__next__
        self._look = random.uniform(0, 7, people)
        self.owed = [0.0] * people
        self.heap: list[tuple[float, int, int, int, int]] = []
        self.ready: list[float] = []
        self.approved: list[float] = []
        self.landed: list[float] = []
        self.begun: list[float] = []
        self.asked: list[float] = []
        self.answered: list[float] = []
        self.filed: list[float] = []
        self.taken: list[float] = []
        self.round: dict[int, int] = {}
        self.mended: list[tuple[float, float]] = []
        self.coding: list[tuple[float, int]] = []
        self.reviewing: list[tuple[float, int]] = []
        self.queue: list[int] = []
        self.recodes: list[int] = []
        self.mends: list[float] = []
        self.wanted = 0
        self.under_way = 0
        self.idle_coders: list[int] = []
        self.idle_reviewers: list[int] = [p for p in range(people) if self.review_share[p]]
        self.count = 0

    def _review_hours(self) -> float:
        """Hours of effort of one review at which reviewers are as busy as the world says."""
        present = (1 - _AWAY) * (1 - _SICK)
        coding = float(self.code_share.sum()) * present
        per_change = _CODE + _RECODE * _ASKED / (1 - _ASKED) + _MEND * _HARM
        reviews = coding / per_change / (1 - _ASKED) * (1 + _HARM)
        return self.world.busy * float(self.review_share.sum()) * present / reviews

    def may_begin(self) -> bool:
        """Whether there is something to begin, and room for it."""
        most = self.world.most_under_way
        if most is not None and self.under_way >= most * len(self.present):
            return False
        return self.world.wanted is None or self.wanted > 0

    def week(self, now: float) -> float:
        return now / WEEK - _WARM_UP

    def done(self, person: int, now: float, effort: float, share: float, kind: str) -> float:
        """Return when an effort is done: on days on which the person is there, a share of them."""
        present, day = self.present[person], int(now // DAY)
        left, last = effort, len(present)
        while day < last:
            begins = max(now, day * DAY)
            rate = share * self.rate(kind, day // 5) if present[day] else 0.0
            room = ((day + 1) * DAY - begins) * rate
            if room >= left and rate:
                return begins + left / rate
            left -= room
            day += 1
        return float("inf")

    def rate(self, kind: str, week: int) -> float:
        world, at = self.world, week - _WARM_UP
        if kind == "review":
            if is_within(world.absent, at):
                return 1 / 3
            return 0.5 if is_within(world.wave, at) else 1.0
        if kind != "new":
            return 1.0
        speed = 2.0 if is_within(world.burst, at) else 1.0
        if world.until_then is not None and at < world.turns_in:
            speed *= world.until_then / world.busy
        return speed

    def size(self, now: float) -> float:
        larger = self.world.larger
        return larger if larger != 1 and self.week(now) >= self.world.turns_in else 1.0

    def push(self, at: float, kind: int, person: int, item: int, what: int = 0) -> None:
        if at != float("inf"):
            heapq.heappush(self.heap, (at, kind, person, item, what))


_CODED, _READ, _LOOK, _WANT, _BREAK, _ANSWER = range(6)
_NEW, _AGAIN, _MENDING = range(3)


def play(world: ReviewWorld, random: np.random.Generator) -> Played:
    """Play one team."""
    team = _Team(world, random)
    end = team.weeks * WEEK
    _begin(team, end)
    while team.heap and team.heap[0][0] < end:
        now, kind, person, item, what = heapq.heappop(team.heap)
        _HANDLERS[kind](team, now, person, item, what)
    return _told(team)


def _begin(team: _Team, end: float) -> None:
    world = team.world
    people = len(team.present)
    if world.wanted is not None:
        mean = _CODE + _RECODE * _ASKED / (1 - _ASKED) + _MEND * _HARM
        rate = world.wanted * float(team.code_share.sum()) * (1 - _AWAY) * (1 - _SICK) / mean
        for at in np.cumsum(team.random.exponential(1 / rate, int(2 * rate * end) + 10)):
            team.push(float(at), _WANT, 0, 0)
    if world.looks_every:
        for person in list(team.idle_reviewers):
            phase = int(team.random.integers(world.looks_every))
            for day in range(phase, team.weeks * 5, world.looks_every):
                team.push(day * DAY + float(team._look[person]), _LOOK, person, 0)
        team.idle_reviewers = []
    first, last = (WEEK * (week + _WARM_UP) for week in world.wave)
    if last > first:
        gaps = team.random.exponential(WEEK / people, 20 * people)
        for instant in (first + np.cumsum(gaps)).tolist():
            if instant < last:
                team.push(instant, _BREAK, 0, 0)
    for person in range(people):
        _free(team, 0.0, person)


def _free(team: _Team, now: float, person: int) -> None:
    """A coder who is free mends first, then reworks, then begins anew."""
    share = float(team.code_share[person])
    if team.mends:
        opened = team.mends.pop(0)
        team.under_way += 1
        at = team.done(person, now, _MEND * team.effort(), share, "mend")
        team.mended.append((opened, at))
        team.push(at, _CODED, person, _item(team, now), _MENDING)
    elif team.recodes:
        item = team.recodes.pop(0)
        at = team.done(person, now, _RECODE * team.effort(), share, "again")
        team.push(at, _CODED, person, item, _AGAIN)
    elif not team.may_begin():
        team.idle_coders.append(person)
    else:
        team.wanted -= 1
        team.taken.append(now)
        team.under_way += 1
        effort = _CODE * team.effort() * team.size(now) ** 0.5
        team.push(team.done(person, now, effort, share, "new"), _CODED, person, _item(team, now))


def _item(team: _Team, now: float) -> int:
    team.begun.append(now)
    for times in (team.ready, team.approved, team.landed):
        times.append(float("inf"))
    return len(team.begun) - 1


def _wake(team: _Team, now: float) -> None:
    if team.idle_coders:
        _free(team, now, team.idle_coders.pop(0))


def _coded(team: _Team, now: float, person: int, item: int, what: int) -> None:
    team.coding.append((now, person))
    if what == _AGAIN:
        team.answered[team.round[item]] = now
    else:
        team.ready[item] = now
    if what == _AGAIN or team.uniform() >= team.world.forgotten:
        team.queue.append(item)
        if team.idle_reviewers:
            _read(team, now, team.idle_reviewers.pop(0))
    _free(team, now, person)


def _pick(team: _Team) -> int:
    if team.world.is_in_order:
        return team.queue.pop(0)
    return team.queue.pop(int(team.uniform() * len(team.queue)))


def _read(team: _Team, now: float, person: int) -> None:
    if not team.queue:
        team.idle_reviewers.append(person)
        return
    item = _pick(team)
    effort = team.review_hours * team.effort() * team.size(team.ready[item])
    at = team.done(person, now, effort, float(team.review_share[person]), "review")
    team.push(at, _READ, person, item, 1)


def _has_read(team: _Team, now: float, person: int, item: int, is_steady: int) -> None:
    team.reviewing.append((now, person))
    if team.uniform() < _ASKED:
        team.round[item] = len(team.asked)
        team.asked.append(now)
        team.answered.append(float("inf"))
        team.push(now + team.world.silent * team.effort(), _ANSWER, 0, item)
    else:
        team.approved[item] = now
        team.landed[item] = now + 0.5 * team.effort()
        team.under_way -= 1
        if team.uniform() < _HARM:
            team.push(now + 40 * team.effort(), _BREAK, 0, 0)
        _wake(team, now)
    if is_steady:
        _read(team, now, person)


def _look(team: _Team, now: float, person: int, *_rest: int) -> None:
    """A reviewer who looks seldom reads all there is, for as long as there is time for it."""
    day = int(now // DAY)
    if not team.present[person][day]:
        return
    share = float(team.review_share[person]) * team.rate("review", day // 5)
    team.owed[person] = max(team.owed[person] - DAY * share * team.world.looks_every, 0.0)
    at = now
    while team.queue and team.owed[person] < 1e-9 + DAY * share * team.world.looks_every:
        one = _pick(team)
        effort = team.review_hours * team.effort() * team.size(team.ready[one])
        team.owed[person] += effort
        at += effort
        team.push(at, _READ, person, one, 0)


def _want(team: _Team, now: float, *_rest: int) -> None:
    team.wanted += 1
    team.filed.append(now)
    _wake(team, now)


def _answer(team: _Team, now: float, _person: int, item: int, *_rest: int) -> None:
    team.recodes.append(item)
    _wake(team, now)


def _break(team: _Team, now: float, *_rest: int) -> None:
    team.mends.append(now)
    _wake(team, now)


_HANDLERS: dict[int, Callable[..., None]] = {
    _CODED: _coded,
    _READ: _has_read,
    _LOOK: _look,
    _WANT: _want,
    _BREAK: _break,
    _ANSWER: _answer,
}


def _in_line(team: _Team, came: list[float], busy: float | None) -> Floats:
    """Return when each is done that one machine does one after the other, as they come."""
    arrivals = np.array(came, float)
    if busy is None:
        return arrivals
    order = np.argsort(arrivals)
    count = int(np.isfinite(arrivals).sum())
    mean = busy * team.weeks * WEEK / max(count, 1)
    done, free = np.full(arrivals.size, np.inf), 0.0
    for place, effort in zip(order[:count], team.random.lognormal(-0.32, 0.8, count), strict=True):
        free = max(free, arrivals[place]) + mean * effort
        done[place] = free
    return done


def _told(team: _Team) -> Played:
    waiting = [float("inf")] * (len(team.filed) - len(team.taken))
    shift = _WARM_UP * WEEK

    def since(values: list[float]) -> Floats:
        return np.array(values, float) - shift

    return Played(
        begun=since(team.begun),
        ready=since(team.ready),
        approved=since(team.approved),
        landed=since(team.landed),
        deployed=_in_line(team, team.landed, team.world.deploying) - shift,
        checked=_in_line(team, team.ready, team.world.checking) - shift,
        filed=since(team.filed),
        taken=since(team.taken[: len(team.filed)] + waiting),
        asked=since(team.asked),
        answered=since(team.answered),
        incidents=since([at for at, _ in team.mended]),
        mended=since([at for _, at in team.mended]),
        coding=np.array(team.coding, float).reshape(-1, 2) - (shift, 0),
        reviewing=np.array(team.reviewing, float).reshape(-1, 2) - (shift, 0),
    )
