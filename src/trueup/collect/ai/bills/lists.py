"""Names and addresses that reports leave out, from lists beside them, by id."""

from __future__ import annotations

from dataclasses import dataclass

from trueup.collect.ai.bills.paging import listed
from trueup.collect.answers import part, said
from trueup.collect.recorded import Note, Web
from trueup.errors import SourceUnavailable


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
        notes.append(closed(what.subject, error))
        return {}


def closed(subject: str, error: SourceUnavailable) -> Note:
    """Return what is told of something that may not be seen."""
    return Note(
        subject=subject,
        expected=None,
        seen=0,
        skipped=0,
        reason=error.fact.rstrip("."),
        remedy=error.hint,
    )
