"""A scripted Windsurf: one function, a question in, an answer out.

It answers in the documented forms: docs.windsurf.com/windsurf/accounts/api-reference, Get User
Page Analytics, Get Cascade Analytics and Custom Analytics Query. All numbers are texts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from trueup.testing.scripted import Answer, Question

Payload = dict[str, Any]
ADA, BOB = "Ada@acme.example", "bob@acme.example"


def member(email: str, **more: Any) -> Payload:
    """Return a line of the table of users."""
    return {
        "name": "Ada Lovelace",
        "email": email,
        "signupTime": "2026-01-15T08:00:00Z",
        "lastUpdateTime": "2026-09-18T10:30:00Z",
        "apiKey": f"key-canary-of-{email[:3]}",
        "activeDays": 15,
        "lastChatUsageTime": "2026-09-18T10:15:00Z",
        "teamStatus": "USER_TEAM_STATUS_APPROVED",
    } | more


def lines(day: str, offered: int, taken: int) -> Payload:
    """Return a day of lines."""
    return {"day": day, "linesSuggested": str(offered), "linesAccepted": str(taken)}


def taken(day: str, offers: int, rows: int) -> Payload:
    """Return a day of completions."""
    return {
        "date": day,
        "sum_num_acceptances": str(offers),
        "sum_num_lines_accepted": str(rows),
    }


def run(day: str, messages: int, **more: Any) -> Payload:
    """Return a day of a conversation."""
    return {
        "day": day,
        "model": "claude-3",
        "mode": "CONVERSATIONAL_PLANNER_MODE_DEFAULT",
        "messagesSent": str(messages),
        "cascadeId": "cascade_123",
        "promptsUsed": "3",
    } | more


@dataclass
class WindsurfServer:
    """Members, and by address what their agents did."""

    members: list[Payload] = field(default_factory=lambda: [member(ADA), member(BOB)])
    lines: dict[str, list[Payload]] = field(default_factory=dict)
    runs: dict[str, list[Payload]] = field(default_factory=dict)
    completions: dict[str, list[Payload]] = field(default_factory=dict)
    has_completions: bool = True

    def answer(self, question: Question) -> Answer:
        """Answer a question that carries a key in its body, where the connection has one."""
        assert question.method == "POST"
        match question.path.rpartition("/")[2]:
            case "UserPageAnalytics":
                return Answer(body={"userTableStats": self.members})
            case "CascadeAnalytics":
                return Answer(body={"queryResults": self._results(question.body)})
            case "Analytics" if self.has_completions:
                items = [{"item": one} for one in self._completed(question.body)]
                return Answer(body={"queryResults": [{"responseItems": items}]})
            case "Analytics":
                return Answer(status=403, body={"message": "permission denied"})
        raise AssertionError(question.path)

    def _completed(self, body: Payload) -> list[Payload]:
        (query,) = body["query_requests"]
        assert query["aggregations"] == [{"field": "date", "name": "date"}]
        whose, first, last = (one["value"] for one in query["filters"])
        emails = [one["email"] for one in self.members if one["apiKey"] == whose]
        found = [one for email in emails for one in self.completions.get(email, [])]
        return [one for one in found if first <= one["date"] <= last]

    def _results(self, body: Payload) -> list[Payload]:
        (email,) = body["emails"]
        found = []
        for query in body["query_requests"]:
            ((name, _),) = query.items()
            some = (self.lines if name == "cascade_lines" else self.runs).get(email, [])
            inner = "cascadeLines" if name == "cascade_lines" else "cascadeRuns"
            first, last = body["start_timestamp"][:10], body["end_timestamp"][:10]
            found.append({inner: {inner: [one for one in some if first <= one["day"] <= last]}})
        return found
