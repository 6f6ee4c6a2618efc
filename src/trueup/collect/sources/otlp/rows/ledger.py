"""What a session told, on its way into rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from trueup.collect.ai.tokens import Tokens, largest
from trueup.collect.fields import clean
from trueup.collect.gathering import Rows
from trueup.collect.repositories import repository_id_of
from trueup.collect.sources.otlp.rows.hearing import Heard
from trueup.collect.sources.otlp.rows.persons import Persons

_DAY = 86_400_000_000
_NINTHS = Decimal("1e-9")
_REPOSITORIES = (
    *("vcs.repository.url.full", "github.copilot.git.repository"),
    "copilot_chat.repo.remote_url",
)
_BRANCHES = (
    *("vcs.ref.head.name", "github.copilot.git.branch"),
    "copilot_chat.repo.head_branch_name",
)
_REVISIONS = (
    *("vcs.ref.head.revision", "github.copilot.git.commit_sha"),
    "copilot_chat.repo.head_commit_hash",
)
_TEAMS = (
    *("trueup.team", "team.id", "team", "team.name"),
    *("department", "cost_center"),
)


@dataclass(slots=True, kw_only=True)
class Asked:
    """A request, or several reported together.

    Parameters
    ----------
    heard
        The record that tells of it.
    native
        Names it in its session.
    is_single
        Whether it is one request; else how many is not known.
    """

    heard: Heard
    native: str
    tokens: Tokens
    key: str | None = None
    provider: str | None = None
    model: str | None = None
    agent: str | None = None
    tier: str | None = None
    is_single: bool = True


@dataclass(slots=True)
class Ledger:
    """Gathers what the records of one session tell; the same request is one, at its largest."""

    requests: dict[str, Asked] = field(default_factory=dict)
    acts: dict[tuple[str, str | None, str | None, int], list[Any]] = field(default_factory=dict)
    lines: list[tuple[Heard, dict[str, Any]]] = field(default_factory=list)
    spend: dict[str, tuple[Heard, Decimal, dict[str, Any]]] = field(default_factory=dict)
    active_seconds: float | None = None

    def ask(self, asked: Asked) -> None:
        """Take a request; of one seen before, the largest counts stay."""
        known = self.requests.get(asked.native)
        if known is not None:
            asked.tokens = largest((known.tokens, asked.tokens))
        self.requests[asked.native] = asked

    def act(
        self,
        heard: Heard,
        kind: str,
        name: str | None = None,
        *,
        commit: str | None = None,
        count: int = 1,
    ) -> None:
        """Count an activity; those of one kind, name and day are one row."""
        if count > 0:
            key = (kind, name, commit, heard.at // _DAY)
            known = self.acts.setdefault(key, [heard, 0])
            known[1] += count

    def write(self, heard: Heard, **columns: Any) -> None:
        """Take lines, of the layer `written` where `columns` names none."""
        self.lines.append((heard, columns))

    def cost(self, heard: Heard, native: str, dollars: Decimal | None, **columns: Any) -> None:
        """Take what the tool guesses something costs; nothing where it does not say."""
        if dollars is not None:
            self.spend[native] = (heard, dollars.quantize(_NINTHS), columns)


class SessionRows:
    """Writes the rows of one session.

    Parameters
    ----------
    every
        All its records, by time.

    Attributes
    ----------
    count
        How many rows it wrote.
    """

    def __init__(
        self, session_id: str, tool: str, every: list[Heard], persons: Persons, rows: Rows
    ) -> None:
        self.count = 0
        self._every = every
        self._rows = rows
        self._named: dict[int, str | None] = {}
        self._repository = repository_id_of(_first(every, lambda one: one.word(*_REPOSITORIES)))
        who = _first(every, lambda one: one.word("trueup.person"))
        self._shared = {
            "session_id": session_id,
            "tool": tool,
            "person_id": persons.of(who, tool),
        }

    def add(self, ledger: Ledger, *, has_session: bool) -> None:
        """Add all of it.

        Parameters
        ----------
        has_session
            Whether the records name a session; else only what is in it becomes rows.
        """
        if has_session and self._every:
            self._session(ledger)
        for asked in ledger.requests.values():
            self._request(asked)
        for (kind, name, commit, _), (heard, count) in ledger.acts.items():
            repository = self._repository_of(heard)
            self._add(
                "ai_activity",
                repository_id=repository,
                happened_at=heard.at,
                kind=kind,
                name=name,
                commit_id=_commit_id(repository, commit),
                count=count,
            )
        for heard, columns in ledger.lines:
            told = {"layer": "written", "repository_id": self._repository_of(heard), **columns}
            self._add("ai_lines", **told, mode="agent", happened_at=heard.at)
        for native, (heard, amount, columns) in ledger.spend.items():
            self._spend(native, heard, amount, columns)

    def _session(self, ledger: Ledger) -> None:
        seconds = ledger.active_seconds
        self._add(
            "ai_session",
            repository_id=self._repository,
            branch=_branch(_first(self._every, lambda one: one.word(*_BRANCHES))),
            commit_id=_commit_id(
                self._repository, _first(self._every, lambda one: one.word(*_REVISIONS))
            ),
            started_at=min(one.at for one in self._every),
            ended_at=max(one.ended_at or one.at for one in self._every),
            active_seconds=None if seconds is None else round(seconds),
            seen_by="otlp",
        )

    def _request(self, asked: Asked) -> None:
        self._add(
            "ai_request",
            request_id=f"otlp:{self._shared['session_id']}:{asked.native}",
            event_key=asked.key,
            provider=asked.provider,
            model=asked.model,
            agent_kind=asked.agent,
            surface=_surface(asked.heard),
            repository_id=self._repository_of(asked.heard),
            requested_at=asked.heard.at,
            ended_at=None if asked.is_single else asked.heard.ended_at,
            request_count=1 if asked.is_single else None,
            **asked.tokens.columns(),
            service_tier=asked.tier,
            seen_by="otlp",
        )

    def _spend(
        self, native: str, heard: Heard, amount: Decimal, columns: Mapping[str, Any]
    ) -> None:
        self._add(
            "ai_spend",
            spend_id=f"otlp:{self._shared['session_id']}:{native}",
            cost_basis="vendor_estimate",
            amount=amount,
            currency="USD",
            started_at=heard.at,
            team_id=team_id_of(heard.word(*_TEAMS)),
            repository_id=self._repository_of(heard),
            line_item="tokens",
            seen_by="otlp",
            **columns,
        )

    def _add(self, table: str, **columns: Any) -> None:
        self.count += 1
        self._rows.add(table, **self._shared, **columns)

    def _repository_of(self, heard: Heard) -> str | None:
        """Return the repository a record or its sender names, else that of the session."""
        sender = id(heard.resource)
        if sender not in self._named:
            self._named[sender] = repository_id_of(_told(heard.resource, _REPOSITORIES))
        own = _told(heard.attributes, _REPOSITORIES)
        return (repository_id_of(own) if own else None) or self._named[sender] or self._repository


def team_id_of(name: str | None) -> str | None:
    """Return the id of a team, a department or a cost centre that a sender names.

    >>> team_id_of("Till ")
    'otlp:till'
    """
    return f"otlp:{' '.join(name.split()).casefold()}" if name and name.strip() else None


def _first(every: list[Heard], read: Any) -> str | None:
    return next((found for one in every if (found := read(one)) is not None), None)


def _told(said: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((value for name in names if isinstance(value := said.get(name), str)), None)


def _branch(name: str | None) -> str | None:
    return clean(name).removeprefix("refs/heads/") if name else None


def _commit_id(repository: str | None, sha: str | None) -> str | None:
    return f"{repository}:{sha}" if repository and sha else sha


def _surface(heard: Heard) -> str | None:
    """Return where Copilot was used: its editors say more than its command line."""
    is_editor = any(name.startswith("copilot_chat.") for name in heard.attributes)
    return "editor" if is_editor else None
