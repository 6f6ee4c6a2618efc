"""One request out, one answer back: signed, within one host, bounded, with no secret in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from trueup import __version__
from trueup.collect.recorded import BEARER, Server, Signing
from trueup.collect.web.app_token import OPTIONS as APP_OPTIONS
from trueup.collect.web.app_token import AppToken
from trueup.collect.web.pace import Clock
from trueup.collect.web.reply import HttpReply, is_same_host
from trueup.collect.web.secrets import Credential, FixedToken, read_secret, signed
from trueup.config import Connection
from trueup.errors import ConfigError, SourceIncomplete, SourceUnavailable

MOST_BYTES = 64 << 20
"""Largest body taken; a page of a hundred changes has about one megabyte."""

_MOVED = frozenset((301, 302, 303, 307, 308))
_MOST_MOVES = 5
_TIMEOUT = httpx.Timeout(60.0, connect=20.0)


class Fault(Exception):
    """There was no answer; worth trying again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, before it is signed."""

    method: str
    address: str
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_elsewhere: bool = False
    """Whether it may be on any host, and carries no token."""

    @property
    def area(self) -> str:
        """What tells requests of different limits apart, before a reply does."""
        if self.is_elsewhere:
            return f"{self.method} elsewhere"
        pieces = urlsplit(self.address).path.split("/")
        return f"{self.method} {'/'.join(sorted({'search', 'graphql'}.intersection(pieces)))}"

    @property
    def place(self) -> str:
        """The address as errors say it: without parameters."""
        return self.address.partition("?")[0]


class Exchange:
    """Carries requests to the server of one connection.

    Raises
    ------
    ConfigError
        There is no address, or nothing where the token should be.
    """

    def __init__(
        self,
        connection: Connection,
        server: Server,
        clock: Clock,
        transport: httpx.BaseTransport | None,
    ) -> None:
        self.address = _address(connection, server)
        self._connection = connection
        self._signing = server.signing
        self._clock = clock
        self._secrets: frozenset[bytes] = frozenset()
        self._credential = self._credentials()
        agent = {"user-agent": f"trueup/{__version__}", "accept": "application/json"}
        self._client = httpx.Client(
            headers={**agent, **server.headers},
            timeout=_TIMEOUT,
            limits=httpx.Limits(max_connections=server.at_once),
            transport=transport,
        )

    def close(self) -> None:
        """Let go of the server."""
        self._client.close()

    def send(self, asked: Asked) -> HttpReply:
        """Send once, following moves within the host; what is elsewhere, unsigned to anywhere.

        Raises
        ------
        Fault
            There was no answer, or it broke off.
        """
        if asked.is_elsewhere:
            return replace(self._carry(asked, {}), address=asked.place)
        token = self._credential.token(self._clock.now())
        signature = self._signed(self._signing, token)
        return self._carry(_with_key(asked, self._signing.body_key, token), signature)

    def hushed(self, text: str) -> str:
        """Return `text` without any secret of this connection."""
        for secret in self._secrets:
            text = text.replace(secret.decode(errors="replace"), "...")
        return text

    def _carry(self, asked: Asked, signature: Mapping[str, str]) -> HttpReply:
        address = asked.address
        for _ in range(_MOST_MOVES):
            self._refuse_in_clear(address)
            reply = self._carried(asked, address, signature)
            if reply.status not in _MOVED or "location" not in reply.headers:
                return reply
            address = self._moved(address, reply.headers["location"], asked)
        raise SourceUnavailable(
            f"{asked.place} is moved again and again.", hint="Check the address."
        )

    def _refuse_in_clear(self, address: str) -> None:
        """Raise where an address is neither encrypted nor of the connection's own server."""
        if urlsplit(address).scheme != "https" and not is_same_host(address, self.address):
            raise SourceUnavailable(
                f"{urlsplit(address).netloc or 'An address'} is not to be asked in clear.",
                hint="Report it to the makers of the server: it names a file without https.",
            )

    def _carried(self, asked: Asked, address: str, signature: Mapping[str, str]) -> HttpReply:
        headers = {**asked.headers, **signature}
        request = self._client.build_request(
            asked.method, address, content=asked.content, headers=headers
        )
        try:
            with closing(self._client.send(request, stream=True)) as response:
                return self._read(response, address)
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Fault(self.hushed(f"{type(error).__name__}: {error}".rstrip(".: "))) from None

    def _moved(self, address: str, location: str, asked: Asked) -> str:
        following = urljoin(address, location)
        if not asked.is_elsewhere and not is_same_host(following, self.address):
            raise SourceUnavailable(
                f"{address.partition('?')[0]} has moved to {urlsplit(following).netloc}.",
                hint="Name the new address in the connection; a token is never carried elsewhere.",
            )
        return following

    def _read(self, response: httpx.Response, address: str) -> HttpReply:
        pieces, size = [], 0
        for piece in response.iter_bytes():
            pieces.append(piece)
            size += len(piece)
            if size > MOST_BYTES:
                raise SourceIncomplete(
                    f"{address.partition('?')[0]} answers with more than {MOST_BYTES >> 20} MB.",
                    hint="Check the address of the connection.",
                )
        content = b"".join(pieces)
        for secret in self._secrets:
            content = content.replace(secret, b"...")
        return HttpReply(
            status=response.status_code,
            headers=dict(response.headers),
            content=content,
            address=address,
            connected=self.address,
        )

    def _signed(self, signing: Signing, token: str) -> dict[str, str]:
        fields = signed(signing, token, self._connection.user)
        values = (token, *(value.rpartition(" ")[2] for value in fields.values()))
        self._secrets = self._secrets | {value.encode() for value in values if len(value) >= 8}
        return fields

    def _credentials(self) -> Credential:
        options = self._connection.options
        if not options.get("app_id"):
            reference = self._connection.token
            return FixedToken(read_secret(reference) if reference else "")
        for name, meaning in APP_OPTIONS.items():
            if not options.get(name):
                raise ConfigError(
                    f"A connection to {self._connection.source} is to sign in as an app, and "
                    f"{name} is missing.",
                    hint=f"Add {name} to its options: {meaning}.",
                )
        return AppToken(
            app_id=str(options["app_id"]),
            installation_id=str(options["installation_id"]),
            key=read_secret(str(options["private_key"])),
            exchange=self._lend,
        )

    def _lend(self, path: str, signature: str) -> Mapping[str, Any]:
        asked = Asked(method="POST", address=self.address + path, content=b"{}")
        try:
            answer = self._carry(asked, self._signed(BEARER, signature)).json()
        except Fault as fault:
            raise SourceIncomplete(
                f"{asked.place} could not be asked: {fault}.", hint="Collect again later."
            ) from fault
        return answer if isinstance(answer, dict) else {}


def _with_key(asked: Asked, key: str, token: str) -> Asked:
    """Return a request whose body carries the token, where that is how it is signed."""
    if not key or not token or asked.content is None:
        return asked
    return replace(asked, content=json.dumps(json.loads(asked.content) | {key: token}).encode())


def _address(connection: Connection, server: Server) -> str:
    address = (connection.url or server.address).rstrip("/")
    if not address:
        raise ConfigError(
            f"A connection to {connection.source} names no server.",
            hint='Write url = "https://..." into it.',
        )
    return address
