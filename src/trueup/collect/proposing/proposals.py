"""From clues to connections: which services are there, and what is still to be said of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from trueup.collect.ai.reports.exports import is_place
from trueup.collect.catalogue import find_source, source_names
from trueup.collect.proposing.clues import (
    GITHUB_RUNS,
    GITLAB_RUNS,
    JENKINS_RUNS,
    OTHER_RUNS,
    OWNERS_FILES,
    Clues,
)
from trueup.collect.proposing.machine import is_found_here, logs_found, remark_on
from trueup.config import Connection

_CLOUDS = {"github.com": "github", "gitlab.com": "gitlab"}
_TOKENS = {
    "github": ("GITHUB_TOKEN", "GH_TOKEN"),
    "gitlab": ("GITLAB_TOKEN", "GL_TOKEN"),
    "anthropic": ("ANTHROPIC_ADMIN_KEY", "ANTHROPIC_ADMIN_API_KEY"),
    "copilot": ("GITHUB_COPILOT_TOKEN", "COPILOT_TOKEN"),
    "cursor": ("CURSOR_ADMIN_API_KEY", "CURSOR_API_KEY"),
    "jira": ("JIRA_TOKEN", "JIRA_API_TOKEN", "ATLASSIAN_TOKEN"),
    "litellm": ("LITELLM_API_KEY", "LITELLM_MASTER_KEY"),
    "openai": ("OPENAI_ADMIN_KEY",),
    "opsgenie": ("OPSGENIE_API_KEY", "OPSGENIE_TOKEN"),
    "pagerduty": ("PAGERDUTY_TOKEN", "PAGERDUTY_API_KEY"),
    "windsurf": ("WINDSURF_SERVICE_KEY", "WINDSURF_API_KEY"),
}
"""Environment variables people keep tokens in; any other source: its name and ``_TOKEN``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A connection that suggests itself.

    Parameters
    ----------
    because
        What suggests it, as a sentence.
    """

    connection: Connection
    because: str

    @property
    def open_questions(self) -> tuple[str, ...]:
        """Which of url and targets must still be said before it can be read."""
        return unsaid(self.connection)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """What repositories suggest.

    Parameters
    ----------
    found
        Connections, the repositories themselves first.
    remarks
        What is worth knowing besides, a sentence each.
    unknown
        Hosts of which it is not known whose forge they are, each with the repositories there.
    logs
        Sources that find logs of AI tools on this machine.
    """

    found: tuple[Proposal, ...]
    remarks: tuple[str, ...]
    unknown: tuple[tuple[str, tuple[str, ...]], ...] = ()
    logs: tuple[str, ...] = ()

    def all_remarks(self, connections: Iterable[Connection]) -> tuple[str, ...]:
        """Return all remarks, given the connections there are: they need none."""
        there = tuple(connections)
        known = {urlsplit(one.url).netloc for one in there}
        idle = [name for name in self.logs if name not in {one.source for one in there}]
        return (
            tuple(
                f"{host} is no forge that is known here. If it is a GitHub or a GitLab: "
                f'--connect "github url=https://{host} targets={",".join(paths)}".'
                for host, paths in self.unknown
                if host not in known
            )
            + self.remarks
            + ((remark_on(idle),) if idle else ())
        )


def propose(clues: Sequence[Clues], beside: Path) -> Proposals:
    """Return the connections that clues suggest.

    Parameters
    ----------
    beside
        The folder of trueup.toml: repositories below it are named as they lie from there.
    """
    forges, unknown = _forges(clues)
    found = [*_clones(clues, beside), *forges, *_trackers(clues), *_jenkins(clues)]
    return Proposals(
        found=tuple(found),
        remarks=tuple(_remarks(clues)),
        unknown=tuple((host, tuple(paths)) for host, paths in unknown.items()),
        logs=logs_found(),
    )


def token_place(source: str, host: str = "") -> str:
    """Return where the token of a source is: the environment variable that is set, or the usual.

    What is in it is not looked at.

    Parameters
    ----------
    host
        Of a server that only a repository names: its variable carries the host, so that a token
        set for another server never goes there unasked.
    """
    names = _TOKENS.get(source, (f"{_capitals(source)}_TOKEN",))
    if host:
        return f"env:{names[0]}_{_capitals(host)}"
    return "env:" + next((name for name in names if name in os.environ), names[0])


def _capitals(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", name.upper())


def unsaid(connection: Connection) -> tuple[str, ...]:
    """Return which of url and targets a connection must still be told before it can be read."""
    if connection.source == "git":
        return ("targets",) * (not connection.targets)
    server = find_source(connection.source).server
    needs_url = server is not None and not server.address and not connection.url
    if server is None:
        needs_targets = not connection.targets and not is_found_here(connection.source)
    else:
        needs_targets = not connection.targets and server.needs_targets
    return ("url",) * needs_url + ("targets",) * needs_targets


def completed(connection: Connection, *, is_found: bool = False) -> Connection:
    """Return a connection with a place for its token, where it wants one and names none.

    Parameters
    ----------
    is_found
        Whether the server's address was found in a repository instead of said by the user.
    """
    server = None if connection.source == "git" else find_source(connection.source).server
    if server is None or connection.token or connection.options.get("app_id"):
        return connection
    if server.takes_files and connection.targets and all(map(is_place, connection.targets)):
        return connection
    host = urlsplit(connection.url).netloc if is_found else ""
    place = token_place(connection.source, host)
    is_usual = server.rights or place.removeprefix("env:") in os.environ
    return replace(connection, token=place) if is_usual else connection


def _clones(clues: Sequence[Clues], beside: Path) -> list[Proposal]:
    if not clues:
        return []
    places = tuple(_named(one.place, beside) for one in clues)
    return [
        Proposal(
            connection=Connection(source="git", targets=places),
            because=f"{_listed([one.name for one in clues])} on this machine: read as "
            f"{'it lies' if len(clues) == 1 else 'they lie'} there, from no server.",
        )
    ]


def _named(place: Path, beside: Path) -> str:
    """Return a folder as trueup.toml is to name it: short where both move together."""
    if place.is_relative_to(beside) and beside == Path.cwd():
        return str(place.relative_to(beside))
    home = Path.home()
    return f"~/{place.relative_to(home)}" if place.is_relative_to(home) else str(place)


def _forges(clues: Sequence[Clues]) -> tuple[list[Proposal], dict[str, list[str]]]:
    """Return connections to forges, and repositories by host where the forge is not known."""
    places: dict[tuple[str, str], list[str]] = {}
    because: dict[tuple[str, str], str] = {}
    unknown: dict[str, list[str]] = {}
    for one in clues:
        source, why = _forge_of(one)
        if source:
            places.setdefault((source, one.host), []).append(one.path)
            because.setdefault((source, one.host), why)
        elif one.host:
            unknown.setdefault(one.host, []).append(one.path)
    found = [
        Proposal(connection=completed(_forge(*place, paths), is_found=True), because=because[place])
        for place, paths in places.items()
    ]
    return found, unknown


def _forge(source: str, host: str, paths: Sequence[str]) -> Connection:
    url = "" if host in _CLOUDS else f"https://{host}"
    name = "" if host in _CLOUDS else host
    return Connection(source=source, name=name, url=url, targets=tuple(sorted(paths)))


def _forge_of(one: Clues) -> tuple[str, str]:
    """Return the source that reads a repository's forge, and what tells; empty: not known."""
    if not one.host:
        return "", ""
    remote = f"The remote of {one.path} is on {one.host}"
    if one.host in _CLOUDS:
        return _CLOUDS[one.host], f"{remote}."
    for source, file in (("gitlab", GITLAB_RUNS), ("github", GITHUB_RUNS)):
        if source in one.host.split(":")[0].split("."):
            return source, f"{remote}."
        if file in one.files:
            return source, f"{remote}, and it has {file}."
    return "", ""


