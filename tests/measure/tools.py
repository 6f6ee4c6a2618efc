"""An organisation that uses AI tools, drawn by hand: requests with a cost, what came of them."""

from __future__ import annotations

from typing import Any

from tests.measure.building import at
from tests.measure.drawing import Drawing

KINDS = ("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "output")


class Tools(Drawing):
    """Sessions of one tool unless said otherwise; costs are in US dollars, written as text."""

    def use(
        self,
        session: str,
        person: str | None,
        when: str,
        cost: str | None,
        *tokens: int,
        **more: Any,
    ) -> None:
        """A request of a session, which begins with its first one; five counts of tokens."""
        known = {row["session_id"] for row in self.rows["ai_session"]}
        where = {"repository_id": more.pop("repository", "r")}
        tool = {"tool": more.pop("tool", "claude-code"), "person_id": person}
        if session and session not in known:
            self.add("ai_session", session_id=session, started_at=at(when), **where, **tool)
        counts = (*tokens, *(0,) * (5 - len(tokens)))
        named = dict(zip((f"{kind}_tokens" for kind in KINDS), counts, strict=True))
        row = {"model": "m-1", "agent_kind": "main", "seen_by": "otlp", "request_count": 1}
        self.add(
            "ai_request",
            request_id=f"q{len(self.rows['ai_request'])}",
            session_id=session or None,
            requested_at=at(when),
            list_cost=cost,
            **named,
            **where,
            **tool,
            **(row | more),
        )

    def tie(self, session: str, change: str | None, ratio: float, commit: str = "") -> None:
        self.add(
            "ai_session_commit",
            session_id=session,
            commit_id=commit or change,
            change_id=change,
            rule="files",
            grade="guessed",
            probability=ratio,
            cost_ratio=ratio,
        )

    def bill(self, basis: str, when: str, amount: str, currency: str = "USD", **more: Any) -> None:
        self.add(
            "ai_spend",
            spend_id=f"b{len(self.rows['ai_spend'])}",
            cost_basis=basis,
            amount=amount,
            currency=currency,
            started_at=at(when),
            **({"repository_id": None, "seen_by": "admin_api"} | more),
        )
