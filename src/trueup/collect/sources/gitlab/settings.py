"""What a connection's options say beyond those of every forge: which label is which stage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from trueup.collect.forge.options import OPTIONS as FORGE_OPTIONS
from trueup.collect.forge.options import Options, read_options
from trueup.config import Connection
from trueup.errors import ConfigError
from trueup.model.organisation_tables import STAGE_CATEGORIES

OPTIONS: Mapping[str, str] = {
    **FORGE_OPTIONS,
    "statuses": "table of status labels of issues to queue, active, review, qa, done",
}

_SCOPES = r"(?:(?:work ?flow|status|state|stage|kanban|board)\s*(?:::|:|/)\s*)?"
_STAGES = {
    "queue": r"to[- ]?do|backlog|open|new|triage|planned|scheduled|scheduling|ready(?: for dev"
    r"(?:elopment)?)?|refinement|planning breakdown|blocked|on hold|waiting",
    "active": r"doing|wip|(?:in )?(?:dev|progress|development)|started|working|building|coding",
    "review": r"(?:in |code |needs |ready for |peer )?review",
    "qa": r"(?:in |ready for )?(?:qa|test|testing|verification|validation|staging|acceptance)",
    "done": r"done|complete|completed|released|deployed|shipped|production",
}
_KNOWN = {
    stage: re.compile(rf"{_SCOPES}(?:{names})", re.IGNORECASE) for stage, names in _STAGES.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statuses:
    """Which labels say where an issue is.

    Parameters
    ----------
    given
        As the workspace maps them, in lower case; what it maps to nothing is guessed.
    """

    given: Mapping[str, str]

    def stage(self, label: str) -> str | None:
        """Return the stage a label stands for; None where it says nothing on that."""
        name = label.strip()
        own = self.given.get(name.lower())
        if own is not None:
            return own
        return next((stage for stage, known in _KNOWN.items() if known.fullmatch(name)), None)


def read_settings(connection: Connection) -> tuple[Options, Statuses]:
    """Read the options of a connection.

    Raises
    ------
    ConfigError
        One is not of its kind.
    """
    given = connection.options.get("statuses", {})
    if not isinstance(given, Mapping):
        raise ConfigError(
            "Option statuses of a gitlab connection is no table.",
            hint='Write statuses = { "workflow::in dev" = "active" }.',
        )
    for label, stage in given.items():
        if stage not in STAGE_CATEGORIES:
            raise ConfigError(
                f"Option statuses of a gitlab connection says {stage!r} of {label!r}.",
                hint=f"Use one of: {', '.join(STAGE_CATEGORIES)}.",
            )
    statuses = Statuses(given={str(label).lower(): stage for label, stage in given.items()})
    return read_options(connection), statuses
