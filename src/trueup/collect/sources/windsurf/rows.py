"""Lines, messages and seats of Windsurf as rows."""

from __future__ import annotations

from trueup.collect.ai.reports.counts import Counts
from trueup.collect.ai.reports.people import People
from trueup.collect.fields import Unreadable
from trueup.collect.gathering import Rows

TOOL = "windsurf"
_MODE = "CONVERSATIONAL_PLANNER_MODE_"


class WindsurfRows:
    """Adds what records tell to `rows`; numbers are texts there."""

    def __init__(self, rows: Rows, people: People) -> None:
        self._rows = rows
        self._people = people

    def add_lines(self, row_id: str, body: Counts) -> None:
        """Add the lines the agent offered on a day, and those taken over."""
        shared = self._shared(row_id, body)
        offered, taken = body.count("linesSuggested"), body.count("linesAccepted")
        if offered is None and taken is None:
            body.faults.append("it states no lines")
        for layer, lines in (("suggested", offered), ("accepted", taken)):
            if offered or taken:
                self._rows.add("ai_lines", layer=layer, mode="agent", lines_added=lines, **shared)

    def add_completions(self, row_id: str, body: Counts) -> None:
        """Add the completions a member took over on a day; how many were offered is not said."""
        shared = self._shared(row_id, body)
        taken, lines = body.count("sum_num_acceptances"), body.count("sum_num_lines_accepted")
        if taken is None and lines is None:
            body.faults.append("it states no completions")
            return
        self._rows.add(
            "ai_lines",
            layer="accepted",
            mode="completion",
            accepted_count=taken,
            lines_added=lines,
            **shared,
        )

    def add_run(self, row_id: str, body: Counts) -> None:
        """Add the messages of a conversation on a day, under the mode it was held in."""
        conversation, mode = body.text("cascadeId"), body.text("mode")
        count = body.count("messagesSent")
        shared = self._shared(row_id, body)
        if count is None:
            body.faults.append("it states no messages")
            return
        self._rows.add(
            "ai_activity",
            kind="message",
            name=mode.removeprefix(_MODE).lower() if mode else None,
            session_id=f"{TOOL}:{conversation}" if conversation else None,
            count=count,
            **shared,
        )

    def add_seat(self, row_id: str, body: Counts) -> None:
        """Add a member of the team: one who does nothing has a seat too."""
        self._rows.add(
            "ai_seat",
            seat_id=row_id,
            person_id=self._people.by_address(body.text("email")),
            tool=TOOL,
            started_at=body.at("signed_up"),
            ended_at=body.tokens("missed_at"),
            last_active_at=body.at("last"),
            seen_at=body.tokens("seen_at"),
        )

    def _shared(self, row_id: str, body: Counts) -> dict[str, int | str | None]:
        day = body.day("day")
        if day is None:
            raise Unreadable("its day is missing")
        return {
            "report_id": row_id,
            "person_id": self._people.by_address(body.text("email")),
            "tool": TOOL,
            "happened_at": day,
        }
