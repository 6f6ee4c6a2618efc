"""The first step: what is here, what it suggests, and trueup.toml with the connections chosen."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from zoneinfo import available_timezones

from trueup.collect.catalogue import find_source
from trueup.collect.proposing.clues import look
from trueup.collect.proposing.proposals import Proposal, Proposals, completed, propose, unsaid
from trueup.collect.proposing.saying import block
from trueup.collect.running.connector import address_of
from trueup.collect.running.probing import Probe
from trueup.config import Connection, parse_settings, read_settings
from trueup.errors import ConfigError, SourceUnavailable

Manner = Literal["show", "add", "replace"]

SAID = "Named by you."
_HEAD = """# What trueup reads. Every key: docs/reference/config.md
# Tokens are never in this file, only the places where they are found.

[workspace]
timezone = "{timezone}"  # days, weeks and months are those of a calendar there
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What came of it.

    Parameters
    ----------
    path
        Where trueup.toml is, or would be.
    outcome
        ``shown``: there is a file already, nothing was touched; ``unchanged``: it holds all of it.
    text
        What was written, or would be.
    probes
        What each connection sees that is complete.
    remarks
        What is worth knowing besides.
    next_command
        What brings the first answer nearer.
    """

    path: Path
    outcome: Literal["written", "added", "shown", "unchanged"]
    text: str
    probes: tuple[Probe, ...]
    remarks: tuple[str, ...]
    next_command: str


def notice(locations: Sequence[Path], path: Path, *, is_asked_for: bool) -> Proposals:
    """Return what repositories suggest for a trueup.toml at `path`.

    Raises
    ------
    SourceUnavailable
        There is none at a location, though the user named it (`is_asked_for`).
    """
    try:
        return propose(look(locations), path.parent.resolve())
    except SourceUnavailable as error:
        if is_asked_for:
            raise
        return Proposals(found=(), remarks=(f"{error.fact} {error.hint}",))


def fresh(accepted: Sequence[Proposal], path: Path) -> tuple[Proposal, ...]:
    """Return the proposals that name something no connection of trueup.toml reads yet.

    Raises
    ------
    ConfigError
        trueup.toml cannot be read.
    """
    there = read_settings(path).connections
    return tuple(one for one in accepted if not _is_held(one.connection, there))


def chosen(
    found: Sequence[Proposal],
    said: Sequence[Connection],
    without: Sequence[str],
    *,
    only_said: bool = False,
) -> tuple[Proposal, ...]:
    """Return proposals with what the user says of them filled in, and all else he says added.

    A connection that is said fills in the one proposal of its source that it does not contradict.

    Parameters
    ----------
    only_said
        Leave out what was found and nothing is said of.

    Raises
    ------
    ConfigError
        Nothing of a name in `without` was proposed.
    """
    left = list(found)
    for name in without:
        kept = [one for one in left if name not in (one.connection.source, one.connection.name)]
        if len(kept) == len(left):
            raise ConfigError(f"--without {name}: no such connection is proposed.")
        left = kept
    if only_said:
        left = [one for one in left if any(_fits(one.connection, each) for each in said)]
    for connection in said:
        place = next((n for n, one in enumerate(left) if _fits(one.connection, connection)), None)
        if place is None:
            left.append(Proposal(connection=completed(connection), because=SAID))
        else:
            left[place] = replace(left[place], connection=_filled(left[place], connection))
    return tuple(left)


def begin(path: Path, accepted: Sequence[Proposal], timezone: str, manner: Manner) -> Begun:
    """Write trueup.toml, or add to it, or show what would be added; see `Manner`.

    An existing file is replaced only in the manner ``replace``; what is added goes to its end,
    and nothing of it is touched. What still lacks something goes, commented out, into a new file
    only: nobody would find it again in an old one, and it would be added again and again.

    Raises
    ------
    ConfigError
        There is nothing to write, what would be there could not be used, or the file cannot be
        written.
    """
    if not accepted and not path.exists():
        raise ConfigError(
            "Nothing was found here that could be connected.",
            hint="Name a repository: trueup init PATH; or say --connect.",
        )
    is_new = manner == "replace" or not path.exists()
    whole = [one for one in accepted if is_new or not one.open_questions]
    blocks = [block(one.connection, one.because) for one in whole]
    pieces = [_HEAD.format(timezone=timezone), *blocks] if is_new else blocks
    text = "\n".join(pieces)
    outcome: Literal["written", "added", "shown", "unchanged"] = "written" if is_new else "added"
    if not pieces:
        outcome = "unchanged"
    elif not is_new and manner == "show":
        outcome = "shown"
    else:
        _write(path, text if is_new else f"{path.read_text(encoding='utf-8').rstrip()}\n\n{text}")
    return Begun(path=path, outcome=outcome, text=text, probes=(), remarks=(), next_command="")


def finished(
    begun: Begun, probes: Sequence[Probe], found: Proposals, accepted: Sequence[Proposal]
) -> Begun:
    """Return the same with what the connections see, what is worth knowing, and what is next."""
    if begun.outcome == "shown":
        command = "the same command again, with --add"
    elif all(probe.state == "works" for probe in probes):
        command = "trueup collect"
    else:
        command = "trueup doctor"
    there = read_settings(begun.path).connections
    return replace(
        begun,
        probes=tuple(probes),
        remarks=found.all_remarks((*there, *(one.connection for one in accepted))),
        next_command=command,
    )


def local_timezone() -> str:
    """Return the IANA name of the time zone of this machine, ``UTC`` where it does not tell."""
    named = os.environ.get("TZ", "").lstrip(":")
    if not named:
        named = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    named = named.removeprefix("Etc/")
    return named if named in available_timezones() else "UTC"


def _write(path: Path, text: str) -> None:
    parse_settings(text, path)  # before anything is written: it may hold what must not be there
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}.", hint="Name another folder."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _is_held(connection: Connection, there: Sequence[Connection]) -> bool:
    """Say whether what a connection names is read through one that is there already."""
    missing = unsaid(connection)
    return any(
        one.source == connection.source
        and ("url" in missing or _address(one) == _address(connection))
        and all(_is_named(target, one.targets) for target in connection.targets)
        for one in there
    )


def _is_named(target: str, patterns: Sequence[str]) -> bool:
    owner = target.partition("/")[0]
    return bool({target, f"{owner}/*", owner, "*"}.intersection(patterns))


def _address(connection: Connection) -> str:
    if connection.source == "git":
        return ""
    return address_of(find_source(connection.source), connection)


def _fits(proposed: Connection, said: Connection) -> bool:
    address = _address(proposed)
    same_host = not said.url or not address or address == said.url.rstrip("/")
    is_one = said.name in ("", proposed.name, proposed.source)
    return proposed.source == said.source and same_host and is_one


def _filled(proposal: Proposal, said: Connection) -> Connection:
    """Return a proposed connection in which what is said stands instead of what was found."""
    found = proposal.connection
    token = said.token or ("" if said.url else found.token)
    filled = Connection(
        source=said.source,
        name=said.name or found.name,
        url=said.url or found.url,
        targets=said.targets or found.targets,
        token=token,
        user=said.user or found.user,
        options={**found.options, **said.options},
    )
    return completed(filled)
