"""What one visit must know of those before it, beside the sessions themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Self

from trueup.collect.recorded import Note
from trueup.collect.sources.otlp.reading.series import Series

_MOST_NAMES = 200
_TOLD = 5


@dataclass(slots=True, kw_only=True)
class State:
    """Where reading stands, and what was left out since the first line.

    Parameters
    ----------
    ends
        Byte after the last line read, by segment.
    series
        Counters that only grow.
    requests
        Services that tell of requests one by one.
    days
        By service, groups of its metrics that may repeat them.
    seen, damaged
        Records that came, and lines and records that could not be read.
    repeated, others, unknown, dropped
        Records and attributes that were left out, by name.
    """

    ends: dict[str, int] = field(default_factory=dict)
    series: Series = field(default_factory=lambda: Series({}))
    requests: dict[str, bool] = field(default_factory=dict)
    days: dict[str, list[str]] = field(default_factory=dict)
    seen: int = 0
    damaged: int = 0
    repeated: dict[str, int] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, checkpoint: str | None) -> Self:
        """Return what a checkpoint says; a new beginning where there is none."""
        said = json.loads(checkpoint) if checkpoint else {}
        return cls(**{**said, "series": Series(said.get("series", {}))})

    def checkpoint(self) -> str:
        """Return it as a checkpoint."""
        names = (
            *("ends", "requests", "days", "seen", "damaged"),
            *("repeated", "others", "unknown", "dropped"),
        )
        said = {name: getattr(self, name) for name in names}
        return json.dumps({**said, "series": self.series.said()})

    def count_line(self, line: dict[str, Any]) -> None:
        """Count what the receiver did not keep."""
        for name in ("others", "dropped", "unknown"):
            told = line.get(name)
            counts = getattr(self, name)
            for key, count in told.items() if isinstance(told, dict) else ():
                more = count[1] if isinstance(count, list) and len(count) > 1 else count
                if isinstance(more, int) and (key in counts or len(counts) < _MOST_NAMES):
                    counts[key] = counts.get(key, 0) + more

    def met_requests(self, service: str) -> None:
        """Remember that a service tells of requests one by one."""
        self.requests.setdefault(service, False)

    def met_metrics(self, service: str, key: str) -> bool:
        """Say whether metrics repeat what the service tells elsewhere; remember them if not."""
        if service in self.requests:
            return True
        known = self.days.setdefault(service, [])
        if key not in known:
            known.append(key)
        return False

    def newly_repeated(self) -> list[str]:
        """Return groups of metrics that turned out to repeat requests, each once."""
        found = []
        for service, is_settled in self.requests.items():
            if not is_settled:
                found += self.days.pop(service, [])
                self.requests[service] = True
        return found

    def notes(self) -> list[Note]:
        """Return what is to be told of it."""
        left = sum(self.others.values())
        came = self.seen + left
        notes = [
            _note(
                "damaged records of otlp",
                came,
                self.damaged,
                "they cannot be read",
                "Damaged lines of the folder are passed over.",
            ),
            _note(
                "repeated records of otlp",
                came,
                sum(self.repeated.values()),
                f"other signals tell it better: {_listed(self.repeated)}",
                "Send the signals that the page of this source names; leave the rest out.",
            ),
            _note(
                "other records of otlp",
                came,
                left,
                f"no table has a place for {_listed(self.others)}",
                "",
            ),
            _note(
                "attributes of otlp with text",
                None,
                sum(self.dropped.values()),
                f"dropped unread: {_listed(self.dropped)}",
                "Switch prompts and tool details off where they are not needed.",
            ),
            _note(
                "unknown attributes of otlp",
                None,
                sum(self.unknown.values()),
                f"kept without values: {_listed(self.unknown)}",
                "",
            ),
        ]
        return [note for note in notes if note.skipped]


def _note(subject: str, expected: int | None, count: int, reason: str, remedy: str) -> Note:
    seen = max((expected or 0) - count, 0)
    return Note(
        subject=subject,
        expected=expected,
        seen=seen,
        skipped=count,
        reason=reason,
        remedy=remedy,
    )


def _listed(counts: dict[str, int]) -> str:
    most = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_TOLD]
    more = len(counts) - len(most)
    return ", ".join(name for name, _ in most) + (f" and {more} more" if more > 0 else "")
