"""The course of an issue through its statuses, as its history tells it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from trueup.collect.fields import Fields
from trueup.collect.sources.jira.settings import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A status at one end of a move.

    Parameters
    ----------
    native
        Its id, empty where Jira names none; names change.
    stage
        Null where neither name nor category tells.
    """

    native: str
    name: str | None
    stage: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A change of status, at epoch microseconds UTC."""

    at: int
    before: Status
    after: Status
    author: Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Where an issue began, what it went through, and where it is.

    Parameters
    ----------
    began
        Its status at creation: what the first move left, else where it is.
    """

    began: Status
    moves: tuple[Move, ...]
    now: Status


def course_of(body: Fields, options: Options) -> Course:
    """Read the course of an issue, and hold its history against itself.

    Where one move does not begin in the status the last one ended in, or the last does not end
    where the issue is, part of the history is missing: that is counted.
    """
    now = _status(body.part("status"), options, "id", "name", "category")
    moves = sorted(_moves(body, options), key=lambda found: found[0])
    for (_, last), (_, following) in pairwise(moves):
        if _differ(last.after, following.before):
            body.faults.append("its history has a gap: a move begins where none ended")
    if moves and _differ(moves[-1][1].after, now):
        body.faults.append("its history does not end in the status it has")
    total = body.number("history_total")
    if total is not None and total > len(body.parts("histories")):
        body.faults.append("its history is cut short by Jira")
    began = moves[0][1].before if moves else now
    return Course(began=began, moves=tuple(move for _, move in moves), now=now)


def _moves(body: Fields, options: Options) -> list[tuple[tuple[int, int, int], Move]]:
    """Return every move with what orders it: its instant, its entry's number, its place in it."""
    found = []
    for entry in body.parts("histories"):
        for place, item in enumerate(entry.parts("items")):
            if item.text("field") != "status":
                continue
            at = entry.at("created")
            if at is None:
                body.faults.append("a change of status has no instant")
                continue
            before = _status(item, options, "from", "fromString", "from_category")
            after = _status(item, options, "to", "toString", "to_category")
            move = Move(at=at, before=before, after=after, author=entry.part("author"))
            found.append(((at, _number(entry), place), move))
    return found


def _status(said: Fields, options: Options, native: str, name: str, category: str) -> Status:
    called = said.text(name)
    stage = options.stage(called, said.text(category))
    if stage is None:
        said.faults.append(f"the stage of the status {called or 'without a name'!r} is not known")
    return Status(native=said.text(native) or "", name=called, stage=stage)


def _differ(one: Status, other: Status) -> bool:
    if one.native and other.native:
        return one.native != other.native
    return one.name != other.name


def _number(entry: Fields) -> int:
    said = entry.text("id") or ""
    return int(said) if said.isdecimal() and len(said) < 19 else 0
