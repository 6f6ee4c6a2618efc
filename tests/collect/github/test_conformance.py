"""What every source must keep, asked of this one."""

from __future__ import annotations

from typing import ClassVar

from tests.collect.github.drawn import ADA, BOB, issue, pull, release, team
from tests.collect.github.test_damage import whole_world
from trueup.collect.sources.github.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance
from trueup.testing.scripted import Answering


def world() -> Answering:
    """A repository with one of everything and some more, and a team."""
    server = whole_world()
    one = server.repositories["acme/shop"]
    one.files["CODEOWNERS"] = "* @acme/core\n"
    one.put(*(pull(number, author=ADA) for number in range(10, 40)))
    one.put(*(issue(number) for number in range(100, 105)))
    one.releases.append(release("v2", "2024-04-07T00:00:00Z", releaseAssets={"totalCount": 1}))
    server.teams = {"acme": [team("core", [BOB]), team("web", [ADA], "core")]}
    return server.answer


class TestConformance(Conformance):
    """See `trueup.testing.conformance`."""

    case: ClassVar[Case] = Case(
        source=SOURCE,
        connection=Connection(source="github", targets=("acme/shop",)),
        server=world,
        needed={
            "change": ("number",),
            "issue": ("number",),
            "run": ("id",),
            "deployment": ("id",),
            "release": ("tagName",),
            "team": ("slug",),
            "repository": ("nameWithOwner",),
        },
    )
