"""Plain files keep what every source must."""

from __future__ import annotations

from tests.collect.events.writing import SHA
from trueup.collect.sources.events.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance

DEPLOYMENTS = f"""id,service,repository,commit,started_at,finished_at,outcome
d-1,till,github.com/acme/shop,{SHA},2026-03-02T09:00:00+01:00,2026-03-02T09:05:00+01:00,success
d-2,till,github.com/acme/shop,,,2026-03-03T09:05:00+01:00,failure
d-3,till,github.com/acme/shop,,,yesterday,
"""
INCIDENTS = """{"id": "i-1", "service": "till", "opened_at": "2026-03-02T10:00:00Z", "deployment": "d-1"}
{"id": "i-2", "opened_at": "2026-03-05T10:00:00Z", "resolved_at": "2026-03-05T11:00:00Z"}
"""  # noqa: E501 - a line of a file is a line
MEMBERSHIPS = """person;team;parent_team;from;to
ada@example.org;Basket;Shop;2026-01-01;2026-03-31
ada@example.org;Till;Shop;2026-04-01;
bob@example.org;Basket;Shop;;
"""
PEOPLE = "email,name,github,other_emails\nada@example.org,Ada,ada,ada@home.example\n"
SERVICES = "service,repository,path,team\ntill,github.com/acme/shop,till,Till\n"
POLICIES = "id,policy,tool,from,to\np-1,roll_out,claude_code,2026-02-01,\n"
RUNS = "id,repository,finished_at,outcome,tests_run\nr-1,github.com/acme/shop,2026-03-02T09:00:00Z,success,7\n"  # noqa: E501 - as above
INVOICES = (
    "id,tool,amount,currency,from,to,team\n2026-03,cursor,1234.50,EUR,2026-03-01,2026-03-31,Till\n"
)
SEATS = "id,tool,person,plan,from,amount,currency\ns-1,copilot,ada@example.org,Business,2026-01-01,19,USD\n"  # noqa: E501 - as above
OUTAGES = "id,why,tool,started_at,ended_at\no-1,outage,claude-code,2026-03-02T09:10:00Z,2026-03-02T15:40:00Z\n"  # noqa: E501 - as above
ANSWERS = "survey,asked,group,felt_time_saved,unaided_1,unaided_2,unaided_3\n" + "".join(
    f"pulse,2026-03-02,Till,{saved},{1 + saved % 5},4,\n" for saved in range(-5, 9)
)
ASKED = "survey,asked,group,invited\npulse,2026-03-02,Till,20\npulse,2026-03-02,,20\n"
TOTALS = "survey,asked,measure,value,answered\npulse,2026-03-02,dxi,71.5,14\n"


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="events", targets=("events",)),
        files={
            "events/deployments.csv": DEPLOYMENTS.encode(),
            "events/incidents.jsonl": INCIDENTS.encode(),
            "events/memberships.csv": MEMBERSHIPS.encode(),
            "events/people.csv": PEOPLE.encode(),
            "events/services.csv": SERVICES.encode(),
            "events/policies.csv": POLICIES.encode(),
            "events/runs.csv": RUNS.encode(),
            "events/invoices.csv": INVOICES.encode(),
            "events/seats.csv": SEATS.encode(),
            "events/outages.csv": OUTAGES.encode(),
            "events/surveys.csv": ANSWERS.encode(),
            "events/survey-groups.csv": ASKED.encode(),
            "events/survey-totals.csv": TOTALS.encode(),
        },
        needed={
            **dict.fromkeys(("deployment", "incident", "policy_event", "pipeline_run"), ("id",)),
            "ai_spend": ("id", "amount", "currency", "cost_basis"),
            "ai_seat": ("id",),
            "ai_outage": ("id",),
            "ai_session_label": ("session", "scheme", "label", "labelled_by", "rater"),
            "person": ("email",),
            "team": (),
            "service": ("places",),
            "survey": ("answers", "groups", "totals"),
        },
    )
