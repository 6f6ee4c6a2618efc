"""A scripted Cursor: one function, a question in, an answer out.

It answers in the documented forms: https://cursor.com/docs/account/teams/admin-api (Get Team
Members, Get Daily Usage Data, Get Usage Events Data), /ai-code-tracking-api (AI Commit Metrics).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from trueup.collect.ai.reports.counts import day_start
from trueup.testing.scripted import Answer, Question

Payload = dict[str, Any]
ADA, BOB, EVE = "Ada@acme.example", "bob@acme.example", "eve@acme.example"
_DAY_MS = 86_400_000


def ms(day: str, hour: int = 0) -> int:
    """Return an instant of a day, in UTC, in epoch milliseconds."""
    return day_start(day) // 1000 + hour * 3_600_000


def used(day: str, email: str, **more: Any) -> Payload:
    """Return a person's day as lists by page hold it: nothing done unless `more` says so."""
    counts = (
        *("totalLinesAdded", "totalLinesDeleted", "acceptedLinesAdded", "acceptedLinesDeleted"),
        *("totalApplies", "totalAccepts", "totalRejects", "totalTabsShown", "totalTabsAccepted"),
        *("composerRequests", "chatRequests", "agentRequests", "cmdkUsages"),
        *("subscriptionIncludedReqs", "apiKeyReqs", "usageBasedReqs", "bugbotUsages"),
    )
    return {
        "userId": 12345,
        "day": day,
        "date": ms(day),
        "isActive": bool(more),
        **dict.fromkeys(counts, 0),
        "mostUsedModel": "gpt-5" if more else None,
        "clientVersion": "0.25.1",
        "email": email,
    } | more


def event(day: str, hour: int, email: str = ADA, **more: Any) -> Payload:
    """Return a request that the plan includes, without tokens, unless `more` says otherwise."""
    return {
        "timestamp": str(ms(day, hour)),
        "userEmail": email,
        "model": "claude-4.5-sonnet",
        "kind": "Included in Business",
        "maxMode": True,
        "requestsCosts": 1.4,
        "isTokenBasedCall": False,
        "isChargeable": False,
        "isHeadless": False,
        "chargedCents": 8,
        "isFreeBugbot": False,
    } | more


def commit(sha: str, day: str, **more: Any) -> Payload:
    """Return the lines of a commit on a side branch."""
    return {
        "commitHash": sha,
        "userId": "user_PDSPmvukpYgZEDXsoNirw3CFhy",
        "userEmail": ADA,
        "repoName": "acme/shop",
        "branchName": "ada/cart",
        "isPrimaryBranch": False,
        "totalLinesAdded": 120,
        "totalLinesDeleted": 30,
        "tabLinesAdded": 50,
        "tabLinesDeleted": 10,
        "composerLinesAdded": 40,
        "composerLinesDeleted": 5,
        "nonAiLinesAdded": 30,
        "nonAiLinesDeleted": 15,
        "message": "Cart: keep what was in it",
        "commitTs": f"{day}T09:00:00.000Z",
        "createdAt": f"{day}T09:00:20.000Z",
    } | more


@dataclass
class CursorServer:
    """A team: members, days, requests newest first, commits."""

    members: list[str] = field(default_factory=lambda: [ADA, BOB])
    removed: list[str] = field(default_factory=list)
    days: list[Payload] = field(default_factory=list)
    events: list[Payload] = field(default_factory=list)
    commits: list[Payload] = field(default_factory=list)
    page: int = 500
    has_commits: bool = True

    def answer(self, question: Question) -> Answer:
        """Answer a question."""
        match question.method, question.path.strip("/"):
            case "GET", "teams/members":
                return Answer(body={"teamMembers": self._members()})
            case "POST", "teams/daily-usage-data":
                assert question.body["endDate"] - question.body["startDate"] <= 30 * _DAY_MS
                found = [one for one in self.days if _within(one["date"], question.body)]
                return self._paged("data", found, question.body)
            case "POST", "teams/filtered-usage-events":
                found = [e for e in self.events if _within(int(e["timestamp"]), question.body)]
                newest = sorted(found, key=lambda one: one["timestamp"], reverse=True)
                return self._paged("usageEvents", newest, question.body)
            case "GET", "analytics/ai-code/commits" if self.has_commits:
                return self._commits(question)
            case "GET", "analytics/ai-code/commits":
                return Answer(status=403, body={"message": "Enterprise access required"})
        raise AssertionError(question.path)

    def _members(self) -> list[Payload]:
        return [
            {"id": 12345 + number, "name": email, "email": email, "role": "member",
             "isRemoved": email in self.removed}
            for number, email in enumerate(self.members)
        ]  # fmt: skip

    def _paged(self, name: str, found: list[Payload], body: Payload) -> Answer:
        size = min(body["pageSize"], self.page)
        start = (body["page"] - 1) * size
        paging = {"currentPage": body["page"], "hasNextPage": start + size < len(found)}
        return Answer(body={name: found[start : start + size], "pagination": paging})

    def _commits(self, question: Question) -> Answer:
        first, last = question.params["startDate"], question.params["endDate"]
        found = [one for one in self.commits if first <= one["commitTs"][:10] <= last]
        page, size = int(question.params["page"]), min(int(question.params["pageSize"]), self.page)
        start = (page - 1) * size
        items = found[start : start + size]
        return Answer(
            body={"items": items, "totalCount": len(found), "page": page, "pageSize": size}
        )


def _within(at: int, body: Payload) -> bool:
    first, last = body["startDate"], body["endDate"]
    return bool(first <= at <= last)
