"""What a connection's options say, each with what holds when it is silent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

from trueup.collect.fields import Fields
from trueup.collect.forge.options import OPTIONS as FORGE_OPTIONS
from trueup.collect.forge.options import Options as ForgeOptions
from trueup.collect.forge.options import read_options as read_forge_options
from trueup.collect.forge.pipelines import (
    BRANCHES,
    default_branch_of,
    repository_of,
    said_of,
    table_of,
    wrong_option,
)
from trueup.config import Connection

OPTIONS: Mapping[str, str] = {
    "since": "date (ISO): builds before it are not read",
    "production": FORGE_OPTIONS["production"],
    "deployments": "table of full names of jobs, * standing for anything, to the environment "
    "their builds deploy to; $NAME takes it from the build parameter of that name",
    "commit": "name of the build parameter that holds the full hash of the commit deployed",
    "repositories": "table of full names of jobs, * standing for anything, to the repository "
    "they build",
    **BRANCHES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of one connection.

    Parameters
    ----------
    forge
        Those that connections to other sources know too.
    deployments, repositories
        By pattern of full names of jobs; of several that fit, the first counts.
    commit
        Name of a build parameter; empty where none holds a commit.
    """

    forge: ForgeOptions
    deployments: Mapping[str, str]
    repositories: Mapping[str, str]
    commit: str
    default_branch: re.Pattern[str]

    @property
    def parameters(self) -> frozenset[str]:
        """Names of the build parameters that are read; all others stay at the server."""
        named = {value[1:] for value in self.deployments.values() if value.startswith("$")}
        return frozenset(named | {self.commit}) - {""}

    def deploys(self, job: str) -> str | None:
        """Return what the option says of the environment of a job; None where it deploys not."""
        return said_of(self.deployments, job)

    def environment(self, job: str, parameters: Fields) -> str | None:
        """Return the environment the build of a job deploys to; None where it is not known."""
        said = self.deploys(job)
        if said is not None and said.startswith("$"):
            said = parameters.text(said[1:])
        return self.forge.environment(said, is_production=None)

    def repository(self, job: str) -> str | None:
        """Return the id of the repository a job builds, where the option says it."""
        return repository_of(self.repositories, job)

    def is_default_branch(self, branch: str | None) -> bool | None:
        """Say whether releases come from a branch; None where it is not known."""
        return None if branch is None else self.default_branch.fullmatch(branch) is not None

    def asked(self) -> str:
        """Return what changes when builds read before must be read again."""
        said = (
            *(list(self.deployments.items()), list(self.repositories.items()), self.commit),
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
    commit = connection.options.get("commit", "")
    if not isinstance(commit, str):
        raise wrong_option(connection, "commit", "is no text", 'Write commit = "GIT_COMMIT".')
    return Options(
        forge=read_forge_options(connection),
        deployments=table_of(connection, "deployments"),
        repositories=table_of(connection, "repositories"),
        commit=commit,
        default_branch=default_branch_of(connection),
    )
