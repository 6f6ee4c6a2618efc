"""From which day on incidents are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from trueup.config import Connection
from trueup.errors import ConfigError

SINCE: Mapping[str, str] = {"since": "date (ISO): what was opened before it is not read"}


def first_day(connection: Connection) -> str:
    """Return the option ``since`` of a connection; empty for all there is.

    Raises
    ------
    ConfigError
        It is no date.
    """
    said = connection.options.get("since", "")
    try:
        return said and date.fromisoformat(said).isoformat()
    except (TypeError, ValueError) as error:
        raise ConfigError(
            f"Option since of a {connection.source} connection is {said!r}, which is no date.",
            hint='Write a date: since = "2024-01-31".',
        ) from error
