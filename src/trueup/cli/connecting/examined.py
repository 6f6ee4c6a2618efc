"""What an examination of the workspace found, as lines for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trueup.cli.connecting.probes import say_probes

if TYPE_CHECKING:
    from trueup.report.doctor import Examination, Hole, Missing, TargetSeen
    from trueup.store.raw.sizes import ArchiveSize

_WIDTH = 98


def say_examination(found: Examination) -> Iterator[str]:
    """Say what is connected, what is missing and what that costs, and what is kept raw."""
    yield f"Workspace: {found.workspace}"
    yield ""
    yield "Connected" if found.connections else "No connection is named in trueup.toml."
    for connected in found.connections:
        for line in say_probes([connected.probe]):
            yield f"  {line}"
        yield from _targets(connected.targets)
    if found.others:
        yield "In the workspace, and of no connection"
        yield from _targets(found.others)
    if found.apart:
        yield "Not tied to records of others"
    for each in found.apart:
        yield from _wrapped(f"{each.name}, {_hole(each.hole, 'tied')}", "  - ", "    ")
    yield ""
    yield f"The records are here for {found.answered} of {found.metrics} metrics."
    for missing in found.missing:
        yield ""
        yield from _missing(missing)
    yield ""
    yield from _raw(found.raw, found.retention_days)


def _targets(targets: Iterable[TargetSeen]) -> Iterator[str]:
    for target in targets:
        if target.collected_at is None:
            yield f"    {target.name}: never collected"
            continue
        at = datetime.fromtimestamp(target.collected_at / 1_000_000, UTC)
        skipped = f", {target.skipped:,} skipped" if target.skipped else ""
        yield (
            f"    {target.name} ({target.source}): collected {at:%Y-%m-%d %H:%M} UTC, "
            f"{target.rows:,} rows{skipped}"
        )
        for hole in target.holes:
            yield from _wrapped(_hole(hole), "      - ", "        ")


def _hole(hole: Hole, seen: str = "seen") -> str:
    of = f" of {hole.expected:,}" if hole.expected is not None else ""
    skipped = f", {hole.skipped:,} skipped" if hole.skipped and seen == "seen" else ""
    reason = f"{hole.reason.rstrip('.')}."
    return f"{hole.subject}: {hole.seen:,}{of} {seen}{skipped}; {reason} {hole.remedy}".rstrip()


def _missing(missing: Missing) -> Iterator[str]:
    lack = missing.lack
    costs = _costs(len(lack.metrics), len(lack.rows), lack.split)
    yield from _wrapped(f"No {lack.what}: {costs}", "", "  ")
    if lack.metrics:
        yield from _wrapped(f"metrics: {', '.join(lack.metrics)}", "  ", "    ")
    if lack.rows:
        yield from _wrapped(f"published rows: {', '.join(lack.rows)}", "  ", "    ")
    if missing.asked:
        yield f"  Asked, and without any: {', '.join(missing.asked)}."
    can = f" Can bring them: {', '.join(missing.sources)}." if missing.sources else ""
    yield from _wrapped(f"{lack.remedy}{can}", "  ", "  ")
    if missing.command:
        yield f"  {missing.command}"


def _costs(metrics: int, rows: int, split: str) -> str:
    said = []
    if metrics:
        said.append(f"{metrics} {'metric abstains' if metrics == 1 else 'metrics abstain'}")
    if rows:
        said.append(f"{rows} published {'row' if rows == 1 else 'rows'} cannot be compared")
    if split:
        said.append(f"nothing can be split by {split}")
    return ", ".join(said) + "."


def _raw(sizes: Sequence[ArchiveSize], retention_days: int) -> Iterator[str]:
    kept = f"for {retention_days:,} days" if retention_days else "for ever"
    yield f"Raw records are kept {kept} ([raw] retention_days in trueup.toml)."
    for size in sizes:
        since = ""
        if size.oldest_at is not None:
            since = f", since {datetime.fromtimestamp(size.oldest_at / 1_000_000, UTC):%Y-%m-%d}"
        dropped = f", {size.dropped:,} past their time" if size.dropped else ""
        yield (
            f"  {size.source} {size.target}: {_bytes(size.size_bytes)}, "
            f"{size.records:,} records{dropped}{since}"
        )


def _bytes(size: int) -> str:
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"


def _wrapped(text: str, first: str, then: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=then,
        break_long_words=False,
        break_on_hyphens=False,
    )
