"""Made-up findings for reports: a rich repository, a tiny one, an empty one, several at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from trueup.model.evidence import Abstention, Finding, Interval, Measurement, Window
from trueup.report import names
from trueup.report.document import Definition
from trueup.report.view import CoverageRow, Run, Subject
from trueup.units import ITEMS, LINES, PEOPLE, PER_WEEK, RATIO, SECONDS, Unit

DAY = 86_400.0
RUN = Run(
    tool_version="0.1.0",
    digest="b3c1f0a97d24",
    ran_at=1_763_700_000_000_000,
    command="trueup report example",
)
TOOLS = ("claude-code", "cursor", "copilot", "other tools")


def at(year: int, month: int) -> int:
    """Return the first instant of a month, epoch microseconds UTC."""
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * 1_000_000


YEAR = Window(start_at=at(2024, 1), end_at=at(2025, 11))


def months_of() -> list[tuple[str, Window]]:
    """Return the months of the window with their spans."""
    found = []
    for index in range(22):
        year, month = 2024 + index // 12, index % 12 + 1
        after = (year, month + 1) if month < 12 else (year + 1, 1)
        found.append((f"{year}-{month:02d}", Window(start_at=at(year, month), end_at=at(*after))))
    return found


def number(
    metric: str,
    value: float,
    unit: Unit,
    n: int,
    n_of: str,
    **rest: Any,
) -> Measurement:
    """Return a measurement of the group `rest`; without a ``spread`` it is a complete count."""
    spread, window = rest.pop("spread", None), rest.pop("window", YEAR)
    interval = None
    if spread is not None:
        interval = Interval(low=value - spread, high=value + spread, method="months resampled")
    return Measurement(
        metric=metric,
        version=1,
        value=value,
        unit=unit,
        interval=interval,
        no_interval_because="" if interval else "complete count",
        n=n,
        n_of=n_of,
        clusters=31 if interval else None,
        window=window,
        coverage=0.998,
        source="git",
        group=tuple(sorted(rest.items())),
        qualifier="at least" if metric.startswith("ai_marked") else "",
    )


def cannot(metric: str, reason: str, remedy: str, **group: str) -> Abstention:
    """Return an abstention."""
    return Abstention(
        metric=metric, reason=reason, remedy=remedy, group=tuple(sorted(group.items()))
    )


def exposure(scale: float, where: dict[str, str]) -> dict[str, list[Finding]]:
    """Return AI-marked shares that grow over time, split by tool."""
    shares: list[Finding] = [
        number(names.MARKED_COMMITS, 0.134 * scale, RATIO, 4312, "commits", **where)
    ]
    for index, (month, window) in enumerate(months_of()):
        rise = max(0.0, index - 4) / 17
        total = scale * 0.42 * rise**1.6
        shares.append(
            number(
                names.MARKED_COMMITS,
                total,
                RATIO,
                180 + 7 * index,
                "commits",
                spread=min(total, 0.02 * scale),
                window=window,
                month=month,
                **where,
            )
        )
        for weight, tool in zip((0.55, 0.22, 0.15, 0.08), TOOLS, strict=True):
            if rise > 0:
                shares.append(
                    number(
                        names.MARKED_COMMITS,
                        total * weight,
                        RATIO,
                        180 + 7 * index,
                        "commits",
                        window=window,
                        month=month,
                        tool=tool,
                        **where,
                    )
                )
    for weight, tool in zip((0.55, 0.22, 0.15, 0.08), TOOLS, strict=True):
        shares.append(
            number(
                names.MARKED_COMMITS,
                0.134 * scale * weight,
                RATIO,
                4312,
                "commits",
                tool=tool,
                **where,
            )
        )
    return {
        names.MARKED_COMMITS: shares,
        names.MARKED_ADDED_LINES: [
            number(names.MARKED_ADDED_LINES, 0.19 * scale, RATIO, 312_400, "added lines", **where)
        ],
        names.MARKED_SURVIVING_LINES: [
            number(names.MARKED_SURVIVING_LINES, 0.11 * scale, RATIO, 88_210, "lines", **where)
        ],
    }


def flow(scale: float, where: dict[str, str]) -> dict[str, list[Finding]]:
    """Return what lands, what is released, what waits, and how big it is."""
    landed: list[Finding] = [
        number(names.LANDED, 21.4 * scale, PER_WEEK, 2041, "changes", spread=2.2 * scale, **where)
    ]
    released: list[Finding] = [
        number(names.RELEASED, 20.8 * scale, PER_WEEK, 1990, "changes", spread=3.1, **where)
    ]
    waiting: list[Finding] = [
        number(names.IN_PROGRESS, 38.0 * scale, ITEMS, 2041, "changes", spread=6 * scale, **where)
    ]
    size: list[Finding] = []
    for quantile, value in (("0.5", 34.0), ("0.85", 240.0)):
        size.append(
            number(
                names.CHANGE_SIZE,
                value,
                LINES,
                2041,
                "changes",
                spread=value / 12,
                quantile=quantile,
                **where,
            )
        )
    for index, (month, window) in enumerate(months_of()):
        wave = scale * (21 + 4 * math.sin(index / 2.1))
        gap = scale * 3 * math.sin(index * 1.7)
        group = {"month": month, **where}
        n = int(4.3 * wave)
        landed.append(
            number(
                names.LANDED, wave, PER_WEEK, n, "changes", spread=3 * scale, window=window, **group
            )
        )
        released.append(
            number(names.RELEASED, wave - gap, PER_WEEK, n, "changes", window=window, **group)
        )
        waiting.append(
            number(
                names.IN_PROGRESS, 38 * scale + 3 * gap, ITEMS, n, "changes", window=window, **group
            )
        )
        for quantile, value in (("0.5", 28.0 + 1.4 * index), ("0.85", 190.0 + 9 * index)):
            size.append(
                number(
                    names.CHANGE_SIZE,
                    value,
                    LINES,
                    n,
                    "changes",
                    spread=value / 6,
                    window=window,
                    quantile=quantile,
                    **group,
                )
            )
    return {
        names.LANDED: landed,
        names.RELEASED: released,
        names.IN_PROGRESS: waiting,
        names.CHANGE_SIZE: size,
        names.LANDED_TO_RELEASED: [
            number(
                names.LANDED_TO_RELEASED,
                days * DAY,
                SECONDS,
                2041,
                "changes",
                spread=days * DAY / 7,
                quantile=quantile,
                **where,
            )
            for quantile, days in (("0.1", 0.4), ("0.25", 2.5), ("0.5", 9.0), ("0.85", 34.0))
        ],
        names.FIRST_COMMIT_TO_LANDED: [
            cannot(
                names.FIRST_COMMIT_TO_LANDED,
                "92 % of landings are squashed and the clone holds no pull-request refs.",
                "Fetch the pull-request refs, or connect the forge.",
                quantile=quantile,
                **where,
            )
            for quantile in ("0.5", "0.85")
        ],
    }


def quality(where: dict[str, str], *, few: bool = False) -> dict[str, list[Finding]]:
    """Return survival by origin with its difference, reverts, fixes, churn, ownership."""
    survival: list[Finding] = []
    difference: list[Finding] = []
    for age, unmarked, gap in (
        (14, 0.93, -0.01),
        (30, 0.89, -0.01),
        (90, 0.81, -0.02),
        (365, 0.66, 0.01),
    ):
        for origin, value in (("unmarked", unmarked), ("marked", unmarked + gap)):
            survival.append(
                number(
                    names.SURVIVAL,
                    value,
                    RATIO,
                    88_000,
                    "lines",
                    age_days=str(age),
                    spread=0.02 if origin == "unmarked" else 0.05,
                    origin=origin,
                    **where,
                )
            )
        too_few = cannot(
            names.SURVIVAL_DIFFERENCE,
            "Only 3 authors have AI-marked lines; the comparison needs 10 in each arm.",
            "More authors who mark their AI use, or more repositories together.",
            age_days=str(age),
            **where,
        )
        told = number(
            names.SURVIVAL_DIFFERENCE,
            gap,
            RATIO,
            88_000,
            "lines",
            spread=0.07,
            age_days=str(age),
            **where,
        )
        difference.append(too_few if few else told)
    return {
        names.SURVIVAL: survival,
        names.SURVIVAL_DIFFERENCE: difference,
        names.REVERTED: [
            number(names.REVERTED, 0.013, RATIO, 4312, "commits", spread=0.004, **where),
            number(
                names.REVERTED, 0.016, RATIO, 578, "commits", spread=0.009, origin="marked", **where
            ),
            number(
                names.REVERTED,
                0.012,
                RATIO,
                3734,
                "commits",
                spread=0.004,
                origin="unmarked",
                **where,
            ),
        ],
        names.FIX_FOLLOWED: [
            number(names.FIX_FOLLOWED, 0.21, RATIO, 2041, "changes", spread=0.03, **where),
            number(
                names.FIX_FOLLOWED,
                0.24,
                RATIO,
                280,
                "changes",
                spread=0.07,
                origin="marked",
                **where,
            ),
            number(
                names.FIX_FOLLOWED,
                0.205,
                RATIO,
                1761,
                "changes",
                spread=0.03,
                origin="unmarked",
                **where,
            ),
        ],
        names.CHURN: [
            number(names.CHURN, 0.62, RATIO, 312_400, "added lines", spread=0.06, **where)
        ],
        names.OWNERS: [number(names.OWNERS, 4, PEOPLE, 212, "people", **where)],
    }


def rich(name: str = "", scale: float = 1.0, *, few: bool = False) -> dict[str, list[Finding]]:
    """Return all there can be from git alone, for one repository or (no name) for everything."""
    where = {"repository": name} if name else {}
    return {**exposure(scale, where), **flow(scale, where), **quality(where, few=few)}


def tiny(name: str = "example/tiny") -> dict[str, list[Finding]]:
    """Return a repository of one author: little can be said, nothing about groups."""
    where = {"repository": name}
    why, remedy = (
        "1 author is fewer than the 5 a split needs.",
        "More authors, or more repositories.",
    )
    return {
        names.MARKED_COMMITS: [
            number(names.MARKED_COMMITS, 0.5, RATIO, 12, "commits", **where),
            cannot(names.MARKED_COMMITS, why, remedy, tool="claude-code", **where),
        ],
        names.LANDED: [number(names.LANDED, 0.8, PER_WEEK, 12, "changes", spread=0.5, **where)],
        names.LANDED_TO_RELEASED: [
            cannot(
                names.LANDED_TO_RELEASED,
                "There is no release tag.",
                "Tag releases.",
                quantile="0.5",
                **where,
            )
        ],
        names.SURVIVAL: [
            cannot(names.SURVIVAL, why, remedy, age_days="90", origin="marked", **where)
        ],
        names.OWNERS: [number(names.OWNERS, 1, PEOPLE, 1, "people", **where)],
    }


def empty(name: str = "example/empty") -> dict[str, list[Finding]]:
    """Return a repository without a commit."""
    why, remedy = "The repository has no commits.", "Commit something."
    where = {"repository": name}
    return {
        metric: [cannot(metric, why, remedy, **where)]
        for metric in (names.MARKED_COMMITS, names.LANDED, names.SURVIVAL_DIFFERENCE)
    }


def unmarked(name: str = "example/unmarked") -> dict[str, list[Finding]]:
    """Return a busy repository without a single AI mark."""
    found = rich(name)
    where = {"repository": name}
    found[names.MARKED_COMMITS] = [
        number(names.MARKED_COMMITS, 0.0, RATIO, 4312, "commits", **where),
        *(
            number(
                names.MARKED_COMMITS,
                0.0,
                RATIO,
                190,
                "commits",
                window=window,
                month=month,
                **where,
            )
            for month, window in months_of()
        ),
    ]
    found[names.SURVIVAL] = [
        number(
            names.SURVIVAL,
            value,
            RATIO,
            88_000,
            "lines",
            spread=0.02,
            age_days=age,
            origin="unmarked",
            **where,
        )
        for age, value in (("14", 0.93), ("30", 0.89), ("90", 0.81), ("365", 0.66))
    ]
    no_arm = cannot(
        names.SURVIVAL_DIFFERENCE,
        "No line carries an AI mark.",
        "Mark AI use in commits.",
        age_days="90",
        **where,
    )
    found[names.SURVIVAL_DIFFERENCE] = [no_arm]
    for metric in (names.MARKED_ADDED_LINES, names.MARKED_SURVIVING_LINES):
        found[metric] = [number(metric, 0.0, RATIO, 312_400, "lines", **where)]
    for metric in (names.REVERTED, names.FIX_FOLLOWED):
        found[metric] = [each for each in found[metric] if "origin" not in dict(each.group)]
    return found


def together(*parts: dict[str, list[Finding]]) -> dict[str, list[Finding]]:
    """Return the findings of several repositories in one mapping."""
    merged: dict[str, list[Finding]] = {}
    for part in parts:
        for metric, findings in part.items():
            merged.setdefault(metric, []).extend(findings)
    return merged


def subjects(*names_: str) -> tuple[Subject, ...]:
    """Return repositories by name."""
    return tuple(
        Subject(repository_id=name, name=name, head="4f2a9c1be07d65f3a1c2b4d5e6f708192a3b4c5d")
        for name in names_
    )


def coverage(*names_: str) -> list[CoverageRow]:
    """Return coverage rows: one complete, one with a hole, one with nothing known."""
    rows = []
    for name in names_:
        rows += [
            CoverageRow(repository_id=name, subject="commits", expected=4312, seen=4312, skipped=0),
            CoverageRow(
                repository_id=name,
                subject="file diffs",
                expected=19_204,
                seen=19_170,
                skipped=34,
                reason="binary",
                remedy="",
            ),
            CoverageRow(
                repository_id=name,
                subject="first commit of changes",
                expected=2041,
                seen=163,
                skipped=1878,
                reason="squash landings without pull-request refs",
                remedy="Fetch refs/pull/*/head.",
            ),
            CoverageRow(
                repository_id=name, subject="git-ai notes", expected=None, seen=0, skipped=0
            ),
        ]
    return rows


def definitions(found: dict[str, list[Finding]]) -> Sequence[Definition]:
    """Return a definition for every metric found."""
    return [
        Definition(
            metric=metric,
            version=1,
            question=f"What would a reader ask about {metric.replace('_', ' ')}?",
            definition="Every row of the window counts once, in the month it landed.",
            unit=metric.rsplit("_", 1)[-1],
            kind="flow",
            references=("Kaplan and Meier (1958), doi:10.2307/2281868",),
            caveats=("It is an association.",),
        )
        for metric in found
    ]
