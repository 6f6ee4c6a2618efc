"""Look-ups by metric and slice that answer with an abstention, never with a hole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from trueup.model.evidence import Abstention, Finding, Group, Measurement, Window

Findings = Mapping[str, Sequence[Finding]]
"""Every finding of a run, by metric name; the group of each says which slice it speaks of."""

REPOSITORY = "repository"


def _is_whole(window: Window | None) -> bool:
    return window is None or window.days >= WHOLE_MONTH_DAYS


def without_repository(group: Group) -> Group:
    """Return the slice within its repository."""
    return tuple(pair for pair in group if pair[0] != REPOSITORY)


WHOLE_MONTH_DAYS = 27
FEWEST_WHOLE = 3
F = TypeVar("F", Measurement, Finding)


def whole_months(findings: Sequence[F]) -> tuple[F, ...]:
    """Leave out months that are stubs, unless almost nothing would be left.

    A rate over the first days of a month swings too far to be drawn beside whole months.
    """
    whole = tuple(each for each in findings if _is_whole(each.window))
    return whole if len(whole) >= FEWEST_WHOLE else tuple(findings)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The findings of one repository, or of all together.

    Parameters
    ----------
    findings
        By metric name.
    repository
        Whose; None for the findings that speak of everything together.
    """

    findings: Findings
    repository: str | None = None

    def of(self, metric: str) -> tuple[Finding, ...]:
        """Return the findings of a metric in this scope, in the order measured."""
        return tuple(f for f in self.findings.get(metric, ()) if self._owns(f.group))

    def one(self, metric: str, **fixed: str) -> Finding:
        """Return the one finding whose slice is exactly `fixed`, or why there is none.

        Where a whole could not be told, its abstention also speaks for its parts.
        """
        wanted = tuple(sorted(fixed.items()))
        wholes: list[Abstention] = []
        for finding in self.of(metric):
            group = without_repository(finding.group)
            if tuple(sorted(group)) == wanted:
                return finding
            if isinstance(finding, Abstention) and set(group) <= set(wanted):
                wholes.append(finding)
        if wholes:
            return max(wholes, key=lambda each: len(each.group))
        return Abstention(
            metric=metric,
            reason="It was not measured in this run.",
            remedy="Run the report with a version that measures it.",
            group=wanted,
        )

    def many(self, metric: str, *over: str, **fixed: str) -> tuple[Finding, ...]:
        """Return the findings split by exactly `over`, at `fixed` members of other dimensions."""
        dimensions = {*over, *fixed}
        return tuple(
            finding
            for finding in self.of(metric)
            if {name for name, _ in without_repository(finding.group)} == dimensions
            and fixed.items() <= dict(finding.group).items()
        )

    def measured(self, metric: str, *over: str, **fixed: str) -> tuple[Measurement, ...]:
        """Return only what could be measured of `many`."""
        found = self.many(metric, *over, **fixed)
        return tuple(each for each in found if isinstance(each, Measurement))

    def _owns(self, group: Group) -> bool:
        owner = dict(group).get(REPOSITORY)
        return owner == self.repository
