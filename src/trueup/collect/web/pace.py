"""How fast one server is asked: as many at once as it bears, and not before it said."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from trueup.collect.connector import Progress
from trueup.collect.web.limits import Budget, budget, resource
from trueup.errors import SourceIncomplete

LONGEST_WAIT_SECONDS = 3_900.0
"""Hourly limits are waited out; for longer ones the user is told when to come back."""

_WORTH_SAYING_SECONDS = 2.0
_SLICE_SECONDS = 1.0
_SAME_SECONDS = 1.0  # by which two replies may differ on when the same limit is renewed
_CALM_REPLIES = 50
"""Replies without refusal after which one more request at a time is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Time as an argument, so that tests take none."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class _Lane:
    """One limit of the server, and everything that counts against it."""

    closed_until: float = 0.0
    there: Budget | None = None
    under_way: int = 0

    def hear(self, said: Budget | None) -> None:
        """Take what a reply says is left; the least until there is more, for replies overtake."""
        if said is None:
            self.there = None
            return
        left, was = said.left - self.under_way, self.there
        if was is not None and said.renewed_at < was.renewed_at + _SAME_SECONDS:
            left = min(left, was.left)
        self.there = Budget(left, said.renewed_at)


@dataclass(slots=True)
class Pace:
    """Lets requests to one host through, one lane for each of its limits."""

    host: str
    at_once: int
    clock: Clock
    progress: Progress
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _lanes: dict[str, _Lane] = field(default_factory=dict)
    _lane_of: dict[str, str] = field(default_factory=dict)
    _allowed: int = 0
    _under_way: int = 0
    _calm: int = 0
    _is_stopped: bool = False

    def __post_init__(self) -> None:
        self._allowed = self.at_once

    def enter(self, area: str) -> None:
        """Wait until a request of this area may go out.

        Raises
        ------
        SourceIncomplete
            The server asks for more patience than there is, or the visit was broken off.
        """
        while True:
            with self._changed:
                self._go_on()
                lane = self._lane(area)
                wait = self._closed_for(lane)
                if wait <= 0 and self._under_way < self._allowed:
                    self._start(lane)
                    return
                if wait <= 0:
                    self._changed.wait(_SLICE_SECONDS)
                    continue
            self.rest(wait)

    def leave(self, area: str, headers: Mapping[str, str]) -> None:
        """A request of this area has ended, with these header fields (none: no answer)."""
        with self._changed:
            self._under_way -= 1
            self._lane(area).under_way -= 1
            if headers:
                self._lane_of[area] = resource(headers)
                lane = self._lane(area)
                lane.hear(budget(headers, self.clock.now()))
                self._calm += 1
                if self._calm % _CALM_REPLIES == 0:
                    self._allowed = min(self.at_once, self._allowed + 1)
            self._changed.notify_all()

    def close(self, area: str, seconds: float, why: str) -> None:
        """Let nothing of this area through for so long, and fewer at a time after that."""
        if seconds > LONGEST_WAIT_SECONDS:
            until = datetime.fromtimestamp(self.clock.now() + seconds, UTC)
            raise SourceIncomplete(
                f"{self.host} asks to wait until {until:%Y-%m-%d %H:%M} UTC: {why}.",
                hint="Collect again after that: it goes on where it stopped.",
            )
        with self._changed:
            lane, now = self._lane(area), self.clock.now()
            is_known = lane.closed_until > now
            lane.closed_until = max(lane.closed_until, now + seconds)
            if is_known:  # several were under way when the server had enough
                return
            self._allowed = max(1, self._allowed // 2)
            self._calm = 0
        self._say(seconds, why)

    def pause(self, seconds: float, why: str) -> None:
        """Sleep before one request is tried again, and say so where it takes a while."""
        if seconds >= _WORTH_SAYING_SECONDS:
            self.progress.tell(f"{self.host} is asked again in {_duration(seconds)}: {why}.")
        self.rest(seconds)

    def rest(self, seconds: float) -> None:
        """Sleep, in slices, so that a visit that is broken off ends at once."""
        until = self.clock.now() + seconds
        while (left := until - self.clock.now()) > 0:
            self._go_on()
            self.clock.sleep(min(left, _SLICE_SECONDS))

    def stop(self) -> None:
        """Let nothing through any more."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()

    def _go_on(self) -> None:
        if self._is_stopped:
            raise SourceIncomplete("The visit was broken off.", hint="Collect again.")

    def _lane(self, area: str) -> _Lane:
        return self._lanes.setdefault(self._lane_of.get(area, ""), _Lane())

    def _start(self, lane: _Lane) -> None:
        self._under_way += 1
        lane.under_way += 1
        if lane.there is not None:
            lane.there = Budget(lane.there.left - 1, lane.there.renewed_at)

    def _closed_for(self, lane: _Lane) -> float:
        now = self.clock.now()
        spent = lane.there
        if spent is not None and spent.left <= 0:
            lane.there = None
            if spent.renewed_at > now:
                self._close_for_spent(lane, spent.renewed_at - now)
        return lane.closed_until - now

    def _close_for_spent(self, lane: _Lane, seconds: float) -> None:
        seconds = min(seconds + 1.0, LONGEST_WAIT_SECONDS)  # a second for clocks that differ
        lane.closed_until = max(lane.closed_until, self.clock.now() + seconds)
        self._say(seconds, "its limit of requests is used up")

    def _say(self, seconds: float, why: str) -> None:
        if seconds >= _WORTH_SAYING_SECONDS:
            self.progress.tell(f"{self.host} asks to wait {_duration(seconds)}: {why}.")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
