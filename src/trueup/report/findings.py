"""Look-ups by metric and slice that answer with an abstention, never with a hole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trueup.model.evidence import Abstention, Finding, Group, Measurement

Findings = Mapping[str, Sequence[Finding]]
"""Every finding of a run, by metric name; the group of each says which slice it speaks of."""

REPOSITORY = "repository"


def without_repository(group: Group) -> Group:
    """Return the slice within its repository."""
    return tuple(pair for pair in group if pair[0] != REPOSITORY)


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
        """Return the one finding whose slice is exactly `fixed`, or why there is none."""
        wanted = tuple(sorted(fixed.items()))
        for finding in self.of(metric):
            if tuple(sorted(without_repository(finding.group))) == wanted:
                return finding
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
