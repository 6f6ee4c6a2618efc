"""What a connection's options say, each with what holds when it is silent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from zlib import crc32

from trueup.collect.forge.options import OPTIONS as FORGE_OPTIONS
from trueup.collect.forge.options import Options as ForgeOptions
from trueup.collect.forge.options import read_options as read_forge_options
from trueup.collect.forge.pipelines import (
    BRANCHES,
    default_branch_of,
    repository_of,
    said_of,
    table_of,
)
from trueup.config import Connection

OPTIONS: Mapping[str, str] = {
    "since": "date (ISO): builds begun before it are not read",
    "production": FORGE_OPTIONS["production"],
    "deployments": "table of names of builders, * standing for anything, to the environment "
    "their builds deploy to",
    "repositories": "table of names of builders, * standing for anything, to the repository "
    "they build",
    **BRANCHES,
}
_USUAL_PORTS = {"https": ":443", "http": ":80"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of one connection.

    Parameters
    ----------
    forge
        Those that connections to other sources know too.
    deployments, repositories
        By pattern of names of builders; of several that fit, the first counts.
    """

    forge: ForgeOptions
    deployments: Mapping[str, str]
    repositories: Mapping[str, str]
    default_branch: re.Pattern[str]

    def environment(self, builder: str) -> str | None:
        """Return the environment builds of a builder deploy to; None where they deploy not."""
        return self.forge.environment(said_of(self.deployments, builder), is_production=None)

    def repository(self, builder: str) -> str | None:
        """Return the id of the repository a builder builds, where the option says it."""
        return repository_of(self.repositories, builder)

    def asked(self) -> str:
        """Return what changes when builds read before must be read again."""
        said = (
            *(list(self.deployments.items()), list(self.repositories.items())),
            *(self.forge.production.pattern, self.default_branch.pattern),
        )
        return f"{crc32(repr(said).encode()):08x}"


def read_options(connection: Connection) -> Options:
    """Read the options of a connection.

    Raises
    ------
    ConfigError
        One is not of its kind.
    """
    return Options(
        forge=read_forge_options(connection),
        deployments=table_of(connection, "deployments"),
        repositories=table_of(connection, "repositories"),
        default_branch=default_branch_of(connection),
    )


def host_of(connection: Connection) -> str:
    """Return what a server is called: its host, with the folder it is installed below.

    >>> host_of(Connection(source="buildbot", url="https://CI.example.org:443/bb/"))
    'ci.example.org/bb'
    """
    parts = urlsplit(connection.url)
    netloc = parts.netloc.lower().removesuffix(_USUAL_PORTS.get(parts.scheme, "\n"))
    return netloc + parts.path.rstrip("/").lower()
