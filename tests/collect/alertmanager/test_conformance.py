"""Alertmanager keeps what every source must."""

from __future__ import annotations

from tests.collect.alertmanager.server import AlertmanagerServer, alert, silenced
from trueup.collect.sources.alertmanager.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance
from trueup.testing.scripted import Answering


def filled() -> Answering:
    server = AlertmanagerServer(
        [
            alert("20373fcf59a94250", team="basket", environment="prod"),
            alert("96c936deb520cf42", starts_at="2026-09-21T12:00:00+02:00", service=None),
            alert("ab73c766571453fe", severity="info"),
            silenced(alert("00000000000000aa")),
        ]
    )
    server.alerts[1]["annotations"]["cause"] = "acme/shop#12"
    return server.answer


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="alertmanager", url="https://alerts.acme.example"),
        server=filled,
        needed={"alert": ("key",)},
    )
