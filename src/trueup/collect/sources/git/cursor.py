"""Where a collection ended, in few words: enough to tell what a later one must read again."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass

from trueup.config import GitSettings

SCHEMA = 3
"""Raised when what is read of a commit means something new: everything is then read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a collection was made from.

    Parameters
    ----------
    schema
        `SCHEMA` when it was made.
    head, branch
        The commit and branch that were read.
    refs
        Digest of all refs that were read.
    rules_version
        Version of the attribution rules.
    mailmap
        Object name of the mailmap, empty without one.
    lines, releases
        Digests of the settings that decide how lines are followed and what is read of releases.
    situation
        Digest of how the clone was made.
    own_addresses
        Addresses the repository was taken to be fetched from.
    """

    schema: int
    head: str
    branch: str
    refs: str
    rules_version: str
    mailmap: str
    lines: str
    releases: str
    situation: str
    own_addresses: tuple[str, ...] = ()

    def words(self) -> str:
        """Write as JSON."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    def same_source(self, other: Ended) -> bool:
        """Tell whether nothing that is read has changed."""
        return dataclasses.replace(other, own_addresses=self.own_addresses) == self

    def same_meaning(self, other: Ended) -> bool:
        """Tell whether old messages, read again, would say what they said."""
        return (self.branch, self.rules_version, self.mailmap) == (
            other.branch,
            other.rules_version,
            other.mailmap,
        )

    def same_lines(self, other: Ended) -> bool:
        """Tell whether rows of commits and lines, read again, would be the same."""
        return (self.schema, self.lines, self.situation) == (
            other.schema,
            other.lines,
            other.situation,
        )


def read_cursor(words: str) -> Ended | None:
    """Read what `Ended.words` wrote; None when it is from another version."""
    try:
        raw = json.loads(words)
        return Ended(**{**raw, "own_addresses": tuple(raw["own_addresses"])})
    except (ValueError, TypeError, KeyError):
        return None


def lines_digest(settings: GitSettings) -> str:
    """Change when a setting changes which lines are followed."""
    return _digest(settings.big_file_bytes, *settings.exclude)


def releases_digest(settings: GitSettings) -> str:
    """Change when a setting changes which tags are releases, or whether they are compared."""
    return _digest(settings.release_tags, settings.prerelease_tags, settings.python_interfaces)


def _digest(*values: object) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]
