"""What tests of connections found, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trueup.collect.running.probing import Probe

_SHOWN = 4


def say_probes(probes: Sequence[Probe]) -> Iterator[str]:
    """Say of each connection whether it works, what it leads to and what its token lacks."""
    width = max((len(probe.name) for probe in probes), default=0)
    for probe in probes:
        seen = _seen(probe)
        yield f"{probe.name:<{width}}  {probe.state}{f': {seen}' if seen else ''}"
        if probe.hint:
            yield f"{'':<{width}}  {probe.hint}"
        for scope in probe.lacks:
            yield f"{'':<{width}}  The token lacks {scope.name}: {scope.opens} stay closed."


def _seen(probe: Probe) -> str:
    if probe.fact:
        return probe.fact
    names = [target_id if probe.source == "git" else name for name, target_id in probe.targets]
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
