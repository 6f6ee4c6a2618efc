"""What a connection's options say, each with what holds when it is silent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from zlib import crc32

from trueup.collect.fields import Fields
from trueup.collect.forge.options import OPTIONS as FORGE_OPTIONS
from trueup.collect.forge.options import Options as ForgeOptions
from trueup.collect.forge.options import read_options as read_forge_options
from trueup.collect.repositories import repository_id_of
from trueup.config import Connection
from trueup.errors import ConfigError

OPTIONS: Mapping[str, str] = {
    "since": "date (ISO): builds before it are not read",
    "production": FORGE_OPTIONS["production"],
    "deployments": "table of full names of jobs, * standing for anything, to the environment "
    "their builds deploy to; $NAME takes it from the build parameter of that name",
    "commit": "name of the build parameter that holds the full hash of the commit deployed",
    "repositories": "table of full names of jobs, * standing for anything, to the repository "
    "they build",
    "default_branch": "regular expression for whole names of branches that releases come from",
}
_DEFAULT_BRANCH = "main|master|trunk"


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
        return _said(self.deployments, job)

    def environment(self, job: str, parameters: Fields) -> str | None:
        """Return the environment the build of a job deploys to; None where it is not known."""
        said = self.deploys(job)
        if said is not None and said.startswith("$"):
            said = parameters.text(said[1:])
        return self.forge.environment(said, is_production=None)

    def repository(self, job: str) -> str | None:
        """Return the id of the repository a job builds, where the option says it."""
        return repository_id_of(_said(self.repositories, job))

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
    options = connection.options
    commit = options.get("commit", "")
    pattern = options.get("default_branch", _DEFAULT_BRANCH)
    if not isinstance(commit, str):
        raise _fault("commit", "is no text", 'Write commit = "GIT_COMMIT".')
    try:
        default_branch = re.compile(pattern)
    except (re.error, TypeError) as error:
        raise _fault("default_branch", "is no regular expression", "Correct it.") from error
    return Options(
        forge=read_forge_options(connection),
        deployments=_table(connection, "deployments"),
        repositories=_table(connection, "repositories"),
        commit=commit,
        default_branch=default_branch,
    )


def is_named(job: str, pattern: str) -> bool:
    """Say whether a pattern names a job: ``*`` stands for anything, case does not count."""
    return fnmatchcase(job.lower(), pattern.lower())


def _said(table: Mapping[str, str], job: str) -> str | None:
    return next((value for pattern, value in table.items() if is_named(job, pattern)), None)


def _table(connection: Connection, name: str) -> dict[str, str]:
    given = connection.options.get(name, {})
    if not isinstance(given, Mapping) or not all(isinstance(v, str) for v in given.values()):
        raise _fault(name, "is no table of texts", f'Write {name} = {{ "deploy-*" = "..." }}.')
    return dict(given)


def _fault(name: str, fault: str, hint: str) -> ConfigError:
    return ConfigError(f"Option {name} of a jenkins connection {fault}.", hint=hint)
