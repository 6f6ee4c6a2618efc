"""A scripted Alertmanager: one function, a question in, an answer out.

It answers in the documented forms (api/v2/openapi.yaml of github.com/prometheus/alertmanager),
and like the real one, which tests/contract/check_alertmanager.py starts, it forgets an alert the
moment it is over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from trueup.testing.scripted import Answer, Question

Payload = dict[str, Any]
BEGUN = "2026-09-21T10:00:00.000Z"
UNTIL = "2026-09-21T14:18:00.000Z"


def alert(
    fingerprint: str, *, starts_at: str = BEGUN, ends_at: str = UNTIL, **more: Any
) -> Payload:
    """Return an active alert of severity critical; `more` stands for labels."""
    labels = {"alertname": "Down", "severity": "critical", "service": "checkout", **more}
    return {
        "annotations": {"summary": "It is down.", "description": "It does not answer."},
        "endsAt": ends_at,
        "fingerprint": fingerprint,
        "receivers": [{"name": "pager"}],
        "startsAt": starts_at,
        "status": {"inhibitedBy": [], "silencedBy": [], "state": "active"},
        "updatedAt": starts_at,
        "generatorURL": "http://prometheus.acme.example/graph?g0.expr=up",
        "labels": {name: value for name, value in labels.items() if value is not None},
    }


def silenced(one: Payload) -> Payload:
    """Return the alert silenced."""
    return one | {"status": {"inhibitedBy": [], "silencedBy": ["a1"], "state": "suppressed"}}


@dataclass
class AlertmanagerServer:
    """Alerts that are active."""

    alerts: list[Payload] = field(default_factory=list)

    def answer(self, question: Question) -> Answer:
        """Answer a question."""
        if question.path.endswith("/api/v2/status"):
            return Answer(body={"cluster": {"status": "disabled"}, "versionInfo": {"version": "x"}})
        assert question.path.endswith("/api/v2/alerts"), question.path
        found = self.alerts
        if question.params.get("silenced") == "false":
            found = [one for one in found if not one["status"]["silencedBy"]]
        if question.params.get("inhibited") == "false":
            found = [one for one in found if not one["status"]["inhibitedBy"]]
        if "filter" in question.params:
            asked = re.fullmatch(r'(\w+)=~"(.*)"', question.params["filter"])
            if asked is None:
                return Answer(status=400, body="bad matcher format")
            name, form = asked.groups()
            found = [one for one in found if re.fullmatch(form, one["labels"].get(name, ""))]
        return Answer(body=found)
