"""What the story's personnel office and its clones hold: files as this program documents them.

docs/reference/sources/events.md has the schemas of the lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from trueup.simulate.payloads.coding import import_stream
from trueup.simulate.payloads.instants import text
from trueup.simulate.payloads.story import Organisation, Repository

Payload = dict[str, Any]


def events(organisation: Organisation) -> dict[str, bytes]:
    """Return the lines on people and their teams, by the name of the file."""
    told = organisation.repositories.values()
    return {
        "person.jsonl": _lines(_people(organisation)),
        "membership.jsonl": _lines(line for one in told for line in _members(one)),
    }


def clone(repository: Repository) -> Iterator[bytes]:
    """Return what ``git fast-import`` makes a clone of: its branch, and heads of drafts."""
    folder = "pull" if repository.forge == "github" else "merge-requests"
    landed = [one.landed for one in repository.changes if one.landed is not None]
    drafts = {
        f"refs/{folder}/{one.number}/head": one.head
        for one in repository.changes
        if one.kind == "draft"
    }
    reached = {one.sha for one in landed}
    newest = [one for one in repository.history if one.sha in reached] or [repository.history[0]]
    return import_stream(repository.history, newest[-1].sha, drafts)


def _people(organisation: Organisation) -> Iterator[Payload]:
    for one in organisation.repositories.values():
        for actor, _, _ in one.members:
            yield {
                "kind": "person",
                "email": actor.email,
                "name": actor.name,
                one.forge: actor.login,
            }


def _members(one: Repository) -> Iterator[Payload]:
    for actor, joined, left in one.members:
        line = {"kind": "membership", "person": actor.email, "team": f"team-{one.team + 1:04d}"}
        spell = {"from": text(joined), "to": text(left)}
        yield line | {name: at for name, at in spell.items() if at is not None}


def _lines(said: Iterable[Payload]) -> bytes:
    return "".join(f"{json.dumps(line)}\n" for line in said).encode()
