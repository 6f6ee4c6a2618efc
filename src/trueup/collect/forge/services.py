"""Which service of a repository something belongs to."""

from __future__ import annotations

import re

from trueup.config import ServiceSettings


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


def _holds(name: str, word: str) -> bool:
    pattern = rf"(?:^|[^a-z0-9]){re.escape(word)}(?:$|[^a-z0-9])"
    return re.search(pattern, name, re.IGNORECASE) is not None
