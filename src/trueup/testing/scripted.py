"""Servers made of one function: a question in, an answer out; no socket, no time.

The real client asks them, so that signing, paging, limits and retries are those of every day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from trueup.collect.connector import Progress
from trueup.collect.recorded import Server
from trueup.collect.web.client import HttpWeb
from trueup.collect.web.pace import Clock
from trueup.config import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a server is asked.

    Parameters
    ----------
    path
        Without host and parameters.
    params
        Of each parameter the last value.
    body
        JSON of a POST; None otherwise.
    """

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What it answers: JSON, or bytes as they are."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answering = Callable[[Question], Answer]
"""A server. To play dead it raises `Broken`."""


class Broken(Exception):
    """The connection broke off before there was an answer."""


class Scripted(httpx.BaseTransport):
    """Carries requests to a function, and keeps what was asked."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self.asked: list[Question] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        content = request.read()
        question = Question(
            method=request.method,
            path=request.url.path,
            params=dict(request.url.params),
            headers=dict(request.headers),
            body=json.loads(content) if content else None,
        )
        self.asked.append(question)
        try:
            answer = self._answering(question)
        except Broken as error:
            raise httpx.ReadError(str(error), request=request) from error
        body = answer.body
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.Response(answer.status, headers=dict(answer.headers), content=content)


class FakeTime:
    """A clock that a sleep moves, and nothing else."""

    def __init__(self, now: float = 1_790_000_000.0) -> None:
        self.now = now
        self.slept = 0.0

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self.now += seconds
        self.slept += seconds

    def clock(self) -> Clock:
        """Return it as the client takes it."""
        return Clock(now=lambda: self.now, sleep=self.sleep)


def scripted_web(
    connection: Connection,
    server: Server,
    answering: Answering | Scripted,
    *,
    progress: Progress | None = None,
    time: FakeTime | None = None,
) -> HttpWeb:
    """Return the real client, asking a scripted server."""
    carrier = answering if isinstance(answering, Scripted) else Scripted(answering)
    clock = (time or FakeTime()).clock()
    return HttpWeb(connection, server, progress or Unheard(), clock=clock, transport=carrier)


class Unheard:
    """A `Progress` that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def stage(self, name: str, total: int | None) -> None:
        """Keep the name of the stage."""
        del total
        self.told.append(name)

    def advance(self, steps: int) -> None:
        """Let it pass."""

    def tell(self, fact: str) -> None:
        """Keep the fact."""
        self.told.append(fact)
