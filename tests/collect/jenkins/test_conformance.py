"""What every source must keep, asked of this one."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pytest

from tests.collect.jenkins.drawn import (
    TIMED,
    after,
    build,
    by,
    caused,
    checked_out,
    given,
    junit,
    library,
    queued,
    replayed,
    revision,
    running,
    used,
)
from tests.collect.jenkins.server import BRANCHES, Item, JenkinsServer
from tests.collect.jenkins.visiting import connection
from trueup.collect.sources.jenkins.asking import builds as asking
from trueup.collect.sources.jenkins.source import SOURCE
from trueup.testing.conformance import Case, Conformance
from trueup.testing.scripted import Answering

OPTIONS = {
    "deployments": {"deploy": "$TO"},
    "commit": "COMMIT",
    "repositories": {"deploy": "github.com/acme/shop"},
}
SHA = "ab" * 20


def served() -> Answering:
    """A job of 12 builds, one with branches, one that deploys."""
    server = JenkinsServer()
    shop = server.job("team/shop")
    for number in range(1, 10):
        shop.put(build(number))
    shop.put(build(10, caused(by("ada", "Ada Lovelace")), checked_out(), junit(9, 1, 2)))
    shop.put(build(11, caused(by("ada"), replayed(10)), library(), checked_out(), queued(900)))
    shop.put(running(12, caused(TIMED), checked_out()))
    branches = server.job("web", BRANCHES)
    branches.below["PR-7"] = Item().put(build(1, revision(pullHash=SHA)))
    branches.below["main"] = Item().put(build(1), build(2))
    deploy = server.job("deploy")
    deploy.put(build(1, caused(after("team/shop", 3)), given(TO="Live", COMMIT=SHA, KEY="x")))
    deploy.put(build(2, given(TO="Live", COMMIT=SHA), fingerprint=[used("team/shop", 3)]))
    return server.answer


class TestConformance(Conformance):
    """See `trueup.testing.conformance`; pages are small, so that there are several."""

    @pytest.fixture(autouse=True)
    def _small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(asking, "PAGE", 5)
        monkeypatch.setattr(asking, "NUMBERS", 8)

    case: ClassVar[Case] = Case(
        source=SOURCE,
        connection=replace(connection(**OPTIONS), user="reader"),
        server=served,
        needed={"run": ("number", "job")},
    )
