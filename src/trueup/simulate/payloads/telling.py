"""The draws of a world told as a story: who did what, in whole seconds, with all the colour."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trueup.simulate.payloads.changing import Proposal, Timeline
from trueup.simulate.payloads.delivering import deployments, incidents, runs
from trueup.simulate.payloads.story import (
    AGENT,
    BOT,
    Actor,
    Colour,
    Forge,
    Item,
    Landing,
    Organisation,
    Repository,
)
from trueup.simulate.practising import draw_practice
from trueup.simulate.scenario import Scenario
from trueup.simulate.team_weeks import end_of
from trueup.simulate.teams import DAY, FIRST_DAY, HOUR, NEVER, WEEK, Ints, Teams, draw_teams, stream
from trueup.simulate.usage import Usage, draw_usage
from trueup.simulate.world import (
    MENDS,
    TAKES_BACK,
    Changes,
    draw_luck,
    play,
    strength,
)

SECOND = 1_000_000
KINDS = {MENDS: "mends", TAKES_BACK: "takes_back"}
LANDINGS: tuple[Landing, ...] = ("squash", "rebase", "merge")
GITLAB_LANDINGS: tuple[Landing, ...] = ("merge", "squash")
_TIMES = (*("begun_at", "opened_at", "reviewed_at", "landed_at", "deployed_at", "incident_at"),)


def tell(scenario: Scenario, colour: Colour | None = None) -> Organisation:
    """Make up an organisation and tell what happened in it.

    The same scenario and colour give the same story on any machine.
    """
    teams = draw_teams(scenario)
    usage = draw_usage(scenario, teams)
    strong = strength(scenario, teams, usage, draw_practice(scenario, teams))
    drawn = play(scenario, teams, draw_luck(scenario, teams, strong), strong, usage)
    telling = _Telling(scenario, colour or Colour(), teams, usage, in_seconds(drawn))
    told = [telling.team(team) for team in range(scenario.teams)]
    return Organisation(
        scenario=scenario,
        colour=telling.colour,
        teams=teams,
        usage=usage,
        changes=telling.changes,
        repositories={one.name: one for one in told},
        people=telling.people,
    )


def in_seconds(changes: Changes) -> Changes:
    """Return the draws with every instant cut to its second, still in microseconds."""
    cut = {name: getattr(changes, name) for name in _TIMES}
    whole = {n: np.where(at == NEVER, NEVER, at // SECOND * SECOND) for n, at in cut.items()}
    return replace(changes, **whole)


class _Telling:
    def __init__(
        self, scenario: Scenario, colour: Colour, teams: Teams, usage: Usage, changes: Changes
    ) -> None:
        self.scenario, self.colour, self.teams = scenario, colour, teams
        self.usage, self.changes = usage, changes
        self.end = end_of(scenario) // SECOND
        self.people = tuple(self._actor(person) for person in range(teams.person_team.size))
        count = changes.team.size
        self._waited = stream(scenario, 11).standard_exponential(count)
        self._notes = self._weekly()

    def team(self, team: int) -> Repository:
        """Tell everything of one team."""
        forge, landing = self._home(team)
        rows = np.flatnonzero(
            (self.changes.team == team) & (self.changes.opened_at < self.end * SECOND)
        )
        items = self._items(team, rows)
        told = [self._proposal(int(row), landing, items) for row in rows]
        told += self._colour(team)
        timeline = Timeline(forge=forge, repository=service(team), end=self.end)
        changes = timeline.tell(told, self.colour.most_lines)
        return Repository(
            team=team,
            name=service(team),
            forge=forge,
            changes=changes,
            history=timeline.history(),
            deployments=deployments(self.changes, self.teams, team, timeline, self.colour),
            runs=runs(changes, team),
            incidents=incidents(self.changes, changes, team, self.end, self.colour),
            items=tuple(items.values()),
            members=self._members(team),
        )

    def _home(self, team: int) -> tuple[Forge, Landing]:
        every = self.colour.gitlab_every
        if every and team % every == every - 1:
            return "gitlab", GITLAB_LANDINGS[team // every % len(GITLAB_LANDINGS)]
        return "github", LANDINGS[team // max(every, 1) % len(LANDINGS)]

    def _actor(self, person: int) -> Actor:
        left = self.teams.leaves_in[person] < self.scenario.weeks
        login = f"dev{person + 1:05d}"
        return Actor(
            number=1_000 + person,
            login=login,
            name=f"Developer {person + 1:05d}",
            email=f"{login}@acme.example",
            is_deleted=bool(self.colour.deletes_leavers and left and person % 2 == 0),
        )

    def _members(self, team: int) -> tuple[tuple[Actor, int | None, int | None], ...]:
        found = []
        for person in np.flatnonzero(self.teams.person_team == team).tolist():
            joins, leaves = int(self.teams.joins_in[person]), int(self.teams.leaves_in[person])
            begins = None if joins == 0 else _week(joins)
            ends = None if leaves >= self.scenario.weeks else _week(leaves)
            found.append((self.people[person], begins, ends))
        return tuple(found)

    def _proposal(self, row: int, landing: Landing, items: dict[int, Item]) -> Proposal:
        changes = self.changes
        kind = KINDS.get(int(changes.kind[row]), "plain")
        reviewer = int(changes.reviewer[row])
        reviewed = int(changes.reviewed_at[row]) // SECOND if reviewer != NEVER else None
        by = self.people[reviewer] if reviewed is not None and reviewed < self.end else None
        landed = int(changes.landed_at[row]) // SECOND
        item = items.get(row)
        return Proposal(
            place=row,
            parent=int(changes.parent[row]),
            kind=kind,  # type: ignore[arg-type]  # of `KINDS`
            author=self.people[int(changes.author[row])],
            landing=landing,
            begun_at=int(changes.begun_at[row]) // SECOND,
            opened_at=int(changes.opened_at[row]) // SECOND,
            reviewer=by,
            reviewed_at=reviewed if by else None,
            landed_at=landed if landed < self.end else None,
            order=int(changes.landed_at[row]),
            lines=int(changes.lines[row]),
            luck=int(changes.luck[row]),
            is_marked=bool(changes.is_marked[row]),
            item=None if item is None else item.old_key or item.key,
            robot_at=self._robot(row),
        )

    def _robot(self, row: int) -> int | None:
        every = self.colour.robot_review_every
        at = int(self.changes.opened_at[row]) // SECOND + 90
        return at if every and row % every == 0 and at < self.end else None

    def _items(self, team: int, rows: Ints) -> dict[int, Item]:
        """Return the work item each change closes, by the place of the change."""
        changes = self.changes
        closing = rows[changes.closes_item[rows]]
        waited = (5 * DAY * self._waited[closing]).astype(np.int64)
        created = (changes.begun_at[closing] - 1 - waited) // SECOND
        found: dict[int, Item] = {}
        for number, place in enumerate(np.argsort(created, kind="stable").tolist(), start=1):
            row = int(closing[place])
            moves = self.colour.moved_every and number % self.colour.moved_every == 0
            opened, deployed = (
                int(at[row]) // SECOND for at in (changes.opened_at, changes.deployed_at)
            )
            begun = int(changes.begun_at[row]) // SECOND
            steps = [(int(created[place]), "To Do"), (begun, "In Progress"), (opened, "In Review")]
            if deployed < self.end:
                steps.append((deployed, "Done"))
            found[row] = Item(
                number=(team + 1) * 10_000 + number,
                key=f"{project(team)}-{number}",
                kind="Story" if int(changes.luck[row]) % 2 == 0 else "Task",
                assignee=self.people[int(changes.author[row])],
                steps=tuple(steps),
                old_key=f"INBOX-{(team + 1) * 10_000 + number}" if moves else None,
                moved_at=opened + 60 if moves else None,
            )
        return found

    def _weekly(self) -> dict[int, list[int]]:
        """Return when each person wrote something that has not landed: once in an active week."""
        random, teams = stream(self.scenario, 3), self.teams
        count = teams.seat_person.size
        at = FIRST_DAY + teams.seat_cell % self.scenario.weeks * WEEK
        at = at + random.integers(0, 5, count) * DAY + random.integers(8 * HOUR, 18 * HOUR, count)
        found: dict[int, list[int]] = {}
        for person, moment in zip(teams.seat_person.tolist(), (at // SECOND).tolist(), strict=True):
            found.setdefault(person, []).append(moment)
        return found

    def _colour(self, team: int) -> list[Proposal]:
        """Return what people have under way for ever, and what machines propose."""
        people = np.flatnonzero(self.teams.person_team == team).tolist()
        first = self.people[people[0]]
        told = [
            _draft(self.people[person], sorted(self._notes[person]))
            for person in people
            if person in self._notes
        ]
        last = self.scenario.weeks - 2
        colour = self.colour
        machines = ((BOT, colour.bot_every, "bot"), (AGENT, colour.agent_every, "agent"))
        for machine, every, kind in machines:
            weeks = range(1, last, every) if every else ()
            told += [_by_machine(machine, first, week, kind) for week in weeks]
        return told


def service(team: int) -> str:
    """Return what the repository and the service of a team are called."""
    return f"service-{team + 1:04d}"


def project(team: int) -> str:
    """Return the key of a team's project in the tracker."""
    return f"SV{team + 1:04d}"


def _week(week: int) -> int:
    return (FIRST_DAY + week * WEEK) // SECOND


def _draft(author: Actor, at: list[int]) -> Proposal:
    return Proposal(
        kind="draft",
        author=author,
        landing="merge",
        begun_at=at[0],
        opened_at=at[0] + 60,
        notes=tuple(at),
        lines=1,
        luck=author.number,
    )


def _by_machine(author: Actor, merger: Actor, week: int, kind: str) -> Proposal:
    begun = _week(week) + (9 * HOUR + (week % 5) * DAY) // SECOND
    ended = begun + 2 * 86_400
    return Proposal(
        kind="bot" if kind == "bot" else "agent",
        author=author,
        landing="squash",
        begun_at=begun,
        opened_at=begun + 60,
        landed_at=ended if kind == "bot" else None,
        closed_at=None if kind == "bot" else ended,
        order=ended * SECOND,
        merger=merger,
        lines=5,
        luck=week,
    )
