"""What a connection to Anthropic may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trueup.collect.ai.reports.days import SINCE_LATELY
from trueup.collect.incidents.services import names_of
from trueup.config import Connection
from trueup.errors import ConfigError

REPORTS = ("messages", "cost", "claude_code")
OPTIONS: Mapping[str, str] = {
    **SINCE_LATELY,
    "reports": f"list of the reports to read, of {', '.join(REPORTS)}; unset: all",
    "teams": "table of ids or names of workspaces to names of teams",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a connection says.

    Parameters
    ----------
    teams
        Names of teams by id or name of a workspace, in lower case.
    """

    reports: tuple[str, ...] = REPORTS
    teams: Mapping[str, str] = field(default_factory=dict)


def read_options(connection: Connection) -> Options:
    """Return the options of a connection.

    Raises
    ------
    ConfigError
        One of them is not what it should be.
    """
    said = connection.options.get("reports", list(REPORTS))
    if not isinstance(said, list) or not said or not set(map(str, said)) <= set(REPORTS):
        raise ConfigError(
            "Option reports of an anthropic connection names what is no report.",
            hint=f"Write a list of some of: {', '.join(REPORTS)}.",
        )
    return Options(
        reports=tuple(name for name in REPORTS if name in said),
        teams=names_of(connection, "teams"),
    )
