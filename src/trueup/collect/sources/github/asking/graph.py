"""GraphQL with its own ways of failing: errors beside data, limits in a success, cut-off lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trueup.collect.answers import objects
from trueup.collect.recorded import Web
from trueup.errors import SourceIncomplete, SourceUnavailable

_PATIENCE = 3
_HIDDEN = ("NOT_FOUND", "FORBIDDEN", "INSUFFICIENT_SCOPES")


@dataclass(slots=True)
class Graph:
    """Asks one server by GraphQL.

    Parameters
    ----------
    web
        The connection.
    path
        Of the interface.
    calls
        How many questions were asked.
    hidden
        How many parts of answers the server withheld, by its reason.
    """

    web: Web
    path: str
    calls: int = 0
    hidden: dict[str, int] = field(default_factory=dict)

    def ask(self, query: str, **variables: object) -> Mapping[str, Any]:
        """Return the data of an answer; parts withheld are null in it and counted in `hidden`.

        Raises
        ------
        SourceUnavailable
            Nothing of what was asked may be seen.
        SourceIncomplete
            The server did not finish, or keeps saying that its limit is used up.
        """
        for _ in range(_PATIENCE):
            self.calls += 1
            body = {"query": query, "variables": variables}
            answer = self.web.post(self.path, body=body).json()
            if not isinstance(answer, Mapping):
                raise _unfinished("no object")
            errors = objects(answer.get("errors"))
            if not any(error.get("type") == "RATE_LIMITED" for error in errors):
                return self._told(answer.get("data"), errors)
        raise SourceIncomplete(
            "GitHub says again and again that its limit for GraphQL is used up.",
            hint="Run the collection again later: it goes on where it stopped.",
        )

    def _told(self, told: object, errors: list[Mapping[str, Any]]) -> Mapping[str, Any]:
        kinds = [str(error.get("type") or "") for error in errors]
        if not isinstance(told, Mapping) or not any(part is not None for part in told.values()):
            if kinds and all(kind in _HIDDEN for kind in kinds):
                raise SourceUnavailable(
                    f"GitHub shows nothing of what was asked: {kinds[0]}.",
                    hint="Check the name, and that the token may read it.",
                )
            raise _unfinished(", ".join(kind for kind in kinds if kind) or "no data")
        if any(kind not in _HIDDEN for kind in kinds):
            raise _unfinished(", ".join(kinds))
        for kind in kinds:
            self.hidden[kind] = self.hidden.get(kind, 0) + 1
        return told

    def complete(self, owner_id: object, connection: object, query: str) -> None:
        """Read on a list that was cut off, and put what follows at its end.

        Parameters
        ----------
        owner_id
            Node id of the object the list belongs to.
        connection
            The list with ``pageInfo`` and ``nodes``; changed in place.
        query
            Asks for ``more`` of it.
        """
        if not isinstance(connection, dict) or not isinstance(connection.get("nodes"), list):
            return
        after = next_cursor(connection)
        while after is not None:
            node = self.ask(query, id=owner_id, after=after).get("node")
            more = node.get("more") if isinstance(node, Mapping) else None
            if not isinstance(more, Mapping):
                return
            connection["nodes"] += nodes_of(more)
            after = next_cursor(more)
        connection.pop("pageInfo", None)


def next_cursor(connection: object) -> str | None:
    """Return where the next page begins, None at the end."""
    page = connection.get("pageInfo") if isinstance(connection, Mapping) else None
    if not isinstance(page, Mapping) or page.get("hasNextPage") is not True:
        return None
    cursor = page.get("endCursor")
    return cursor if isinstance(cursor, str) and cursor else None


def nodes_of(connection: object) -> list[Any]:
    """Return the nodes of a page; what the server withheld is None."""
    found = connection.get("nodes") if isinstance(connection, Mapping) else None
    return found if isinstance(found, list) else []


def _unfinished(what: str) -> SourceIncomplete:
    return SourceIncomplete(
        f"GitHub did not finish an answer by GraphQL: {what}.",
        hint="Run the collection again: it goes on where it stopped.",
    )
