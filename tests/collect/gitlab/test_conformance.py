"""What every source must keep, asked of this one."""

from __future__ import annotations

from typing import ClassVar

from tests.collect.gitlab.drawn import commit, issue, opened
from tests.collect.gitlab.world import world
from trueup.collect.sources.gitlab.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance
from trueup.testing.scripted import Answering


def served() -> Answering:
    """A project with one of everything and some more, and its groups."""
    server = world()
    one = server.projects["acme/shop"]
    for number in range(10, 40):
        one.put(opened(number), commits=[commit("c3", "2024-03-04T08:00:00Z")])
    for number in range(100, 105):
        one.put_issue(issue(number))
    return server.answer


class TestConformance(Conformance):
    """See `trueup.testing.conformance`."""

    case: ClassVar[Case] = Case(
        source=SOURCE,
        connection=Connection(source="gitlab", targets=("acme/shop",)),
        server=served,
        needed={
            "change": ("iid",),
            "issue": ("iid",),
            "epic": ("iid", "group"),
            "run": ("id",),
            "deployment": ("id",),
            "release": ("tag_name",),
            "team": ("full_path",),
            "repository": ("path_with_namespace",),
        },
    )
