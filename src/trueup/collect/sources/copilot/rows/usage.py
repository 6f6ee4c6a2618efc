"""Reports of use as rows: what was offered and taken, what was written, what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trueup.collect.ai.reports.counts import Counts
from trueup.collect.ai.reports.days import DAY
from trueup.collect.ai.reports.people import People
from trueup.collect.ai.tokens import Tokens
from trueup.collect.fields import Unreadable
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading
from trueup.collect.sources.copilot.door.usage import COUNTS, count_of
from trueup.collect.sources.copilot.settings import host_of

TOOL = "copilot"
PROMPTS, OFFERED, TAKEN, LINES_OFFERED, _LINES_TO_GO, ADDED, REMOVED = COUNTS
COMMAND_LINE = "copilot_cli"
_WRITTEN = frozenset(("agent_edit", COMMAND_LINE))
"""Features that write to files: nothing is offered, so nothing can be taken or refused."""
_JOINED = "2026-04-10"
"""From this day on totals count the command line, too."""

Shared = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Counts of one feature, by their names there; of no known one where `feature` is None."""

    feature: str | None
    counts: Mapping[str, int]

    @property
    def mode(self) -> str | None:
        """As ``ai_lines`` calls it."""
        if self.feature == "code_completion":
            return "completion"
        if self.feature in _WRITTEN:
            return "agent"
        return "chat" if (self.feature or "").startswith("chat_") else None


class UsageRows:
    """Adds what reports tell to `rows`."""

    def __init__(self, reading: Reading, rows: Rows, people: People) -> None:
        self._rows = rows
        self._people = people
        host = host_of(reading.connection)
        self._host = "" if host == "github.com" else host

    def add_day(self, row_id: str, body: Counts) -> None:
        """Add the day of a person, or of all together.

        Rows of all features add up to the totals of the report: what its breakdown leaves out
        is of no known feature.
        """
        day = body.day("day")
        if day is None:
            raise Unreadable("its day is missing")
        shared = {
            "report_id": row_id,
            "person_id": self._people.on_github(
                body.count("user_id"), body.text("user_login"), self._host
            ),
            "tool": TOOL,
            "happened_at": day,
        }
        command_line = body.part("cli")
        for one in _slices(body, command_line):
            self._add_prompts(one, shared)
            self._add_lines(one, shared)
        self._add_command_line(command_line, shared)
        self._activity("credit", _rounded(body), None, shared)

    def add_legacy_day(self, row_id: str, body: Counts) -> None:
        """Add a day of the metrics of before: of all together, completions by model."""
        day = body.day("day")
        if day is None:
            raise Unreadable("its day is missing")
        shared = {"report_id": row_id, "tool": TOOL, "happened_at": day}
        names = {
            OFFERED: "offered",
            TAKEN: "accepted",
            LINES_OFFERED: "lines_offered",
            ADDED: "lines_accepted",
        }
        for model in body.parts("models"):
            counts = {name: count_of(model, said) for name, said in names.items()}
            named = model.text("model")
            one = Slice(feature="code_completion", counts=counts)
            self._add_lines(one, {**shared, "model": None if named == "default" else named})
        for name in ("copilot_ide_chat", "copilot_dotcom_chat"):
            self._activity("prompt", body.part("chats").count(name), name, shared)

    def _add_prompts(self, one: Slice, shared: Shared) -> None:
        self._activity("prompt", one.counts.get(PROMPTS), one.feature, shared)

    def _add_lines(self, one: Slice, shared: Shared) -> None:
        counts = one.counts
        lines = {"lines_added": counts.get(ADDED, 0), "lines_removed": counts.get(REMOVED, 0)}
        if one.feature in _WRITTEN:
            if any(lines.values()):
                self._rows.add("ai_lines", layer="written", mode=one.mode, **lines, **shared)
            return
        offered, taken = counts.get(OFFERED, 0), counts.get(TAKEN, 0)
        offers = {
            "offered_count": offered,
            "lines_added": counts.get(LINES_OFFERED, 0),
            "lines_removed": counts.get(_LINES_TO_GO, 0),
        }
        if any(offers.values()):
            self._rows.add("ai_lines", layer="suggested", mode=one.mode, **offers, **shared)
        if offered or taken or any(lines.values()):
            self._rows.add(
                "ai_lines",
                layer="accepted",
                mode=one.mode,
                accepted_count=taken,
                **lines,
                **shared,
            )

    def _add_command_line(self, body: Counts, shared: Shared) -> None:
        """Add the requests of the command line: the only ones whose tokens are told."""
        prompt, output = body.tokens("prompt_tokens_sum"), body.tokens("output_tokens_sum")
        requests = body.count("request_count")
        self._activity("session", body.count("session_count"), COMMAND_LINE, shared)
        if not requests and prompt is None and output is None:
            return
        known = prompt is not None and output is not None
        tokens = Tokens.of_whole_prompt(prompt or 0, output=output or 0).columns() if known else {}
        self._rows.add(
            "ai_request",
            request_id=shared["report_id"],
            person_id=shared["person_id"],
            tool=TOOL,
            surface="cli",
            requested_at=shared["happened_at"],
            ended_at=shared["happened_at"] + DAY,
            request_count=requests,
            seen_by="admin_api",
            **tokens,
        )

    def _activity(self, kind: str, count: int | None, name: str | None, shared: Shared) -> None:
        if count:
            self._rows.add("ai_activity", kind=kind, name=name, count=count, **shared)


def _slices(body: Counts, command_line: Counts) -> list[Slice]:
    """Return the counts by feature, and what is left of the totals as of no known feature."""
    found = [
        Slice(feature=part.text("feature"), counts={name: count_of(part, name) for name in COUNTS})
        for part in body.parts("features")
    ]
    asked = command_line.count("prompt_count") or 0
    is_inside = (body.text("day") or "") >= _JOINED
    if asked and not any(one.feature == COMMAND_LINE for one in found):
        found.append(Slice(feature=COMMAND_LINE, counts={PROMPTS: asked}))
    counted = [one for one in found if is_inside or one.feature != COMMAND_LINE]
    rest = {}
    for name in COUNTS:
        total = body.count(name)
        summed = sum(one.counts.get(name, 0) for one in counted)
        if total is not None and total < summed:
            body.faults.append(f"{name} is less than its features add up to")
        rest[name] = max((total or 0) - summed, 0)
    return [*found, Slice(feature=None, counts=rest)]


def _rounded(body: Counts) -> int | None:
    credits_used = body.money("ai_credits_used")
    return None if credits_used is None else max(round(credits_used), 0)
