"""Sources behind an interface: what is fetched is kept raw, what is kept is read without them.

`fetch` may touch the world, but only through `Visit.web`; `normalise` sees nothing but records,
so that it can be run again on what was kept. A record is one object of the source with all that
belongs to it (a change with its reviews, a work item with its history); of each the newest
version is kept. Everything else (retries, limits, resuming, the archive, merging with earlier
rows, counting what was skipped) is done once, around the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from trueup.collect.connector import Batch, Identify, Progress
from trueup.config import Connection, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One object of a source, as last seen there.

    Parameters
    ----------
    kind
        In the source's own words: ``change``, ``work_item``, ``deployment``.
    key
        Names it among its kind at this target, for ever.
    body
        JSON, without what is never kept (texts, secrets); None once it is gone at the source.
    fetched_at
        Epoch microseconds UTC.
    """

    kind: str
    key: str
    body: Mapping[str, Any] | None
    fetched_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Records that arrived together, and where their stream stands once they are kept.

    Both are kept or neither is: a run that is killed goes on after its last page.

    Parameters
    ----------
    stream
        What is being read through: ``changes``, ``runs``. Each has its own checkpoint.
    checkpoint
        In the source's own words; handed back as ``Visit.checkpoint(stream)``.
    """

    stream: str
    records: tuple[Record, ...]
    checkpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Every key of a kind there is at the source now: what is known and not in it is gone."""

    kind: str
    keys: frozenset[str]
    reason: str = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A fact on coverage that no record shows: what could not be read, and what would cure it.

    It holds until the next visit that ends well: say it again for as long as it is so.
    """

    subject: str
    expected: int | None
    seen: int
    skipped: int
    reason: str
    remedy: str


Fetched = Page | Sweep | Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A record, or a part of it, that could not be understood; counted, never dropped silently."""

    kind: str
    key: str
    reason: str
    is_whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Rows whose record is gone: `row_id` is the value of the owner column of `table`.

    Parameters
    ----------
    noticed_at
        Epoch microseconds UTC; needed where the record is there and says itself that it no longer
        counts, for the runner knows the instant only of records that are not.
    """

    table: str
    row_id: str
    reason: str = "deleted"
    noticed_at: int = 0


Normalised = Batch | Skipped | Gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """How a request carries the token.

    Parameters
    ----------
    header
        Field that carries it.
    form
        Its value; ``{token}`` stands for the token, ``{basic}`` for base64 of ``user:token``,
        ``{basic_user}`` for base64 of ``token:``, a token in the place of a user.
    form_with_user
        Its value where the connection names a user; empty: the same.
    body_key
        Where the body of a POST carries the token instead of a header: under which key.
    """

    header: str = "Authorization"
    form: str = "Bearer {token}"
    form_with_user: str = ""
    body_key: str = ""


BEARER = Signing()
BASIC = Signing(form="Basic {basic}")
BASIC_WITH_USER = Signing(form_with_user="Basic {basic}")
PRIVATE_TOKEN = Signing(header="PRIVATE-TOKEN", form="{token}")
TOKEN = Signing(form="Token token={token}")
GENIE_KEY = Signing(form="GenieKey {token}")
TOKEN_AS_USER = Signing(form="Basic {basic_user}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A right by the name a server gives it.

    Parameters
    ----------
    name
        ``read:org``.
    opens
        What stays closed without it.
    wider
        Names of rights that include it.
    """

    name: str
    opens: str
    wider: tuple[str, ...] = ()


TEXTS = frozenset(
    (
        *("title", "body", "bodyText", "bodyHTML", "body_text", "description", "summary"),
        *("message", "messageHeadline", "messageBody", "comment", "note", "text", "content"),
    )
)
"""Keys under which servers answer with text that is never kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The server side of a source.

    Parameters
    ----------
    address
        Of the vendor's own cloud, taken where the connection names no url; empty: it must.
    signing
        How requests carry the token.
    headers
        Sent with every request: the version of the interface, the form of answers.
    at_once
        Most requests under way at a time.
    needs_targets
        False where a connection may name none, and all that is there is read.
    takes_files
        Whether targets may be files of what it answered, for which it is not asked.
    rights
        What the token must be allowed, in the words of the page that makes tokens; empty where it
        is mostly asked without one.
    scopes_header
        Header field of replies that names the rights of the token, where there is one.
    scopes
        Rights it should name.
    texts
        Keys under which answers hold words that never reach the archive: the conformance suite
        puts words there and looks for them, and the sheet for a works council names them.
    """

    address: str = ""
    signing: Signing = BEARER
    headers: Mapping[str, str] = field(default_factory=dict)
    at_once: int = 8
    needs_targets: bool = True
    takes_files: bool = False
    rights: str = ""
    scopes_header: str = ""
    scopes: tuple[Scope, ...] = ()
    texts: frozenset[str] = TEXTS


