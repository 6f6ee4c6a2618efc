"""The two forms of daily reports, line by line, with what is kept of each."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any

from trueup.collect.ai.reports.keys import key_of
from trueup.collect.recorded import Record

KIRO, AMAZON_Q = "kiro", "amazon-q"
LINES, USE = "lines", "use"
_KIRO_FOLDER = "KiroLogs"
_COUNTED = ("chat_", "codefix_", "dev_", "docgeneration_", "inline_", "inlinechat_",
            "testgeneration_", "transformation_")  # fmt: skip
_PLUGIN = "PLUGIN"
_USED = ("chat_conversations", "total_messages", "credits_used", "subscription_tier")
_DIRECTORY = re.compile(r"^d-[0-9a-z]+\.")
_AMERICAN = re.compile(r"(\d\d)[-/](\d\d)[-/](\d{4})")

Cells = Mapping[str, str]


class UnknownForm(Exception):
    """A file is none of the reports."""


@dataclass(slots=True, kw_only=True)
class ReportFile:
    """One file of a report.

    Parameters
    ----------
    parts
        Names of the folders it lies in.
    addresses
        Of users, by id in lower case, where an operator states them.
    unusable
        Lines that name no day or no user, once they were read.
    """

    parts: tuple[str, ...]
    addresses: Mapping[str, str]
    unusable: int = 0
    _kinds: dict[str, str] = field(default_factory=dict)

    def records(self, content: bytes) -> Iterator[Record]:
        """Yield what is kept of each line.

        Raises
        ------
        UnknownForm
            The first line names no column of a report.
        """
        text = content.decode("utf-8-sig", "replace").replace("\0", "")
        table = csv.reader(io.StringIO(text, newline=""))
        try:
            head = [cell.strip().lower() for cell in next(table, [])]
            kind = _kind(head)
            for cells in table:
                if not any(cells):
                    continue
                record = self._record(kind, dict(zip(head, cells, strict=False)))
                if record is None:
                    self.unusable += 1
                else:
                    yield record
        except csv.Error:
            self.unusable += 1

    def _record(self, kind: str, cells: Cells) -> Record | None:
        day, native = _day(cells.get("date", "")), cells.get("userid", "").strip()
        user = _DIRECTORY.sub("", native.lower())
        if day is None or not user:
            return None
        stated = cells.get("user_email") or cells.get("email") or ""
        about = {"day": day, "user": user, "email": stated or self.addresses.get(user)}
        if kind == LINES:
            tool = KIRO if _KIRO_FOLDER in self.parts else AMAZON_Q
            counts = {name: _number(cells[name]) for name in cells if name.startswith(_COUNTED)}
            body = {**about, "tool": tool, "counts": counts}
            return Record(kind=LINES, key=key_of(day, user.lower(), tool), body=body)
        client = cells.get("client_type", "").strip().upper()
        body = {
            **about,
            "tool": AMAZON_Q if client == _PLUGIN else KIRO,
            "client": client.lower() or None,
            **{name: _number(cells.get(name, "")) for name in _USED},
        }
        return Record(kind=USE, key=key_of(day, user.lower(), client), body=body)


def _kind(head: list[str]) -> str:
    if "userid" in head and "client_type" in head:
        return USE
    if "userid" in head and any(name.startswith(_COUNTED) for name in head):
        return LINES
    raise UnknownForm


def _day(text: str) -> str | None:
    """Return the ISO day of a cell; older reports write the month first."""
    american = _AMERICAN.fullmatch(text.strip())
    written = f"{american[3]}-{american[1]}-{american[2]}" if american else text.strip()[:10]
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError:
        return None


def _number(cell: str) -> Any:
    """Return a count, a number or the text as it is; None where nothing is said."""
    text = cell.strip()
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        return text
    if not isfinite(found):
        return text
    return int(found) if found.is_integer() else found
