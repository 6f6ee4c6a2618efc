"""What a project is: facts, owners of folders, releases."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from trueup.collect.forge.owners import Owners, owners_of
from trueup.collect.recorded import Fetched, Note, Page, Record, Sweep, Visit
from trueup.collect.sources.gitlab.asking.walking import Payload, all_of
from trueup.errors import SourceIncomplete

_FACTS = (
    *("id", "path_with_namespace", "default_branch", "http_url_to_repo", "created_at"),
    *("archived", "visibility"),
)
_RELEASE = ("tag_name", "released_at", "created_at", "upcoming_release")
_OWNERS = ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")


def about(visit: Visit, project: str) -> Payload:
    """Ask what a project is.

    Raises
    ------
    SourceUnavailable
        It is not there, or the token may not see it.
    """
    found = visit.web.get(project).json()
    if not isinstance(found, dict):
        raise SourceIncomplete(
            f"GitLab tells of {visit.target} in no form that is known.", hint="Collect again."
        )
    return found


def repository(visit: Visit, project: str, facts: Payload) -> Iterator[Fetched]:
    """Yield the project with the owners of its folders."""
    owners = _owners(visit, project) if facts.get("default_branch") else Owners([], 0)
    body = {name: facts[name] for name in _FACTS if name in facts}
    body["owners"] = owners.folders
    record = Record(kind="repository", key="repository", body=body, fetched_at=visit.now)
    yield Page(stream="repository", records=(record,), checkpoint="read")
    if owners.skipped:
        yield Note(
            subject="code owners",
            expected=len(owners.folders) + owners.skipped,
            seen=len(owners.folders),
            skipped=owners.skipped,
            reason="Some lines of CODEOWNERS are about files or patterns, not about folders.",
            remedy="Name the folders of a service in [[services]].",
        )


def releases(visit: Visit, project: str) -> Iterator[Fetched]:
    """Yield all releases: a new one may stand anywhere among them."""
    records, tags = [], set()
    for raw in all_of(visit.web, f"{project}/releases"):
        tag = raw.get("tag_name")
        if not isinstance(tag, str) or not tag or raw.get("upcoming_release") is True:
            continue
        tags.add(tag)
        body = {name: raw[name] for name in _RELEASE if name in raw}
        commit, assets = raw.get("commit"), raw.get("assets")
        body["commit"] = commit.get("id") if isinstance(commit, Mapping) else None
        links = assets.get("links") if isinstance(assets, Mapping) else None
        body["links"] = len(links) if isinstance(links, list) else 0
        records.append(Record(kind="release", key=tag, body=body, fetched_at=visit.now))
    yield Page(stream="releases", records=tuple(records), checkpoint="read")
    yield Sweep(kind="release", keys=frozenset(tags))


def _owners(visit: Visit, project: str) -> Owners:
    """Read the first of the files GitLab looks for."""
    paths = [f"{project}/repository/files/{quote(name, safe='')}?ref=HEAD" for name in _OWNERS]
    for _, reply in visit.web.many(paths):
        text = _content(reply.json()) if reply is not None else None
        if text is not None:
            return owners_of(text)
    return Owners([], 0)


def _content(raw: Any) -> str | None:
    content = raw.get("content") if isinstance(raw, Mapping) else None
    if not isinstance(content, str):
        return None
    try:
        return base64.b64decode(content).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None
