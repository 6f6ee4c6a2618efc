"""A scripted GitHub that tells of Copilot: one function, a question in, an answer out.

It answers in the documented forms: docs.github.com/en/rest/copilot/copilot-usage-metrics,
/copilot-user-management (List all Copilot seat assignments), /billing/usage, and the files of
/en/copilot/reference/copilot-usage-metrics/example-schema.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from trueup.testing.scripted import Answer, Question

Payload = dict[str, Any]
ADA, BOB = {"user_id": 11, "user_login": "ada"}, {"user_id": 12, "user_login": "bob"}


def counts(
    offers: tuple[int, int] = (0, 0), lines: tuple[int, int, int] = (0, 0, 0), prompts: int = 0
) -> Payload:
    """Return the counts every slice has: offers made and taken; lines offered, added, deleted."""
    return {
        "user_initiated_interaction_count": prompts,
        "code_generation_activity_count": offers[0],
        "code_acceptance_activity_count": offers[1],
        "loc_suggested_to_add_sum": lines[0],
        "loc_suggested_to_delete_sum": 0,
        "loc_added_sum": lines[1],
        "loc_deleted_sum": lines[2],
    }


def feature(name: str, **some: Any) -> Payload:
    """Return a slice of one feature."""
    return {"feature": name, **counts(**some)}


def user_day(day: str, who: Payload, *features: Payload, **more: Any) -> Payload:
    """Return a line of a report by person: its totals are those of its features."""
    totals = {name: sum(one[name] for one in features) for name in counts()}
    slices = [{k: v for k, v in one.items() if k != "feature"} for one in features]
    return {
        "day": day,
        "organization_id": "77",
        **who,
        **totals,
        "totals_by_feature": list(features),
        "totals_by_ide": [{"ide": "vscode", **totals}],
        "totals_by_language_feature": [
            {"language": "python", "feature": one["feature"], **slice_}
            for one, slice_ in zip(features, slices, strict=True)
        ],
        "totals_by_language_model": [{"language": "python", "model": "gpt-5", **totals}],
        "totals_by_model_feature": [],
        "used_agent": False,
        "used_chat": True,
    } | more


def seat(who: Payload, **more: Any) -> Payload:
    """Return a seat."""
    return {
        "created_at": "2026-01-05T18:00:00-06:00",
        "updated_at": "2026-01-05T18:00:00-06:00",
        "pending_cancellation_date": None,
        "last_activity_at": "2026-09-18T00:53:32-06:00",
        "last_activity_editor": "vscode/1.77.3/copilot/1.86.82",
        "assignee": {"login": who["user_login"], "id": who["user_id"], "type": "User"},
        "assigning_team": {"id": 1, "slug": "basket", "name": "Basket", "description": "x"},
        "plan_type": "business",
    } | more


def credit(model: str, gross: float, discount: float, **more: Any) -> Payload:
    """Return a line of a bill on credits, at 0.01 a credit."""
    net = max(gross - discount, 0)
    return {
        "product": "Copilot",
        "sku": "Copilot AI Credits",
        "model": model,
        "unitType": "ai-credits",
        "pricePerUnit": 0.01,
        "grossQuantity": gross * 100,
        "grossAmount": gross,
        "discountQuantity": discount * 100,
        "discountAmount": discount,
        "netQuantity": net * 100,
        "netAmount": net,
    } | more


@dataclass
class CopilotServer:
    """Reports by day, seats, credits by day, and a bill of all products by month."""

    reports: dict[str, list[Payload]] = field(default_factory=dict)
    seats: list[Payload] = field(default_factory=list)
    credits: dict[str, list[Payload]] = field(default_factory=dict)
    bills: dict[str, list[Payload]] = field(default_factory=dict)
    totals: dict[str, list[Payload]] = field(default_factory=dict)
    page: int = 100
    refuses: tuple[str, ...] = ()
    as_list: bool = False
    expired: tuple[str, ...] = ()

    def answer(self, question: Question) -> Answer:
        """Answer a question."""
        path = question.path.strip("/")
        if any(one in path for one in self.refuses):
            return Answer(status=403, body={"message": "Resource not accessible"})
        match path.split("/"):
            case ["files", level, day]:
                assert "authorization" not in question.headers, "a token was carried elsewhere"
                return self._file(level, day)
            case ["orgs" | "enterprises", "acme", "copilot", "metrics", "reports", report, *_]:
                return self._report(report, question.params.get("day", ""))
            case ["orgs" | "enterprises", "acme", "copilot", "billing", "seats"]:
                return self._seats(question)
            case ["organizations" | "enterprises", "acme", "settings", "billing", *what]:
                return self._bill("/".join(what), question)
        raise AssertionError(path)

    def _report(self, report: str, day: str) -> Answer:
        level = "users" if report.startswith("users") else "totals"
        if report.endswith("28-day"):
            return Answer(body={"download_links": [], "report_end_day": "2026-09-19"})
        if day not in (self.reports if level == "users" else self.totals):
            return Answer(status=204, body=b"")
        link = f"https://copilot-reports.example/files/{level}/{day}?sig=once"
        return Answer(body={"download_links": [link], "report_day": day})

    def _file(self, level: str, day: str) -> Answer:
        if day in self.expired:
            return Answer(status=403, body=b"<Error>expired</Error>")
        found = (self.reports if level == "users" else self.totals)[day]
        if self.as_list:
            return Answer(body=found)
        return Answer(body="\n".join(json.dumps(one) for one in found).encode())

    def _seats(self, question: Question) -> Answer:
        number = int(question.params.get("page", "1"))
        start = (number - 1) * self.page
        found = self.seats[start : start + self.page]
        more = start + self.page < len(self.seats)
        link = f'<https://api.github.com{question.path}?per_page=100&page={number + 1}>; rel="next"'
        body = {"total_seats": len(self.seats), "seats": found}
        return Answer(body=body, headers={"link": link} if more else {})

    def _bill(self, what: str, question: Question) -> Answer:
        asked = question.params
        month = f"{asked['year']}-{int(asked['month']):02}"
        period = {"year": int(asked["year"]), "month": int(asked["month"])}
        if what == "usage":
            return Answer(body={"usageItems": self.bills.get(month, [])})
        found: list[Payload] = []
        if what == "ai_credit/usage":
            span = f"{month}-{int(asked['day']):02}" if "day" in asked else month
            days = (day for day in self.credits if day.startswith(span))
            found = [one for day in days for one in self.credits[day]]
        return Answer(body={"timePeriod": period, "organization": "acme", "usageItems": found})
