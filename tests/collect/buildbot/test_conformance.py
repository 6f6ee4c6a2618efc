"""What every source must keep, asked of this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlencode

import httpx
import pytest

from tests.collect.buildbot.server import FORCED, BuildbotServer, stamp
from tests.collect.buildbot.visiting import connection
from trueup.collect.sources.buildbot import asking
from trueup.collect.sources.buildbot.source import SOURCE
from trueup.testing.conformance import Case, Conformance
from trueup.testing.scripted import Answer, Answering, Question


def served() -> Answering:
    """A builder of 12 builds, and one that deploys."""
    server = BuildbotServer(builders=["shop", "deploy-live"])
    for number in range(1, 10):
        server.put(number)
    server.put(10, 5, request=10)
    server.put(11, 2, request=10, reason=FORCED, properties={"owner": "Ada <ada@example.org>"})
    server.put(12, None)
    server.put(13, builder="deploy-live", stamps=[stamp(), stamp(codebase="lib")])
    server.put(14, builder="deploy-live", parent_buildid=11)

    def answer(question: Question) -> Answer:
        """Hand on what was asked; of repeated filters the question holds the last only."""
        reply = server.carry(httpx.Request("GET", f"http://x{question.path}?{_query(question)}"))
        return Answer(body=reply.json(), status=reply.status_code)

    return answer


def _query(question: Question) -> str:
    """Return the question without filters that may be repeated: more comes back than asked."""
    kept: Mapping[str, str] = {
        name: value
        for name, value in question.params.items()
        if name not in ("buildrequestid", "bsid")
    }
    return urlencode([*kept.items(), ("property", "got_revision")])


class TestConformance(Conformance):
    """See `trueup.testing.conformance`; pages are small, so that there are several."""

    @pytest.fixture(autouse=True)
    def _small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(asking, "PAGE", 5)

    case: ClassVar[Case] = Case(
        source=SOURCE,
        connection=connection(deployments={"deploy-*": "live"}),
        server=served,
        needed={"run": ("buildid",)},
    )