class Reply(Protocol):
    """What a server answered."""

    @property
    def status(self) -> int:
        """HTTP status; 304 when nothing changed since the version last seen."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Header fields, names in lower case."""
        ...

    @property
    def content(self) -> bytes:
        """The body as it came, but for secrets of the connection."""
        ...

    def json(self) -> Any:
        """Return the body.

        Raises
        ------
        SourceIncomplete
            It is no JSON.
        """
        ...

    @property
    def next_url(self) -> str | None:
        """Address of the next page by the Link header, on the host that was asked."""
        ...


class Web(Protocol):
    """One connection to one server: signed, paced, patient. Never logs a token.

    Limits, Retry-After and passing faults are waited out here; what is left is raised:
    `SourceUnavailable` for refusals (401, 403, 404), `SourceIncomplete` for a server that does
    not recover. Paths are below the connection's address; whole addresses on the same host are
    taken as they are.
    """

    def get(
        self, path: str, *, params: Mapping[str, str] | None = None, fresh: bool = True
    ) -> Reply:
        """Ask once. `fresh` false sends the version last seen, so that 304 may come back.

        A version counts as seen when the visit that saw it ended well; never while reconciling.
        """
        ...

    def post(self, path: str, *, body: Mapping[str, Any]) -> Reply:
        """Ask by POST (GraphQL, searches); nothing at the source may change by it."""
        ...

    def pages(self, path: str, *, params: Mapping[str, str] | None = None) -> Iterator[Reply]:
        """Ask, and follow Link headers to the end."""
        ...

    def download(self, address: str) -> Reply:
        """Ask for a file by the whole address an answer named, on any host; never signed."""
        ...

    def many(self, paths: Iterable[str]) -> Iterator[tuple[str, Reply | None]]:
        """Ask for several at once, as many as limits allow; in order, None for 404 and 410."""
        ...


class Visit(Protocol):
    """One visit to one target."""

    target: str
    target_id: str
    connection: Connection
    web: Web
    now: int  # epoch microseconds UTC
    progress: Progress
    is_reconciling: bool
    """Whether everything is to be listed, so that what is gone is noticed (`Sweep`)."""

    def checkpoint(self, stream: str) -> str | None:
        """Return where the stream stood at the last page kept; None at the very first."""
        ...

    def known(self, kind: str) -> frozenset[str]:
        """Return the keys of all records kept of a kind, but those gone."""
        ...

    def bodies(self, kind: str, keys: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Return what is kept of these keys, so that what is seen now can be united with it.

        For records that are seen piece by piece, as logs are read. Keys never kept, gone, or of
        which the body is past its time, are left out.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What `normalise` may know besides records."""

    target: str
    target_id: str
    connection: Connection
    settings: Settings
    identify: Identify
    now: int


class RecordedSource(Protocol):
    """A source behind an interface."""

    name: ClassVar[str]
    """Identifier, e.g. ``github``."""
    version: ClassVar[int]
    """Raised when `normalise` changes: all records kept are then read again, offline."""
    server: ClassVar[Server | None]
    """Where and how it is asked; None where it reads files, and `Visit.web` refuses."""
    options: ClassVar[Mapping[str, str]]
    """What `Connection.options` may hold, each key with its meaning; any other key is an error."""
    owners: ClassVar[Mapping[str, str]]
    """Canonical table -> the column naming what a row belongs to. When a record is read again,
    all rows of its owner, in every table, give way to the new ones: ``{"change": "change_id",
    "review": "change_id", "ai_attribution": "target_id", "account": "account_id"}``. Ids of
    owners are unique across tables."""

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return (target, target_id) of everything the connection names; patterns resolved.

        A repository's target_id is its normalised address (``host/owner/name``), as git has it.

        Raises
        ------
        SourceUnavailable
            Nothing of this kind is there, or the token may not see it.
        """
        ...

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what is new since the checkpoints, oldest first, so that a stop leaves no hole."""
        ...

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn records into rows of canonical tables; the same records, the same rows.

        Never raises on a record: what is wrong with it is a `Skipped`. A row damaged only in
        optional fields is yielded with those null.
        """
        ...
