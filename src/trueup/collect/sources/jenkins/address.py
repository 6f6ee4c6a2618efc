"""Where a Jenkins server is asked, and what its jobs and builds are called."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from trueup.config import Connection

_USUAL_PORTS = {"https": ":443", "http": ":80"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What one server is called.

    Parameters
    ----------
    host
        With the folder it is installed below, where it is: several may share a host.
    """

    host: str

    def target_id(self, job: str) -> str:
        """Return the id of a job as a target."""
        return f"jenkins:{self.host}/{job}"

    def run_id(self, key: str) -> str:
        """Return the id of a build by the key of its record: ``folder/job#12``."""
        return f"jenkins:{self.host}:{key}"


def address_of(connection: Connection) -> Address:
    """Read the connection's url.

    >>> address_of(Connection(source="jenkins", url="https://CI.example.org/Team-A/")).host
    'ci.example.org/team-a'
    """
    parts = urlsplit(connection.url)
    netloc = parts.netloc.lower().removesuffix(_USUAL_PORTS.get(parts.scheme, "\n"))
    return Address(host=netloc + parts.path.rstrip("/").lower())


def path_of(job: str) -> str:
    """Return the path of a job, or of a folder, by its full name; empty at the top.

    The job of the branch ``feature/x`` is called ``feature%2Fx``, and is quoted once more.

    >>> path_of("team/shop/feature%2Fx")
    'job/team/job/shop/job/feature%252Fx/'
    """
    return "".join(f"job/{quote(name, safe='')}/" for name in job.split("/") if name)