def _trackers(clues: Sequence[Clues]) -> list[Proposal]:
    counted: dict[str, int] = {}
    for one in clues:
        for project, count in one.keys:
            counted[project] = counted.get(project, 0) + count
    if not counted:
        return []
    messages = sum(one.messages for one in clues if one.keys)
    named = ", ".join(f"{project} in {count:,}" for project, count in counted.items())
    url = next((one.tracker for one in clues if one.tracker), "")
    address = f"; links lead to {url}" if url else ""
    return [
        Proposal(
            connection=completed(
                Connection(source="jira", url=url, targets=tuple(counted)), is_found=True
            ),
            because=f"Of the newest {messages:,} commit messages, work items are named of "
            f"{named}{address}.",
        )
    ]


def _jenkins(clues: Sequence[Clues]) -> list[Proposal]:
    having = [one.name for one in clues if JENKINS_RUNS in one.files]
    if not having or "jenkins" not in source_names():
        return []
    return [
        Proposal(
            connection=completed(Connection(source="jenkins")),
            because=f"{_listed(having)} {'has' if len(having) == 1 else 'have'} a {JENKINS_RUNS}.",
        )
    ]


def _remarks(clues: Sequence[Clues]) -> list[str]:
    said = [
        f"{one.name} has no remote: whose forge it is on is not known."
        for one in clues
        if not one.host
    ]
    owned = [one.name for one in clues if one.files.intersection(OWNERS_FILES)]
    if owned:
        said.append(
            f"{_listed(owned)} {'names' if len(owned) == 1 else 'name'} teams by folder in "
            "CODEOWNERS: the connection to the forge reads it."
        )
    for file, name in OTHER_RUNS.items():
        if any(file in one.files for one in clues):
            said.append(
                f"{file} is of {name}, which no connector reads: its runs can be named in a file, "
                "see docs/reference/sources/events.md."
            )
    return said


def _listed(names: Sequence[str], most: int = 3) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
