"""What a connection's options say, each with what holds when it is silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trueup.collect.sources.events.schema import KINDS
from trueup.config import Connection
from trueup.errors import ConfigError

OPTIONS: Mapping[str, str] = {
    "kinds": "table of file names, * standing for anything, to the kind of event they hold",
    "timezone": "IANA name: instants without an offset were read from a clock there",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of one connection.

    Parameters
    ----------
    kinds
        Kinds of events by patterns of file names.
    zone
        Of instants without an offset; None: they are refused.
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo | None = None


def read_options(connection: Connection) -> Options:
    """Read the options of a connection.

    Raises
    ------
    ConfigError
        One is not of its kind.
    """
    kinds = connection.options.get("kinds", {})
    if not isinstance(kinds, Mapping):
        raise _fault("kinds", "is no table", 'Write kinds = { "hr-*.csv" = "membership" }.')
    for pattern, kind in kinds.items():
        if kind not in KINDS:
            hint = f"Use one of: {', '.join(KINDS)}."
            raise _fault("kinds", f"says {kind!r} of {pattern!r}", hint)
    return Options(kinds=dict(kinds), zone=_zone(connection.options.get("timezone")))


def _zone(name: object) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _fault(
            "timezone", f"is {name!r}, which is no time zone", "Use a name such as Europe/Berlin."
        ) from error


def _fault(name: str, fault: str, hint: str) -> ConfigError:
    return ConfigError(f"Option {name} of an events connection {fault}.", hint=hint)
