"""Rows of the tables of AI use from archived sessions, the same for every tool."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from trueup.collect.ai.logs.machine import person_id_of
from trueup.collect.ai.logs.shapes import KIND as UNKNOWN_LINE
from trueup.collect.ai.tokens import Tokens
from trueup.collect.fields import Fields, clean, is_absurd
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Gone, Normalised, Reading, Record, Skipped
from trueup.model.ai_tables import ACTIVITIES, AGENT_KINDS

KIND = "session"
OWNERS: Mapping[str, str] = {
    "ai_session": "session_id",
    "ai_request": "session_id",
    "ai_activity": "session_id",
    "ai_lines": "session_id",
    "ai_spend": "session_id",
    "account": "account_id",
}
"""Tables sessions fill, with the column that says whose a row is."""
_BUCKETS = tuple(Tokens().columns())
_MOST_TOKENS = 2**53
_MOST_MONEY = Decimal(10) ** 12
_NINTHS = Decimal("1e-9")
_EVERY = 200


def owners_but(*tables: str) -> Mapping[str, str]:
    """Return `OWNERS` without tables of which a tool tells nothing."""
    return {table: column for table, column in OWNERS.items() if table not in tables}


class Told(Fields):
    """An object of an archived session."""

    __slots__ = ()

    def moment(self, name: str) -> int | None:
        """Return an instant kept as epoch microseconds UTC, None when missing or absurd."""
        value = self.whole(name)
        if value is not None and is_absurd(value, self.now):
            self.faults.append(f"{name} is an absurd instant")
            return None
        return value

    def tokens(self, name: str) -> dict[str, int | None]:
        """Return the columns of tokens below `name`; buckets that are not told are empty."""
        below = self.part(name)
        counts = {bucket: below.whole(bucket) for bucket in _BUCKETS}
        reasoning = counts.pop("reasoning_output_tokens", None)
        return {**{k: v or 0 for k, v in counts.items()}, "reasoning_output_tokens": reasoning}

    def money(self, name: str) -> Decimal | None:
        """Return an amount, None where it is none."""
        text = self.text(name)
        try:
            amount = Decimal(text or "nan")
        except InvalidOperation:
            amount = Decimal("nan")
        if not amount.is_finite() or abs(amount) > _MOST_MONEY:
            self.faults.append(f"{name} is no amount")
            return None
        return amount.quantize(_NINTHS)

    def whole(self, name: str) -> int | None:
        """Return a count of tokens, however large, else None."""
        value = self._value.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _MOST_TOKENS:
            self.faults.append(f"{name} is no count")
            return None
        return value


def session_rows(records: Iterable[Record], reading: Reading, *, tool: str) -> Iterator[Normalised]:
    """Yield the rows of archived sessions.

    Parameters
    ----------
    tool
        As `ai_session.tool` has it.
    """
    rows = Rows()
    for number, record in enumerate(records, start=1):
        session_id = f"{tool}:{clean(record.key)}"
        if record.kind == UNKNOWN_LINE:
            continue
        if record.kind != KIND:
            yield Skipped(kind=record.kind, key=record.key, reason="its kind is not known")
            continue
        if record.body is None:
            yield Gone(table="ai_session", row_id=session_id)
            continue
        body = Told(record.body, reading.now)
        _Adder(session_id, tool, reading, rows).add(body)
        for fault in dict.fromkeys(body.faults):
            yield Skipped(kind=record.kind, key=record.key, reason=fault, is_whole=False)
        if number % _EVERY == 0:
            yield from rows.batches()
    yield from rows.batches()


class _Adder:
    """Adds the rows of one session."""

    def __init__(self, session_id: str, tool: str, reading: Reading, rows: Rows) -> None:
        self._reading = reading
        self._rows = rows
        self._provider: str | None = None
        self._session_id = session_id
        self._tool = tool
        self._shared: dict[str, Any] = {}

    def add(self, body: Told) -> None:
        person = body.part("person")
        who = {"email": person.text("email"), "name": person.text("name")}
        self._shared = {
            "session_id": self._session_id,
            "person_id": person_id_of(who, self._reading, self._rows),
            "tool": self._tool,
            "repository_id": body.text("repository"),
        }
        self._provider, self._surface = body.text("provider"), body.text("surface")
        self._session(body)
        agent = _agent(body)
        for one in body.parts("requests"):
            self._request(one, agent)
        for one in body.parts("acts"):
            self._act(one)
        for one in body.parts("lines"):
            self._line(one)
        for one in body.parts("spend"):
            self._spend(one)

    def _session(self, body: Told) -> None:
        parent = body.text("parent")
        self._rows.add(
            "ai_session",
            **self._shared,
            parent_session_id=f"{self._tool}:{parent}" if parent else None,
            branch=body.text("branch"),
            commit_id=self._commit_id(body.text("sha")),
            started_at=body.moment("started_at"),
            ended_at=body.moment("ended_at"),
            active_seconds=body.number("active_seconds"),
            seen_by="log",
        )

    def _request(self, one: Told, agent: str | None) -> None:
        native, at = one.text("id"), one.moment("at")
        if native is None or at is None:
            one.faults.append("a request has no id or no instant, and is left out")
            return
        self._rows.add(
            "ai_request",
            **self._shared,
            request_id=f"{self._session_id}:{native}",
            event_key=one.text("key"),
            provider=one.text("provider") or self._provider,
            model=one.text("model"),
            agent_kind=_agent(one) or agent,
            surface=self._surface,
            requested_at=at,
            ended_at=one.moment("ended_at"),
            request_count=one.number("count") or 1,
            **one.tokens("tokens"),
            service_tier=one.text("tier"),
            seen_by="log",
        )

    def _act(self, one: Told) -> None:
        kind, at = one.text("kind"), one.moment("at")
        if kind not in ACTIVITIES or at is None:
            one.faults.append("an activity has no kind or no instant, and is left out")
            return
        self._rows.add(
            "ai_activity",
            **self._shared,
            happened_at=at,
            kind=kind,
            name=one.text("name"),
            commit_id=self._commit_id(one.text("sha")),
            count=one.number("count") or 1,
        )

    def _line(self, one: Told) -> None:
        at = one.moment("at")
        if at is None:
            one.faults.append("lines have no instant, and are left out")
            return
        self._rows.add(
            "ai_lines",
            **self._shared,
            layer="written",
            happened_at=at,
            model=one.text("model"),
            mode="agent",
            path=one.text("path"),
            lines_added=one.number("added") or 0,
            lines_removed=one.number("removed") or 0,
        )

    def _spend(self, one: Told) -> None:
        native, at, amount = one.text("id"), one.moment("at"), one.money("amount")
        if native is None or amount is None or at is None:
            one.faults.append("money has no id, instant or amount, and is left out")
            return
        self._rows.add(
            "ai_spend",
            **self._shared,
            spend_id=f"{self._session_id}:{native}",
            cost_basis="vendor_estimate",
            amount=amount,
            currency="USD",
            started_at=at,
            ended_at=one.moment("ended_at"),
            provider=one.text("provider") or self._provider,
            model=one.text("model"),
            line_item=one.text("item"),
            event_key=one.text("key"),
            seen_by="log",
        )

    def _commit_id(self, sha: str | None) -> str | None:
        repository_id = self._shared["repository_id"]
        return f"{repository_id}:{sha}" if sha and repository_id else sha


def _agent(one: Told) -> str | None:
    agent = one.text("agent")
    return agent if agent in AGENT_KINDS else None
