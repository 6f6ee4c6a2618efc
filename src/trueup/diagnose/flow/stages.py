"""Stages by the counts that tell of them, and how likely each limits a fitted team."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from trueup.diagnose.flow.counting import Counting
from trueup.diagnose.flow.queueing import Queue, Queued, queued
from trueup.model.evidence import Abstention
from trueup.simulate.flow.calibrating import Calibrated
from trueup.simulate.flow.closed_forms import capacity
from trueup.simulate.flow.network import Pushed
from trueup.simulate.flow.recorded import Recorded
from trueup.simulate.flow.team import network_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage and where its counts are.

    Parameters
    ----------
    came, left, waiting
        Names of sums of `trueup.simulate.flow.recorded.Recorded`.
    pool
        Who works there, as a fitted team calls them.
    """

    came: str
    left: str
    waiting: str
    pool: str


STAGES: Mapping[str, Stage] = MappingProxyType(
    {
        "deployment": Stage(
            came="to_deploy", left="deployed", waiting="undeployed", pool="deployment"
        ),
        "checks": Stage(came="queued", left="started", waiting="in_line", pool="checks"),
        "review": Stage(came="for_review", left="reviewed", waiting="in_review", pool="reviewers"),
        "coding": Stage(came="filed", left="begun", waiting="unbegun", pool="coders"),
    }
)
"""The last first: what a later stage cannot take, an earlier one has done already."""
_STILL_WEEKS = 4


def looked_at(records: Recorded, counting: Counting) -> dict[str, Queued | Abstention]:
    """Return each stage that left a record by its counts."""
    found: dict[str, Queued | Abstention] = {}
    for name, stage in STAGES.items():
        if not records.total(stage.left):
            continue
        queue = Queue(
            came=records.sums[stage.came],
            left=records.sums[stage.left],
            waiting=records.sums[stage.waiting],
        )
        found[name] = queued(queue, counting, metric=name)
        if not queue.left[:, -_STILL_WEEKS:].any():
            found[name] = Abstention(
                metric=name,
                reason=f"Nothing left {name} in the last {_STILL_WEEKS} weeks: its records may "
                "have stopped.",
                remedy="Look whether its source is still collected.",
            )
    return found


def chances(calibrated: Calibrated) -> dict[str, float]:
    """Return how likely each pool of a fitted team limits what it can finish."""
    networks = [network_of(team, Pushed()) for team in calibrated.pushed]
    limits = Counter(network.pools[capacity(network).pool].called for network in networks)
    return {pool: count / len(networks) for pool, count in limits.items()}
