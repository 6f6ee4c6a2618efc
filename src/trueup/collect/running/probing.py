"""Tests a connection as cheaply as it can be: what does it see? Nothing is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Literal

from trueup.collect.catalogue import find_source
from trueup.collect.connector import Silent
from trueup.collect.recorded import RecordedSource, Scope, Server
from trueup.collect.running.connector import address_of, check_options
from trueup.collect.running.round import cloned
from trueup.collect.sources.git.connector import GitConnector
from trueup.collect.web.nowhere import NoWeb
from trueup.config import Connection
from trueup.errors import CollectError, ConfigError, SourceIncomplete

State = Literal["works", "not asked", "not ready", "refused", "unreachable"]

_FAULT_WAITS = (0.5,)
_PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a test of a connection found.

    Parameters
    ----------
    name
        What the connection is called.
    address
        Of the server; empty where there is none.
    state
        ``not ready``: something is to be done here first, such as setting the token;
        ``refused``: the server answers, and not as it should.
    fact, hint
        What is wrong and the next step; empty where it works.
    targets
        Name and target_id of everything the connection leads to.
    lacks
        Rights the token has not, of those that replies would name.
    """

    name: str
    source: str
    address: str
    state: State
    fact: str = ""
    hint: str = ""
    targets: tuple[tuple[str, str], ...] = ()
    lacks: tuple[Scope, ...] = ()


def probe(connection: Connection, *, is_offline: bool = False) -> Probe:
    """Ask what a connection leads to: one request for each name, one a page for each pattern.

    Parameters
    ----------
    is_offline
        Look at folders and files only, and leave servers alone.
    """
    asked = _Asked()
    state: State = "works"
    fact = hint = ""
    try:
        if asked.find(connection, is_offline=is_offline):
            state = "not asked"
    except ConfigError as error:
        state, fact, hint = "not ready", error.fact, error.hint
    except SourceIncomplete as error:
        state, fact, hint = _incomplete(error, asked.waits)
    except CollectError as error:
        state, fact, hint = "refused", error.fact, error.hint
    return Probe(
        name=connection.name or connection.source,
        source=connection.source,
        address=asked.address,
        state=state,
        fact=fact,
        hint=hint,
        targets=tuple(asked.targets),
        lacks=asked.lacks,
    )


@dataclass(slots=True)
class _Asked:
    """One test, and what it showed until it ended."""

    address: str = ""
    targets: list[tuple[str, str]] = field(default_factory=list)
    lacks: tuple[Scope, ...] = ()
    waits: list[str] = field(default_factory=list)

    def find(self, connection: Connection, *, is_offline: bool) -> bool:
        """Find what a connection leads to; return whether its server was left alone."""
        if connection.source == "git":
            for folder in cloned((connection,)):
                self.targets += GitConnector().targets(folder)
            return False
        source = find_source(connection.source)
        self.address = address_of(source, connection)
        check_options(source, connection)
        if source.server is None:
            self.targets += source.targets(connection, NoWeb(source.name))
        elif not is_offline:
            self._ask(source, source.server, connection)
        return is_offline and source.server is not None

    def _ask(self, source: RecordedSource, server: Server, connection: Connection) -> None:
        from trueup.collect.web.client import HttpWeb
        from trueup.collect.web.pace import Clock

        clock = Clock(now=time.time, sleep=_impatient(self.waits))
        told = _Told(self.waits)
        with closing(
            HttpWeb(connection, server, told, clock=clock, fault_waits=_FAULT_WAITS)
        ) as web:
            try:
                self.targets += source.targets(connection, web)
            finally:
                self.lacks = _lacking(server, web.granted)


class _Told(Silent):
    """Keeps what the client says while it waits."""

    def __init__(self, facts: list[str]) -> None:
        self._facts = facts

    def tell(self, fact: str) -> None:
        """Keep the fact."""
        self._facts.append(fact)


def _impatient(waits: Sequence[str]) -> Callable[[float], None]:
    """Return a sleep that gives up where a collection would wait on."""
    slept = 0.0

    def sleep(seconds: float) -> None:
        nonlocal slept
        slept += seconds
        if waits or slept > _PATIENCE_SECONDS:
            raise SourceIncomplete("The server asks to wait.", hint="Try again later.")
        time.sleep(seconds)

    return sleep


def _incomplete(error: SourceIncomplete, waits: Sequence[str]) -> tuple[State, str, str]:
    if waits:
        return "refused", waits[-1], "Try again after that."
    if error.hint.startswith("Check"):  # it answers, and not as such a server does
        return "refused", error.fact, error.hint
    return "unreachable", error.fact, "Check its address, and the network."


def _lacking(server: Server, granted: str | None) -> tuple[Scope, ...]:
    if granted is None:
        return ()
    there = {name.strip() for name in granted.split(",")}
    return tuple(s for s in server.scopes if not there.intersection((s.name, *s.wider)))
