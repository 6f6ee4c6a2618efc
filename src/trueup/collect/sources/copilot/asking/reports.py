"""Reports of use, a day at a time: a day that is not there is a gap, and asked for again.

https://docs.github.com/en/rest/copilot/copilot-usage-metrics
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from trueup.collect.ai.reports.days import day_of, days
from trueup.collect.ai.reports.values import values_of
from trueup.collect.answers import mapping
from trueup.collect.recorded import Fetched, Note, Page, Record, Reply, Sweep, Visit
from trueup.collect.sources.copilot.door.usage import usage_records
from trueup.collect.sources.copilot.settings import Scope
from trueup.errors import SourceUnavailable

_STREAM = "reports"
_NO_CONTENT = 204
_ASKED_AGAIN = timedelta(days=28)
_IN_WORK = timedelta(days=3)
"""Reports are there within two days of the end of theirs: until then a day is no gap."""
_NAMED = 5
_KINDS = {"users": "user_day", "totals": "total_day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Reads the reports of one organisation or enterprise.

    Parameters
    ----------
    level
        As in `Options`.
    first
        First day to ask for.
    """

    visit: Visit
    scope: Scope
    level: str
    first: date

    def fetch(self) -> Iterator[Fetched]:
        """Yield the days that are new, and those missed before, oldest first; then the gaps."""
        state = json.loads(self.visit.checkpoint(_STREAM) or "{}")
        if state.get("level") != self.level:
            state = {}
            yield from self._other_level()
        missing = {date.fromisoformat(day) for day in state.get("missing", ())}
        yesterday = day_of(self.visit.now) - timedelta(days=1)
        following = self._following(state)
        for day, reply in self._asked(self._wanted(missing, following, yesterday)):
            records = self._records(reply)
            missing = missing - {day} if records is not None else missing | {day}
            following = max(following, day + timedelta(days=1))
            yield self._page(tuple(records or ()), missing, following)
        yield from self._gaps(missing, yesterday)

    def _wanted(self, missing: set[date], following: date, yesterday: date) -> list[date]:
        again = {day for day in missing if day > yesterday - _ASKED_AGAIN}
        return sorted(again.union(days(following, yesterday)))

    def _following(self, state: dict[str, Any]) -> date:
        if "next" not in state or self.visit.is_reconciling:
            return self.first
        return max(self.first, date.fromisoformat(state["next"]))

    def _asked(self, wanted: list[date]) -> Iterator[tuple[date, Reply | None]]:
        report = "users" if self.level == "users" else self.scope.report
        path = f"{self.scope.path}/copilot/metrics/reports/{report}-1-day"
        paths = {f"{path}?day={day}": day for day in wanted}
        for asked, reply in self.visit.web.many(paths):
            yield paths[asked], reply

    def _records(self, reply: Reply | None) -> list[Record] | None:
        """Return what the files of a report tell; None where there is no report."""
        if reply is None or reply.status == _NO_CONTENT:
            return None
        links: object = mapping(reply).get("download_links")
        found = links if isinstance(links, list) else []
        addresses = [one for one in found if isinstance(one, str)]
        if not addresses:
            return None
        try:
            files = [self.visit.web.download(address).content for address in addresses]
        except SourceUnavailable:
            return None
        told = [usage_records(value) for content in files for value in values_of(content)[0]]
        kind = _KINDS[self.level]
        return [record for records in told for record in records if record.kind == kind]

    def _page(self, records: tuple[Record, ...], missing: set[date], following: date) -> Page:
        state = {
            "level": self.level,
            "next": following.isoformat(),
            "missing": sorted(day.isoformat() for day in missing),
        }
        return Page(stream=_STREAM, records=records, checkpoint=json.dumps(state))

    def _other_level(self) -> Iterator[Sweep]:
        """Take away what was read at the other level: both are the same use."""
        for level, kind in _KINDS.items():
            if level != self.level and self.visit.known(kind):
                yield Sweep(kind=kind, keys=frozenset(), reason="read at another level")

    def _gaps(self, missing: set[date], yesterday: date) -> Iterator[Note]:
        gaps = sorted(day.isoformat() for day in missing if day <= yesterday - _IN_WORK)
        every = (yesterday - self.first).days + 1
        if gaps:
            more = f" and {len(gaps) - _NAMED} more" if len(gaps) > _NAMED else ""
            yield Note(
                subject="days of reports on Copilot",
                expected=every,
                seen=every - len(missing),
                skipped=len(gaps),
                reason=f"GitHub has no report of {', '.join(gaps[:_NAMED])}{more}: "
                "nothing is known of these days, which is not nothing done",
                remedy="They are asked for again for 28 days; see that the policy Copilot usage "
                "metrics is enabled.",
            )
