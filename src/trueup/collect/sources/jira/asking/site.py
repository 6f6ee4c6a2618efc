"""Which Jira is asked: Atlassian's cloud or a data center, and what it calls itself."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from trueup.collect.fields import instant
from trueup.collect.recorded import Web
from trueup.collect.sources.jira.answers import mapping
from trueup.errors import SourceUnavailable

_USUAL_PORTS = {"https": ":443", "http": ":80"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A Jira server.

    Parameters
    ----------
    host
        Where people find it, with the path it lies below: ``acme.atlassian.net``.
    is_cloud
        Whether it is Atlassian's cloud, which is asked in other words than a data center.
    now
        Epoch microseconds UTC by its own clock; None where it does not say.
    """

    host: str
    is_cloud: bool
    now: int | None

    @property
    def rest(self) -> str:
        """What paths of its interface begin with."""
        return "rest/api/3" if self.is_cloud else "rest/api/2"


def find_site(web: Web) -> Site:
    """Ask a server what it is.

    Raises
    ------
    SourceUnavailable
        It is no Jira.
    """
    told = mapping(web.get("rest/api/2/serverInfo"))
    address = told.get("baseUrl")
    host = _host(address) if isinstance(address, str) else ""
    if not host:
        raise SourceUnavailable(
            "The server does not answer as Jira does.",
            hint='Write its address as people open it: url = "https://acme.atlassian.net".',
        )
    return Site(
        host=host,
        is_cloud=told.get("deploymentType") == "Cloud",
        now=_clock(told.get("serverTime")),
    )


def _host(address: str) -> str:
    try:
        parts = urlsplit(address)
        name = parts.netloc.lower().rpartition("@")[2]
    except ValueError:
        return ""
    return (name.removesuffix(_USUAL_PORTS.get(parts.scheme, "")) + parts.path).rstrip("/")


def _clock(value: object) -> int | None:
    try:
        return instant(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None
