"""GraphQL of GitLab, for what REST does not say or says one object a question."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trueup.collect.recorded import Web
from trueup.errors import SourceIncomplete, SourceUnavailable

_MOST = 8
"""Objects asked for at once: GitLab refuses questions of more than 250 points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Asks about one project.

    Parameters
    ----------
    path
        Of the interface.
    project
        Its full path.
    """

    web: Web
    path: str
    project: str

    def project_part(self, selection: str) -> Mapping[str, Any]:
        """Return what is selected of the project.

        Raises
        ------
        SourceUnavailable
            It is not there, or the token may not see it.
        SourceIncomplete
            The server did not answer the question.
        """
        query = f"query($path: ID!) {{ project(fullPath: $path) {{ {selection} }} }}"
        body = {"query": query, "variables": {"path": self.project}}
        answer = self.web.post(self.path, body=body).json()
        told = answer.get("data") if isinstance(answer, Mapping) else None
        if not isinstance(told, Mapping):
            raise SourceIncomplete(
                f"GitLab does not answer by GraphQL: {_said(answer)}.",
                hint="GitLab 17.0 or newer is needed; if it is, collect again.",
            )
        found = told.get("project")
        if not isinstance(found, Mapping):
            raise SourceUnavailable(
                f"GitLab shows nothing of {self.project} by GraphQL.",
                hint="Give the token the scope read_api.",
            )
        return found

    def each(
        self, field: str, argument: str, keys: Sequence[str], selection: str
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield (key, what is selected) of each object of the project that is there.

        Parameters
        ----------
        field, argument
            ``pipeline`` and ``iid``: what gives one object by its key.
        """
        for at in range(0, len(keys), _MOST):
            chunk = keys[at : at + _MOST]
            asked = " ".join(
                f"n{n}: {field}({argument}: {json.dumps(key)}) {{ {selection} }}"
                for n, key in enumerate(chunk)
            )
            found = self.project_part(asked)
            for n, key in enumerate(chunk):
                part = found.get(f"n{n}")
                if isinstance(part, Mapping):
                    yield key, part


def nodes_of(connection: object) -> list[Any]:
    """Return the nodes of a GraphQL connection."""
    found = connection.get("nodes") if isinstance(connection, Mapping) else None
    return found if isinstance(found, list) else []


def number_of(gid: object) -> str | None:
    """Return the number a global id ends with: ``gid://gitlab/Ci::Pipeline/12``."""
    digits = gid.rpartition("/")[2] if isinstance(gid, str) else ""
    return digits if digits.isascii() and digits.isdigit() else None


def _said(answer: object) -> str:
    errors = answer.get("errors") if isinstance(answer, Mapping) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    message = first.get("message") if isinstance(first, Mapping) else None
    return " ".join(message.split())[:200].rstrip(".") if isinstance(message, str) else "no data"
