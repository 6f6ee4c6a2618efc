"""What a server answered, and where its next page is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from trueup.errors import SourceIncomplete

_LINK = re.compile(r"<([^>]*)>([^,<]*(?:\"[^\"]*\"[^,<]*)*)")
_NEXT = re.compile(r";\s*rel=\"?[^\";]*\bnext\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """What a server answered.

    Parameters
    ----------
    address
        What was asked, without anything secret.
    connected
        Address of the connection: whatever host a server believes to be, it is reached there.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    address: str
    connected: str

    def json(self) -> Any:
        """Return the body.

        Raises
        ------
        SourceIncomplete
            It is no JSON.
        """
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise SourceIncomplete(
                f"{self.address} answered {self.status} with something that is not JSON.",
                hint="Check the address of the connection; a sign-in page may stand before it.",
            ) from error

    @property
    def next_url(self) -> str | None:
        """Address of the next page by the Link header, on the host that was asked."""
        for target, parameters in _LINK.findall(self.headers.get("link", "")):
            if _NEXT.search(parameters):
                return reached(urljoin(self.address, target), self.connected)
        return None


def reached(address: str, connected: str) -> str:
    """Return `address` as it is reached through the connection.

    A server behind another name writes links with its own: host and leading path of the
    connection take their place.
    """
    link, own = urlsplit(address), urlsplit(connected)
    lead = own.path.rstrip("/")
    path = link.path
    if not (path == lead or path.startswith(f"{lead}/")) and not is_same_host(address, connected):
        path = lead + path
    return urlunsplit((own.scheme, own.netloc, path, link.query, ""))


def is_same_host(address: str, connected: str) -> bool:
    """Say whether two addresses are of one server."""
    there, own = urlsplit(address), urlsplit(connected)
    return (there.scheme, there.netloc.lower()) == (own.scheme, own.netloc.lower())
