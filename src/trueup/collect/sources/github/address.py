"""Where a GitHub server is asked, and what its repositories are called."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from trueup.config import Connection

CLOUD = "https://api.github.com"
_CLOUD_HOST = "github.com"
_RESIDENT = ".ghe.com"
_USUAL_PORTS = {"https": ":443", "http": ":80"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The addresses of one server.

    Parameters
    ----------
    host
        As it stands in the remote addresses of its repositories.
    rest, graphql
        What paths of either interface begin with; empty for paths below the connection's own.
    """

    host: str
    rest: str
    graphql: str

    @property
    def is_cloud(self) -> bool:
        """Whether it is github.com itself."""
        return self.host == _CLOUD_HOST

    def repository_id(self, name_with_owner: str) -> str:
        """Return ``host/owner/name``."""
        return f"{self.host}/{name_with_owner}"


def address_of(connection: Connection) -> Address:
    """Read the connection's url: GitHub's cloud, one with data residency, or a server of one's own.

    >>> address_of(Connection(source="github", url="https://git.example.org/api/v3")).graphql
    'https://git.example.org/api/graphql'
    """
    if not connection.url:
        return Address(host=_CLOUD_HOST, rest="", graphql="/graphql")
    parts = urlsplit(connection.url)
    root = f"{parts.scheme}://{parts.netloc}"
    host = parts.netloc.lower().rpartition("@")[2].removesuffix(_USUAL_PORTS.get(parts.scheme, ""))
    if host == f"api.{_CLOUD_HOST}" or host.endswith(_RESIDENT):
        return Address(host=host.removeprefix("api."), rest=root, graphql=f"{root}/graphql")
    if host == _CLOUD_HOST:
        return Address(host=host, rest=CLOUD, graphql=f"{CLOUD}/graphql")
    return Address(host=host, rest=f"{root}/api/v3", graphql=f"{root}/api/graphql")
