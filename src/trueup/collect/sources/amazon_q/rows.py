"""Rows of daily reports: lines taken over in editors, messages, conversations, credits."""

from __future__ import annotations

from dataclasses import dataclass

from trueup.collect.ai.reports.counts import Counts
from trueup.collect.ai.reports.people import People
from trueup.collect.fields import Unreadable, instant
from trueup.collect.gathering import Rows
from trueup.collect.sources.amazon_q.reports import AMAZON_Q

PLATFORM = "aws"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Columns of the report that make one row of lines.

    Parameters
    ----------
    added, removed
        Summed up.
    offered, accepted
        Events, not lines.
    """

    layer: str
    mode: str
    added: tuple[str, ...]
    removed: tuple[str, ...] = ()
    offered: str = ""
    accepted: str = ""


_CHAT = ("accepted", "rejected", "dismissed")
_LINES = (
    Columns(
        layer="accepted",
        mode="completion",
        added=("inline_aicodelines",),
        offered="inline_suggestionscount",
        accepted="inline_acceptancecount",
    ),
    Columns(layer="accepted", mode="chat", added=("chat_aicodelines",)),
    Columns(
        layer="accepted",
        mode="chat",
        added=("inlinechat_acceptedlineadditions",),
        removed=("inlinechat_acceptedlinedeletions",),
        offered="inlinechat_totaleventcount",
        accepted="inlinechat_acceptanceeventcount",
    ),
    Columns(
        layer="suggested",
        mode="chat",
        added=tuple(f"inlinechat_{end}lineadditions" for end in _CHAT),
        removed=tuple(f"inlinechat_{end}linedeletions" for end in _CHAT),
    ),
    Columns(
        layer="accepted",
        mode="agent",
        added=("dev_acceptedlines",),
        offered="dev_generationeventcount",
        accepted="dev_acceptanceeventcount",
    ),
    Columns(layer="suggested", mode="agent", added=("dev_generatedlines",)),
    Columns(
        layer="accepted",
        mode="agent",
        added=("codefix_acceptedlines",),
        offered="codefix_generationeventcount",
        accepted="codefix_acceptanceeventcount",
    ),
    Columns(layer="suggested", mode="agent", added=("codefix_generatedlines",)),
    Columns(layer="accepted", mode="agent", added=("testgeneration_acceptedlines",)),
    Columns(layer="suggested", mode="agent", added=("testgeneration_generatedlines",)),
    Columns(
        layer="accepted",
        mode="agent",
        added=("docgeneration_acceptedlineadditions", "docgeneration_acceptedlineupdates"),
    ),
    Columns(layer="suggested", mode="agent", added=("transformation_linesgenerated",)),
)


class ReportRows:
    """Writes rows of daily reports."""

    def __init__(self, rows: Rows, people: People) -> None:
        self._rows = rows
        self._people = people

    def lines(self, row_id: str, body: Counts) -> None:
        """Add lines somebody was offered and took over on a day."""
        about = self._about(row_id, body)
        counts = body.part("counts")
        for columns in _LINES:
            added, removed = _sum(counts, columns.added), _sum(counts, columns.removed)
            offered = counts.number(columns.offered) if columns.offered else None
            accepted = counts.number(columns.accepted) if columns.accepted else None
            if added or removed or offered or accepted:
                self._rows.add(
                    "ai_lines",
                    layer=columns.layer,
                    mode=columns.mode,
                    lines_added=added,
                    lines_removed=removed,
                    offered_count=offered,
                    accepted_count=accepted,
                    **about,
                )
        messages = counts.number("chat_messagessent")
        if messages and about["tool"] == AMAZON_Q:
            self._rows.add("ai_activity", kind="message", count=messages, **about)

    def use(self, row_id: str, body: Counts) -> None:
        """Add messages, conversations and credits of somebody in one client on a day."""
        about = {**self._about(row_id, body), "name": body.text("client")}
        counts = {
            "session": body.number("chat_conversations"),
            "message": body.number("total_messages"),
            "credit": _rounded(body.decimal("credits_used")),
        }
        for kind, count in counts.items():
            if count:
                self._rows.add("ai_activity", kind=kind, count=count, **about)

    def _about(self, row_id: str, body: Counts) -> dict[str, object]:
        try:
            happened_at = instant(f"{body.text('day')}T00:00:00Z")
        except (ValueError, OverflowError):
            raise Unreadable("it is of no day") from None
        return {
            "report_id": row_id,
            "person_id": self._people.by_either(body.text("email"), PLATFORM, body.text("user")),
            "tool": body.text("tool"),
            "happened_at": happened_at,
        }


def _sum(counts: Counts, names: tuple[str, ...]) -> int | None:
    """Return the sum of what is stated; None where nothing is."""
    stated = [value for name in names if (value := counts.number(name)) is not None]
    return min(sum(stated), 2**31 - 1) if stated else None


def _rounded(used: float | None) -> int | None:
    return None if used is None else int(used + 0.5)
