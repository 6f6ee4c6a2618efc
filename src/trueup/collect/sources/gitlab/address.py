"""Where a GitLab server is asked, and what its projects are called."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from trueup.config import Connection

CLOUD = "https://gitlab.com"
_API = "/api/v4"
_USUAL_PORTS = {"https": ":443", "http": ":80"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The addresses of one server.

    Parameters
    ----------
    host
        As it stands in the remote addresses of its repositories; with the folder a server is
        installed below, where it is.
    rest, graphql
        What paths of either interface begin with.
    """

    host: str
    rest: str
    graphql: str

    @property
    def is_cloud(self) -> bool:
        """Whether it is gitlab.com itself."""
        return self.host == "gitlab.com"

    def full_id(self, path: str) -> str:
        """Return ``host/group/project``."""
        return f"{self.host}/{path}"

    def project(self, path: str) -> str:
        """Return what addresses of a project begin with."""
        return f"{self.rest}/projects/{quote(path, safe='')}"

    def group(self, path: str) -> str:
        """Return what addresses of a group begin with."""
        return f"{self.rest}/groups/{quote(path, safe='')}"


def address_of(connection: Connection) -> Address:
    """Read the connection's url: gitlab.com, or a server of one's own, also below a folder.

    >>> address_of(Connection(source="gitlab", url="https://example.org/gitlab")).host
    'example.org/gitlab'
    """
    url = (connection.url or CLOUD).rstrip("/").removesuffix(_API)
    parts = urlsplit(url)
    netloc = parts.netloc.lower().removesuffix(_USUAL_PORTS.get(parts.scheme, ""))
    folder = parts.path.rstrip("/")
    return Address(host=netloc + folder, rest=url + _API, graphql=f"{url}/api/graphql")
