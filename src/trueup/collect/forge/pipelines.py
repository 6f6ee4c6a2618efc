"""What operators say of jobs by their names: which deploy, which repository they build."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

from trueup.collect.repositories import repository_id_of
from trueup.config import Connection
from trueup.errors import ConfigError

BRANCHES: Mapping[str, str] = {
    "default_branch": "regular expression for whole names of branches that releases come from",
}
_DEFAULT_BRANCH = "main|master|trunk"
_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def is_named(job: str, pattern: str) -> bool:
    """Say whether a pattern names a job: ``*`` stands for anything, case does not count.

    >>> is_named("team/shop", "Team/*"), is_named("team/shop", "shop")
    (True, False)
    """
    return fnmatchcase(job.lower(), pattern.lower())


def said_of(table: Mapping[str, str], job: str) -> str | None:
    """Return what a table of patterns says of a job: of several that fit, the first counts."""
    return next((value for pattern, value in table.items() if is_named(job, pattern)), None)


def repository_of(table: Mapping[str, str], job: str) -> str | None:
    """Return the id of the repository a table of patterns says of a job."""
    return repository_id_of(said_of(table, job))


def table_of(connection: Connection, option: str) -> dict[str, str]:
    """Return an option that is a table of texts.

    Raises
    ------
    ConfigError
        It is none.
    """
    given = connection.options.get(option, {})
    if not isinstance(given, Mapping) or not all(isinstance(v, str) for v in given.values()):
        raise wrong_option(
            connection,
            option,
            "is no table of texts",
            f'Write {option} = {{ "deploy-*" = "..." }}.',
        )
    return dict(given)


def default_branch_of(connection: Connection) -> re.Pattern[str]:
    """Return what matches whole names of branches that releases come from.

    Raises
    ------
    ConfigError
        It is no regular expression.
    """
    try:
        return re.compile(connection.options.get("default_branch", _DEFAULT_BRANCH))
    except (re.error, TypeError) as error:
        raise wrong_option(
            connection, "default_branch", "is no regular expression", "Correct it."
        ) from error


def hash_of(text: str | None) -> str | None:
    """Return the full hash of a commit in lower case; None for anything else."""
    found = (text or "").strip().lower()
    return found if _HASH.fullmatch(found) else None


def wrong_option(connection: Connection, option: str, fault: str, hint: str) -> ConfigError:
    """Return the error for an option of the wrong kind."""
    return ConfigError(f"Option {option} of a {connection.source} connection {fault}.", hint=hint)
