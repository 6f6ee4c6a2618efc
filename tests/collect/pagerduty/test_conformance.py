"""PagerDuty keeps what every source must."""

from __future__ import annotations

from tests.collect.pagerduty.server import PagerDutyServer, entry, incident, reference
from trueup.collect.sources.pagerduty.source import SOURCE
from trueup.config import Connection, ServiceSettings, Settings
from trueup.testing.conformance import Case, Conformance
from trueup.testing.scripted import Answering


def filled() -> Answering:
    server = PagerDutyServer(page=3)
    at = "2026-03-02T10:0{}:00Z"
    server.put(
        incident(
            "PONE",
            at.format(0),
            resolved_at=at.format(9),
            priority=reference("priority", "P53ZZH5", "P2"),
            title="Broken by acme/shop#12",
        ),
        entry("trigger", at.format(0), channel={"type": "api", "details": {"at": "commit"}}),
        entry("acknowledge", at.format(3)),
        entry("acknowledge", at.format(4), agent=None),
        entry("resolve", at.format(9)),
    )
    server.put(incident("PTWO", at.format(5), teams=[]))
    merged = {"type": "merge_resolve_reason", "incident": reference("incident", "PONE", "x")}
    server.put(incident("PMERGED", at.format(6), resolved_at=at.format(7), resolve_reason=merged))
    for number in range(5):
        server.put(incident(f"PMORE{number}", f"2026-08-0{number + 1}T10:00:00Z"))
    return server.answer


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="pagerduty", targets=("*",)),
        server=filled,
        needed={"incident": ("id",)},
        settings=Settings(
            services=(ServiceSettings(name="checkout", repository="github.com/acme/shop"),)
        ),
    )
