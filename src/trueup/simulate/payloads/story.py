"""What happened in a made-up organisation, before any tool has a word for it.

Instants are whole seconds since 1970, UTC, as git and most interfaces keep them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from trueup.simulate.payloads.coding import Commit
from trueup.simulate.scenario import Scenario
from trueup.simulate.teams import Teams
from trueup.simulate.usage import Usage
from trueup.simulate.world import Changes

Forge = Literal["github", "gitlab"]
Landing = Literal["squash", "rebase", "merge"]
Kind = Literal["plain", "takes_back", "mends", "bot", "agent", "draft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """What the world of `trueup.simulate.world` does not have, and tools show all the same.

    Parameters
    ----------
    bot_every, agent_every
        Weeks between two changes a bot, or an AI agent, proposes in a repository; 0: never.
        Those of bots land, those of agents are closed.
    robot_review_every
        Every so many changes an AI reviewer comments on one; 0: none.
    deletes_leavers
        Whether accounts of people who left are deleted, every second one.
    failed_every
        Every so many deployments one is tried twice, the first time without success; 0: none.
    moved_every
        Every so many work items one was moved from another project; 0: none.
    unnamed_every
        Every so many incidents one names no change; 0: all name theirs.
    most_lines
        Lines of the largest change.
    gitlab_every
        Every so many repositories one is on GitLab; 0: none.
    """

    bot_every: int = 4
    agent_every: int = 6
    robot_review_every: int = 5
    deletes_leavers: bool = True
    failed_every: int = 8
    moved_every: int = 10
    unnamed_every: int = 0
    most_lines: int = 60
    gitlab_every: int = 2


PLAIN_COLOUR = Colour(
    bot_every=0, agent_every=0, robot_review_every=0, deletes_leavers=False, failed_every=0
)
"""People only, and nobody gone: for estimating effects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who does something; `number` is a name for machines too."""

    number: int
    login: str
    name: str
    email: str
    kind: Literal["person", "bot", "agent"] = "person"
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A proposed change.

    Parameters
    ----------
    place
        Of the change among `Organisation.changes`; -1 where it is colour.
    reviewer, reviewed_at
        The one human review; None where nobody reviews.
    merger
        Who merged or closed it.
    closed_at
        When it was closed without landing.
    proposed, landed
        Commits of its branch; the commit on the default branch that is it.
    comments
        Remarks on code the reviewer leaves.
    robot_at
        When an AI reviewer commented.
    item
        Key of the work item it closes, as its title has it.
    """

    place: int
    kind: Kind
    number: int
    title: str
    body: str
    branch: str
    author: Actor
    opened_at: int
    landing: Landing
    proposed: tuple[Commit, ...]
    lines: int
    reviewer: Actor | None = None
    reviewed_at: int | None = None
    merger: Actor | None = None
    landed_at: int | None = None
    closed_at: int | None = None
    landed: Commit | None = None
    comments: int = 0
    robot_at: int | None = None
    item: str | None = None

    @property
    def head(self) -> str:
        """Hash of the last commit of its branch."""
        return self.proposed[-1].sha

    @property
    def updated_at(self) -> int:
        """When anything happened to it last."""
        known = (self.landed_at, self.closed_at, self.reviewed_at, self.robot_at, self.opened_at)
        return max(*(at for at in known if at is not None), self.proposed[-1].committed_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A deployment to production: asked for, begun, ended."""

    number: int
    sha: str
    by: Actor
    asked_at: int
    started_at: int
    ended_at: int
    is_success: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of the pipeline, of a change's branch or of what landed (`change` is None)."""

    number: int
    sha: str
    by: Actor
    change: Change | None
    started_at: int
    ended_at: int
    is_success: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident of the service of a repository.

    Parameters
    ----------
    change
        Number of the change that brought it; None where nobody says.
    """

    number: int
    change: int | None
    opened_at: int
    acknowledged_at: int
    resolved_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A work item; `steps` are statuses with the instants they were reached, oldest first.

    Parameters
    ----------
    old_key, moved_at
        What it was called, until it was moved from another project.
    """

    number: int
    key: str
    kind: str
    assignee: Actor
    steps: tuple[tuple[int, str], ...]
    old_key: str | None = None
    moved_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """Everything of one team: one repository, its service, its project in the tracker."""

    team: int
    name: str
    forge: Forge
    changes: tuple[Change, ...]
    history: tuple[Commit, ...]
    deployments: tuple[Deployment, ...]
    runs: tuple[Run, ...]
    incidents: tuple[Incident, ...]
    items: tuple[Item, ...]
    members: tuple[tuple[Actor, int | None, int | None], ...]
    """People with the instants they joined and left; None: before and after everything."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Organisation:
    """A made-up organisation: its draws, and what is told of them.

    Parameters
    ----------
    changes
        The draws the story tells, in whole seconds; also those that never landed.
    repositories
        By name.
    """

    scenario: Scenario
    colour: Colour
    teams: Teams
    usage: Usage
    changes: Changes
    repositories: Mapping[str, Repository]
    people: tuple[Actor, ...]

    def on(self, forge: Forge) -> tuple[Repository, ...]:
        """Return the repositories on one forge."""
        return tuple(one for one in self.repositories.values() if one.forge == forge)


OWNER = "acme"
BOT_EMAIL = "49699333+dependabot[bot]@users.noreply.github.com"
BOT = Actor(
    number=49699333, login="dependabot", name="dependabot[bot]", email=BOT_EMAIL, kind="bot"
)
AGENT = Actor(
    number=198982749,
    login="copilot-swe-agent",
    name="copilot-swe-agent[bot]",
    email="198982749+Copilot@users.noreply.github.com",
    kind="agent",
)
RABBIT = Actor(
    number=136622811,
    login="coderabbitai",
    name="coderabbitai[bot]",
    email="136622811+coderabbitai[bot]@users.noreply.github.com",
    kind="agent",
)
FOUNDER = Actor(
    number=900_001,
    login="acme-setup",
    name="acme-setup[bot]",
    email="900001+acme-setup[bot]@users.noreply.github.com",
    kind="bot",
)
