"""What `trueup init` asks at a terminal; every answer can be given as an option instead."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from trueup.collect.proposing.proposals import Proposal
    from trueup.config import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers that can be given beforehand."""

    connect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="'SOURCE KEY=VALUE ...'",
            help="Connect this too, or say more of what is found; repeatable. Keys: url, targets "
            "(parted by commas), token, user, name, and options of the source.",
        ),
    ] = None
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE", help="Leave out what is found of it; repeatable."),
    ] = None
    timezone: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Where days, weeks and months are those of the calendar.",
            show_default="this machine's",
        ),
    ] = None
    yes: Annotated[
        bool,
        typer.Option("--yes", help="Ask nothing: take what is found. So without a terminal."),
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What becomes of a trueup.toml that is there."""

    add: Annotated[
        bool,
        typer.Option("--add", help="Add to a trueup.toml that is there; none of it is touched."),
    ] = False
    force: Annotated[bool, typer.Option("--force", help="Replace a trueup.toml that is there.")] = (
        False
    )


def can_ask(answers: Answers) -> bool:
    """Say whether there is somebody to be asked."""
    return not answers.yes and sys.stdin.isatty() and "--json" not in sys.argv[1:]


def ask_about(found: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """Ask of each proposal whether it is wanted, and what it lacks."""
    wanted = []
    for one in found:
        _tell(f"\n{one.because}")
        if typer.confirm(f"Connect {_called(one.connection)}?", default=True, err=True):
            wanted.append(replace(one, connection=_ask_fields(one.connection)))
    return tuple(wanted)


def ask_for_more() -> tuple[Connection, ...]:
    """Ask what there is beside what was found."""
    from trueup.collect.catalogue import find_source, source_names
    from trueup.config import Connection

    _tell("\nWhat else is there? Each source, and what it brings:")
    for name in source_names():
        _tell(f"  {name:<13} {_brings(find_source(name))}")
    more: list[Connection] = []
    while True:
        name = _asked("One of them, or empty for nothing more", "")
        if not name:
            return tuple(more)
        if name in source_names():
            more.append(_ask_fields(Connection(source=name)))
        else:
            _tell(f"There is no source called {name!r}.")


def ask_timezone(usual: str) -> str:
    """Ask where days begin."""
    return _asked("\nTime zone of your calendar", usual)


def ask_to_add(path: Path) -> bool:
    """Ask whether a file that is there may be added to."""
    return typer.confirm(f"Add this to {path}? Nothing in it is touched.", default=True, err=True)


def _ask_fields(connection: Connection) -> Connection:
    from trueup.collect.catalogue import find_source
    from trueup.collect.proposing.proposals import completed
    from trueup.collect.proposing.saying import wants_user

    if connection.source == "git":
        return connection
    server = find_source(connection.source).server
    if server is not None:
        usual = connection.url or server.address
        url = _asked("  Address", usual, is_needed=not usual)
        if url != usual:
            connection = replace(connection, url=url, token="")
    is_needed = server is None or server.needs_targets
    targets = _asked(
        f"  What to read there, parted by commas{'' if is_needed else ' (empty: all)'}",
        ",".join(connection.targets),
        is_needed=is_needed and not connection.targets,
    )
    connection = replace(connection, targets=tuple(t.strip() for t in targets.split(",") if t))
    if server is None:
        return connection
    if wants_user(server):
        connection = replace(
            connection, user=_asked("  User the token is of (empty: none)", connection.user)
        )
    if server.rights:
        _tell(f"  Rights the token needs: {server.rights}.")
    usual = completed(connection).token
    return replace(connection, token=_ask_place(usual, is_needed=bool(server.rights)))


def _ask_place(usual: str, *, is_needed: bool) -> str:
    from trueup.config import is_place_of_secret

    forms = "env:NAME, keyring:service/user, file:path" + ("" if is_needed else "; empty: none")
    while True:
        place = _asked(f"  Where its token is ({forms})", usual)
        if is_place_of_secret(place) or not (place or is_needed):
            return place
        _tell("  That names no such place. If it was the token itself: it is not kept.")


def _asked(question: str, usual: str, *, is_needed: bool = False) -> str:
    default = None if is_needed else usual
    answer = typer.prompt(question, default=default, show_default=bool(usual), err=True)
    return str(answer).strip()


def _called(connection: Connection) -> str:
    targets = ", ".join(connection.targets[:3])
    more = f" and {len(connection.targets) - 3} more" if len(connection.targets) > 3 else ""
    return f"{connection.name or connection.source} ({targets}{more})".replace(" ()", "")


def _brings(source: object) -> str:
    return (type(source).__doc__ or "").partition("\n")[0]


def _tell(line: str) -> None:
    typer.echo(line, err=True)
