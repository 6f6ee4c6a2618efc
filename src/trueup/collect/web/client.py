"""One connection to one server: every request of every source goes through here."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx

from trueup.collect.connector import Progress
from trueup.collect.recorded import Server
from trueup.collect.web.exchange import Asked, Exchange, Fault
from trueup.collect.web.limits import UNSAID_WAIT_SECONDS, asked_wait
from trueup.collect.web.pace import Clock, Pace
from trueup.collect.web.refusal import ABSENT, accepted
from trueup.collect.web.reply import HttpReply, is_same_host
from trueup.collect.web.seen import Seen
from trueup.config import Connection
from trueup.errors import SourceIncomplete, SourceUnavailable

FAULT_WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before each further attempt where there is no answer, or none that makes sense."""

_MOST_REFUSALS = 6
_FAULTS = frozenset((500, 502, 503, 504, 520, 522, 524))


class HttpWeb:
    """Asks one server on behalf of one connection.

    Parameters
    ----------
    connection
        Names the address and where the token is.
    server
        What the source says of its servers.
    progress
        Told of every wait worth knowing.
    transport
        What carries requests; the network when None.
    fault_waits
        Seconds before each further attempt where there is no answer, or none that makes sense.

    Raises
    ------
    ConfigError
        There is no address, or nothing where the token should be.
    """

    def __init__(
        self,
        connection: Connection,
        server: Server,
        progress: Progress,
        *,
        clock: Clock | None = None,
        transport: httpx.BaseTransport | None = None,
        fault_waits: Sequence[float] = FAULT_WAITS,
    ) -> None:
        self._connection = connection
        self._fault_waits = fault_waits
        self._scopes_header = server.scopes_header
        self._at_once = server.at_once
        self._clock = clock or Clock()
        self._exchange = Exchange(connection, server, self._clock, transport)
        host = urlsplit(self._exchange.address).netloc
        self._pace = Pace(host, server.at_once, self._clock, progress)
        self._threads: ThreadPoolExecutor | None = None
        self.seen = Seen()
        self.granted: str | None = None
        """Rights of the token as the last reply names them; None where replies name none."""

    def __repr__(self) -> str:
        return f"HttpWeb({self._exchange.address!r})"

    def close(self) -> None:
        """End every request under way and let go of the server."""
        self._pace.stop()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        self._exchange.close()

    def get(
        self, path: str, *, params: Mapping[str, str] | None = None, fresh: bool = True
    ) -> HttpReply:
        """Ask once; see `trueup.collect.recorded.Web`."""
        address = self._whole(path, params)
        earlier = "" if fresh else self.seen.earlier.get(address, "")
        headers = {"if-none-match": earlier} if earlier else {}
        reply = self._ask(Asked(method="GET", address=address, headers=headers))
        version = earlier if reply.status == 304 else reply.headers.get("etag", "")
        if not fresh and version:
            self.seen.now[address] = version
        return reply

    def post(self, path: str, *, body: Mapping[str, Any]) -> HttpReply:
        """Ask by POST; see `trueup.collect.recorded.Web`."""
        asked = Asked(
            method="POST",
            address=self._whole(path),
            content=json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        return self._ask(asked)

    def pages(self, path: str, *, params: Mapping[str, str] | None = None) -> Iterator[HttpReply]:
        """Ask, and follow Link headers to the end."""
        reply = self.get(path, params=params)
        visited = {reply.address}
        yield reply
        while (following := reply.next_url) is not None:
            if following in visited:
                raise SourceIncomplete(
                    f"{reply.address.partition('?')[0]} names a page it gave before as its next.",
                    hint="Collect again; if it stays so, report it to the makers of the server.",
                )
            visited.add(following)
            reply = self.get(following)
            yield reply

    def download(self, address: str) -> HttpReply:
        """Ask for a file on any host, unsigned; see `trueup.collect.recorded.Web`."""
        return self._ask(Asked(method="GET", address=address, is_elsewhere=True))

    def many(self, paths: Iterable[str]) -> Iterator[tuple[str, HttpReply | None]]:
        """Ask for several at once, as many as limits allow; in order, None for 404 and 410."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._at_once, "trueup-web")
        ahead: deque[tuple[str, Future[HttpReply | None]]] = deque()
        try:
            for path in paths:
                ahead.append((path, self._threads.submit(self._one_of_many, path)))
                if len(ahead) > 2 * self._at_once:
                    first, answer = ahead.popleft()
                    yield first, answer.result()
            while ahead:
                first, answer = ahead.popleft()
                yield first, answer.result()
        finally:
            for _, answer in ahead:
                answer.cancel()

    def _one_of_many(self, path: str) -> HttpReply | None:
        reply = self._answer(Asked(method="GET", address=self._whole(path)))
        if reply.status in ABSENT:
            return None
        return accepted(reply, self._connection, self._exchange.hushed)

    def _ask(self, asked: Asked) -> HttpReply:
        return accepted(self._answer(asked), self._connection, self._exchange.hushed)

    def _answer(self, asked: Asked) -> HttpReply:
        """Ask until there is an answer that is neither a fault nor a matter of limits."""
        faults = refusals = 0
        while True:
            self._pace.enter(asked.area)
            reply, fault = None, ""
            try:
                reply = self._exchange.send(asked)
            except Fault as error:
                fault = str(error)
            finally:
                self._pace.leave(asked.area, reply.headers if reply else {})
            if reply is not None:
                self.granted = reply.headers.get(self._scopes_header, self.granted)
            wait = self._wait(asked, reply)
            if reply is not None and reply.status not in _FAULTS:
                if wait is None:
                    return reply
                refusals += 1
                self._refused(asked, wait, refusals)
            else:
                faults += 1
                fault = fault or f"it answers {reply.status if reply else ''}"
                self._failed(asked, fault, faults, wait)

    def _wait(self, asked: Asked, reply: HttpReply | None) -> float | None:
        if reply is None:
            return None
        content = b"" if asked.method == "GET" and reply.status == 200 else reply.content
        return asked_wait(reply.status, reply.headers, content, self._clock.now())

    def _refused(self, asked: Asked, wait: float, refusals: int) -> None:
        if refusals > _MOST_REFUSALS:
            raise SourceIncomplete(
                f"{asked.place} was refused {refusals} times because of limits.",
                hint="Collect again later: it goes on where it stopped.",
            )
        unsaid = UNSAID_WAIT_SECONDS * float(2 ** (refusals - 1))
        self._pace.close(asked.area, wait or unsaid, "its limit of requests is reached")

    def _failed(self, asked: Asked, fault: str, faults: int, wait: float | None) -> None:
        if faults > len(self._fault_waits):
            raise SourceIncomplete(
                f"{asked.place} could not be read in {faults} attempts: {fault}.",
                hint="Collect again later: it goes on where it stopped.",
            )
        if wait:
            self._pace.close(asked.area, wait, fault)
        else:
            self._pace.pause(self._fault_waits[faults - 1], fault)

    def _whole(self, path: str, params: Mapping[str, str] | None = None) -> str:
        address = path
        if not path.startswith(("http://", "https://")):
            address = f"{self._exchange.address}/{path.lstrip('/')}"
        elif not is_same_host(path, self._exchange.address):
            raise SourceUnavailable(
                f"{urlsplit(path).netloc} is not the host of the connection.",
                hint="Name that host in a connection of its own.",
            )
        return str(httpx.URL(address).copy_merge_params(params)) if params else address
