"""One small organisation, collected once for every test that looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import pytest_socket

from tests.ring.serving import Site, site
from trueup.simulate.payloads.story import Organisation
from trueup.simulate.payloads.telling import tell
from trueup.simulate.scenario import Scenario, Use, Work
from trueup.workspace import Workspace

SMALL = Scenario(
    teams=4,
    people_per_team=3,
    weeks=9,
    seed=31,
    is_detailed=False,
    use=Use(first_week=2, last_week=4, unmarked_ratio=0.2, assisted_ratio=0.9, users_ratio=1.0),
    work=Work(incident_ratio=0.15, revert_ratio=0.1, mend_ratio=0.2),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A story, and the workspace it was collected into from its servers."""

    told: Organisation
    site: Site
    workspace: Workspace


@pytest.fixture(scope="session")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ring]:
    """Tell, serve, collect, link."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"])
    folder = tmp_path_factory.mktemp("ring")
    told = tell(SMALL)
    with site(told, folder) as there:
        workspace = Workspace(folder / ".trueup", there.settings)
        collected = workspace.collect([there.clones])
        assert collected.failed == ()
        yield Ring(told=told, site=there, workspace=workspace)
