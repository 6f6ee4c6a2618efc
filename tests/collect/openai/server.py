"""A scripted OpenAI: one function, a question in, an answer out.

It answers in the forms of the published OpenAPI document: organization/usage/completions, costs,
users and projects.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from trueup.testing.scripted import Answer, Question

Payload = dict[str, Any]
DAY = 86_400
_TOMORROW = 1_790_035_200
"""2026-09-22: visits of the tests are on the day before."""
ADA, SHOP = "user-ada", "proj_shop"
_LISTS: dict[str, list[Payload]] = {
    "users": [
        {"object": "organization.user", "id": ADA, "name": "Ada", "email": "Ada@acme.example"},
        {"object": "organization.user", "id": "user-bob", "email": None,
         "user": {"object": "user", "id": "u", "email": "bob@acme.example"}},
    ],
    "projects": [{"object": "organization.project", "id": SHOP, "name": "Shop"}],
}  # fmt: skip


def usage(model: str | None = "gpt-5.5-2026-04-23", **more: Any) -> Payload:
    """Return tokens of one group of a day: the example of the document."""
    return {
        "object": "organization.usage.completions.result",
        "input_tokens": 5000,
        "input_cached_tokens": 1800,
        "input_cache_write_tokens": 200,
        "input_uncached_tokens": 3000,
        "output_tokens": 1000,
        "input_text_tokens": 2500,
        "input_audio_tokens": 300,
        "num_model_requests": 5,
        "project_id": None,
        "user_id": None,
        "api_key_id": None,
        "model": model,
        "batch": False,
        "service_tier": "default",
    } | more


def cost(value: object, line_item: str | None = "gpt-5.5, input", **more: Any) -> Payload:
    """Return cost of one group of a day, in dollars."""
    return {
        "object": "organization.costs.result",
        "amount": {"value": value, "currency": "usd"},
        "line_item": line_item,
        "project_id": None,
        "quantity": 10000,
        "quantity_unit": "tokens",
    } | more


@dataclass
class OpenAIServer:
    """Rows of reports by the second a day begins with."""

    usages: dict[int, list[Payload]] = field(default_factory=dict)
    costs: dict[int, list[Payload]] = field(default_factory=dict)
    page: int = 200
    closed: frozenset[str] = frozenset()

    def answer(self, question: Question) -> Answer:
        """Answer a question."""
        place = question.path.removeprefix("/v1/organization/")
        if place in self.closed:
            return Answer(status=403, body={"error": {"message": "Missing scopes"}})
        match place:
            case "users" | "projects":
                return self._listed(_LISTS[place], question)
            case "usage/completions":
                assert int(question.params["limit"]) <= 31
                return self._buckets(self.usages, question)
            case "costs":
                assert int(question.params["limit"]) <= 180
                return self._buckets(self.costs, question)
        raise AssertionError(question.path)

    def _buckets(self, report: dict[int, list[Payload]], question: Question) -> Answer:
        start = int(question.params["start_time"])
        end = int(question.params.get("end_time", _TOMORROW))
        days = range(start, end, DAY)[: int(question.params["limit"])]
        first = int(question.params.get("page", "page_0").removeprefix("page_"))
        data = [
            {
                "object": "bucket",
                "start_time": day,
                "end_time": day + DAY,
                "results": report.get(day, []),
            }
            for day in days[first : first + self.page]
        ]
        more = first + self.page < len(days)
        following = f"page_{first + self.page}" if more else None
        body = {"object": "page", "data": data, "has_more": more, "next_page": following}
        return Answer(body=body)

    def _listed(self, found: list[Payload], question: Question) -> Answer:
        ids = [one["id"] for one in found]
        start = ids.index(question.params["after"]) + 1 if "after" in question.params else 0
        some = found[start : start + 1]
        more = start + 1 < len(found)
        last = some[-1]["id"] if some else None
        return Answer(body={"object": "list", "data": some, "has_more": more, "last_id": last})
