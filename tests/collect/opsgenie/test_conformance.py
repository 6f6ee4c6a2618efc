"""Opsgenie keeps what every source must."""

from __future__ import annotations

from tests.collect.opsgenie.server import PAY, SHOP, TEAM, OpsgenieServer, alert, incident
from trueup.collect.sources.opsgenie.source import SOURCE
from trueup.config import Connection, ServiceSettings, Settings
from trueup.testing.conformance import Case, Conformance
from trueup.testing.scripted import Answering


def filled() -> Answering:
    server = OpsgenieServer(page=3)
    at = "2026-09-20T10:0{}:00.5Z"
    over = {"status": "resolved", "impactEndDate": at.format(9)}
    cause = {"description": "Since acme/shop#12", "impactedServices": [SHOP, PAY]}
    server.put(
        incident("i-1", at.format(0), **over, **cause, ownerTeam=TEAM),
        incident("i-2", at.format(1), responders=[], impactedServices=[]),
        incident("i-3", at.format(2), status="closed"),
        *(incident(f"i-{4 + n}", f"2026-09-1{n}T10:00:00Z", priority="P5") for n in range(4)),
        alert("a-1", at.format(3), status="closed", report={"ackTime": 9000, "closeTime": 60503}),
        alert("a-2", at.format(4), tags=[]),
    )
    return server.answer


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="opsgenie", targets=("*",), options={"alerts": "P1"}),
        server=filled,
        needed={"incident": ("id",), "alert": ("id",)},
        settings=Settings(
            services=(ServiceSettings(name="checkout", repository="github.com/acme/shop"),)
        ),
    )
