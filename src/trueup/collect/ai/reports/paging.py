"""Reports in pages that name the next by a token; lists that go on after the last id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from trueup.collect.answers import mapping, objects, part, said
from trueup.collect.recorded import Fetched, Note, Web
from trueup.errors import SourceIncomplete, SourceUnavailable

Params = Sequence[tuple[str, str]]
_MOST = "100"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A list of an organisation.

    Parameters
    ----------
    after
        The parameter that takes the id of the last one seen.
    subject
        What is told to be missing where the list is closed.
    inner
        The part of an object that holds what the object itself leaves out.
    """

    path: str
    after: str
    subject: str
    inner: str = ""


def address(path: str, params: Params) -> str:
    """Return a path with parameters, of which one may come several times."""
    return f"{path}?{urlencode(params)}"


def pages(
    web: Web, path: str, params: Params, *, first: Mapping[str, Any] | None = None
) -> Iterator[Mapping[str, Any]]:
    """Yield the answers of a report, to its end.

    Parameters
    ----------
    first
        The first answer, where it is there already.

    Raises
    ------
    SourceIncomplete
        It says there is more and not where, or names a page twice.
    """
    yield from _follow(web, path, params, first, ("page", "next_page"))


def listed(web: Web, path: str, after: str) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a list that goes on after the id of its last one.

    Parameters
    ----------
    after
        The parameter that takes that id.

    Raises
    ------
    SourceIncomplete
        As `pages`.
    """
    for answer in _follow(web, path, (("limit", _MOST),), None, (after, "last_id")):
        yield from objects(answer.get("data"))


def field_by_id(web: Web, what: Listed, name: str, notes: list[Note]) -> dict[str, str]:
    """Return a field of each object of a list by its id; a closed list is a note, and empty."""
    try:
        found = listed(web, what.path, what.after)
        return {
            said(one, "id"): said(one, name) or said(part(one, what.inner), name)
            for one in found
            if said(one, "id")
        }
    except SourceUnavailable as error:
        notes.append(_closed(what.subject, error))
        return {}


def unless_refused(
    read: Callable[[], Iterator[Fetched]], subject: str, remedy: str = ""
) -> Iterator[Fetched]:
    """Yield what is read; a part the token may not see is a fact, not the end of the visit.

    Parameters
    ----------
    remedy
        What would open it, where that is better known than the refusal says.
    """
    try:
        yield from read()
    except SourceUnavailable as error:
        yield _closed(subject, error, remedy)


def _closed(subject: str, error: SourceUnavailable, remedy: str = "") -> Note:
    return Note(
        subject=subject,
        expected=None,
        seen=0,
        skipped=0,
        reason=error.fact.rstrip("."),
        remedy=remedy or error.hint,
    )


def _follow(
    web: Web,
    path: str,
    params: Params,
    first: Mapping[str, Any] | None,
    names: tuple[str, str],
) -> Iterator[Mapping[str, Any]]:
    parameter, field = names
    answer = first if first is not None else mapping(web.get(address(path, params)))
    seen: set[str] = set()
    while True:
        if not isinstance(answer.get("data"), list):
            raise _odd(path, "holds no list")
        yield answer
        if answer.get("has_more") is not True:
            return
        token = said(answer, field)
        if not token or token in seen:
            raise _odd(path, "says there is more and not where")
        seen.add(token)
        answer = mapping(web.get(address(path, (*params, (parameter, token)))))


def _odd(path: str, how: str) -> SourceIncomplete:
    return SourceIncomplete(
        f"A page of {path} {how}.", hint="Collect again later: it goes on where it stopped."
    )
