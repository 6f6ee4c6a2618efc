"""Rows of labels: what a session is called, by whom."""

from __future__ import annotations

import re

from trueup.collect.fields import Fields, Unreadable
from trueup.collect.gathering import Rows
from trueup.collect.sources.events.rows.naming import kind_id
from trueup.collect.sources.events.schema import schema_of
from trueup.model.labelling import LABELLED_BY, SCHEMES

_A_PERSON = re.compile(r"rater [1-9][0-9]?")


class LabelRows:
    """Writes labels of sessions into `rows`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, body: Fields, key: str) -> None:
        """Add a label.

        Raises
        ------
        Unreadable
            The scheme has no such label, or a person who labelled may be named in it.
        """
        scheme, label = SCHEMES.get(body.text("scheme") or ""), body.text("label") or ""
        if scheme is None:
            raise Unreadable("its scheme is none that is known")
        if scheme.group_of(label) is None:
            raise Unreadable("its scheme has no such label")
        labelled_by, rater = body.text("labelled_by"), body.text("rater") or ""
        if labelled_by not in LABELLED_BY:
            raise Unreadable("who labelled is none that is known")
        wanted = schema_of("ai_session_label").columns["rater"].pattern
        if labelled_by == "person":
            wanted = _A_PERSON
        if wanted is None or not wanted.fullmatch(rater):
            raise Unreadable('its rater is not called so; write "rater 1", never a name')
        self._rows.add(
            "ai_session_label",
            label_id=kind_id("ai_session_label", key),
            session_id=body.key("session"),
            scheme=scheme.name,
            label=label,
            labelled_by=labelled_by,
            rater=rater,
            labelled_at=body.at("labelled_at"),
        )
