"""What things of files are called in rows."""

from __future__ import annotations

from trueup.collect.repositories import repository_id_of
from trueup.collect.sources.events.files.gathering import slug

LEAD = "events"


def event_id(native: str) -> str:
    """Return the id of a deployment, an incident, a run, a policy."""
    return f"{LEAD}:{native}"


def kind_id(kind: str, native: str) -> str:
    """Return the id of an invoice, a seat, a label: as named, it may be another event's too."""
    return f"{LEAD}:{kind}/{native}"


def team_id_of(name: str | None) -> str | None:
    """Return the id of a team."""
    return f"{LEAD}:{slug(name)}" if name else None


def change_id_of(text: str | None) -> str | None:
    """Return the id of a change written as ``host/owner/name#12``."""
    repository, _, number = (text or "").rpartition("#")
    repository_id = repository_id_of(repository or None)
    return f"{repository_id}#{int(number)}" if repository_id and number.isdecimal() else None
