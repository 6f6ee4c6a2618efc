"""Which service of a repository something belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trueup.config import ServiceSettings

_LEAD = re.compile(r"(?:service|component|app|system)\s*(?:::|[:/=-])\s*", re.IGNORECASE)


def service_of(
    services: tuple[ServiceSettings, ...], repository_id: str, *names: str | None
) -> str | None:
    """Return the service a deployment or run of a repository is of; None where it could be several.

    One service in the repository is it; of several, the one that one of `names` (an environment,
    a task, a pipeline) holds as a word. A repository without any is a service of its own.
    """
    here = [s.name for s in services if s.repository.lower() == repository_id.lower()]
    if len(here) < 2:
        return here[0] if here else repository_id
    named = [service for service in here if any(name and _holds(name, service) for name in names)]
    return max(named, key=len) if named else None


def service_at(services: tuple[ServiceSettings, ...], repository_id: str, path: str) -> str:
    """Return the service a folder belongs to: the one with the longest path that holds it."""
    best, longest = repository_id, -1
    for service in services:
        if service.repository.lower() != repository_id.lower():
            continue
        for prefix in service.paths or ("",):
            folder = prefix.strip("/")
            if (not folder or f"{path}/".startswith(f"{folder}/")) and len(folder) > longest:
                best, longest = service.name, len(folder)
    return best


def failed_service(
    services: tuple[ServiceSettings, ...], repository_id: str, labels: Iterable[str]
) -> str | None:
    """Return the service an incident among the issues of a repository is about.

    The one of any repository that a label names (``till``, ``service::till``), else the only one
    of this repository. Where services are known and none is here, people note incidents of
    others here: None.
    """
    names = {service.name.lower(): service.name for service in services}
    for label in labels:
        found = names.get(_LEAD.sub("", label.strip()).lower())
        if found is not None:
            return found
    is_elsewhere = all(s.repository.lower() != repository_id.lower() for s in services)
    return None if services and is_elsewhere else service_of(services, repository_id)


def _holds(name: str, word: str) -> bool:
    pattern = rf"(?:^|[^a-z0-9]){re.escape(word)}(?:$|[^a-z0-9])"
    return re.search(pattern, name, re.IGNORECASE) is not None
