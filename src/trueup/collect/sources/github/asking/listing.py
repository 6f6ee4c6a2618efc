"""What a repository and an organisation are: facts, owners, releases, teams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trueup.collect.answers import objects
from trueup.collect.forge.owners import owners_of
from trueup.collect.recorded import Fetched, Note, Page, Record, Sweep, Visit
from trueup.collect.sources.github import queries
from trueup.collect.sources.github.asking.graph import Graph, next_cursor, nodes_of
from trueup.collect.sources.github.asking.items import Newest
from trueup.errors import SourceUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is asked of a repository before anything else is.

    Parameters
    ----------
    facts
        As the server says them.
    issue_fields
        Fields of issues this server knows and older ones do not.
    """

    facts: Mapping[str, Any]
    issue_fields: tuple[str, ...]

    @property
    def default_branch(self) -> str:
        """Its name, empty when there is none."""
        branch = self.facts.get("defaultBranchRef")
        return str(branch.get("name") or "") if isinstance(branch, Mapping) else ""

    @property
    def begins(self) -> str:
        """When the repository was made (ISO)."""
        return str(self.facts.get("createdAt") or "2008-01-01T00:00:00Z")

    def newest(self, connection: str) -> Newest:
        """Return how many changes or issues there are, and when one was last updated."""
        found = self.facts.get(connection)
        count = found.get("totalCount") if isinstance(found, Mapping) else None
        last = [n.get("updatedAt") for n in nodes_of(found) if isinstance(n, Mapping)]
        return Newest(
            count=count if isinstance(count, int) else None,
            updated_at=last[0] if last and isinstance(last[0], str) else None,
        )


def about(visit: Visit, graph: Graph) -> About:
    """Ask what a repository is.

    Raises
    ------
    SourceUnavailable
        It is not there, or the token may not see it.
    """
    owner, _, name = visit.target.partition("/")
    answer = graph.ask(queries.about(), owner=owner, name=name)
    facts = answer.get("repository")
    if not isinstance(facts, Mapping):
        raise SourceUnavailable(
            f"GitHub shows no repository {visit.target}.",
            hint="Check its name, and that the token may read it.",
        )
    issue = answer.get("issue")
    fields = issue.get("fields") if isinstance(issue, Mapping) else None
    known = {one.get("name") for one in objects(fields)}
    newer = tuple(name for name in queries.NEWER_ISSUE_FIELDS if name in known)
    return About(facts=facts, issue_fields=newer)


def repository(visit: Visit, told: About) -> Iterator[Fetched]:
    """Yield the repository with the owners of its folders."""
    text = ""
    for alias in queries.CODEOWNERS:
        file = told.facts.get(alias)
        if isinstance(file, Mapping) and isinstance(file.get("text"), str):
            text = file["text"]
            break
    owners = owners_of(text)
    names = ("nameWithOwner", "url", "createdAt", "defaultBranchRef")
    body = {name: told.facts[name] for name in names if name in told.facts}
    record = Record(
        kind="repository",
        key="repository",
        body={**body, "owners": owners.folders},
        fetched_at=visit.now,
    )
    yield Page(stream="repository", records=(record,), checkpoint="read")
    if owners.skipped:
        yield Note(
            subject="code owners",
            expected=len(owners.folders) + owners.skipped,
            seen=len(owners.folders),
            skipped=owners.skipped,
            reason="Lines of CODEOWNERS on single files and patterns are no folder's.",
            remedy="Name folders in CODEOWNERS, or services in trueup.toml.",
        )


def releases(visit: Visit, graph: Graph) -> Iterator[Fetched]:
    """Yield all releases: their order is that of the commits, so new ones may stand anywhere."""
    owner, _, name = visit.target.partition("/")
    tags: set[str] = set()
    after: str | None = None
    while True:
        answer = graph.ask(queries.RELEASES, owner=owner, name=name, after=after)
        found = (answer.get("repository") or {}).get("releases")
        records = []
        for node in nodes_of(found):
            if not isinstance(node, dict) or not node.get("tagName") or node.get("isDraft"):
                continue
            tags.add(str(node["tagName"]))
            records.append(_record(visit, "release", str(node["tagName"]), node))
        yield Page(stream="releases", records=tuple(records), checkpoint="read")
        after = next_cursor(found)
        if after is None:
            break
    if isinstance(found, Mapping) and None not in nodes_of(found):
        yield Sweep(kind="release", keys=frozenset(tags))


def teams(visit: Visit, graph: Graph) -> Iterator[Fetched]:
    """Yield the teams of an organisation, each with those who are in it themselves."""
    slugs: set[str] = set()
    after: str | None = None
    while True:
        answer = graph.ask(queries.TEAMS, owner=visit.target, after=after)
        found = (answer.get("organization") or {}).get("teams")
        if not isinstance(found, Mapping):
            raise SourceUnavailable(
                f"GitHub shows no teams of {visit.target}.",
                hint="Give the token the scope read:org.",
            )
        records = []
        for node in nodes_of(found):
            if not isinstance(node, dict) or not node.get("slug"):
                continue
            graph.complete(node.get("id"), node.get("members"), queries.FURTHER_MEMBERS)
            slugs.add(str(node["slug"]))
            records.append(_record(visit, "team", str(node["slug"]), node))
        yield Page(stream="teams", records=tuple(records), checkpoint="read")
        after = next_cursor(found)
        if after is None:
            break
    yield Sweep(kind="team", keys=frozenset(slugs))


def _record(visit: Visit, kind: str, key: str, body: dict[str, Any]) -> Record:
    return Record(kind=kind, key=key, body=body, fetched_at=visit.now)
