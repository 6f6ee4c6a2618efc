"""What stood in an environment before: it tells a new version from an old one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_REMEMBERED = 100
_ENVIRONMENTS = 200
_SHORT = 12


class Deployed:
    """Remembers which commits reached each environment, in the order of deployments.

    Parameters
    ----------
    state
        As `state` gave it.
    """

    def __init__(self, state: Mapping[str, Any]) -> None:
        self._had: dict[str, list[tuple[int, str]]] = {
            name: [(number, sha) for number, sha in had] for name, had in state.items()
        }

    def kind(self, environment: str, number: int, sha: str) -> str:
        """Say what a deployment is by those with a lower number that reached the environment.

        The commit that is there is deployed again, or one that was there before comes back.
        """
        before = [had for n, had in self._had.get(environment, ()) if n < number]
        if not before or sha[:_SHORT] not in before:
            return "deploy"
        return "redeploy" if before[-1] == sha[:_SHORT] else "rollback"

    def succeeded(self, environment: str, number: int, sha: str) -> None:
        """Remember a deployment that reached its environment."""
        had = [one for one in self._had.pop(environment, ()) if one[0] != number]
        self._had[environment] = sorted([*had, (number, sha[:_SHORT])])[-_REMEMBERED:]
        while len(self._had) > _ENVIRONMENTS:
            del self._had[next(iter(self._had))]

    def state(self) -> dict[str, list[tuple[int, str]]]:
        """Return everything remembered, as JSON takes it."""
        return self._had
