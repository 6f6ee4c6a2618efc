"""The published schemas: valid, the same in the package and on the page, and what is checked."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.collect.events.writing import NOW, SHA
from trueup.collect.sources.events.parsing import parse_event
from trueup.collect.sources.events.schema import KINDS, schema_of, schema_text
from trueup.model.labelling import LABELLED_BY, SCHEMES
from trueup.model.surveys.scales import SCALE_OF

PAGES = Path(__file__).parents[3] / "docs" / "reference" / "events"
AT, LATER = "2026-03-02T10:00:00+01:00", "2026-03-02T11:00:00.250Z"
WHOLE: dict[str, dict[str, Any]] = {
    "deployment": {
        "id": "d-1",
        "service": "till",
        "repository": "github.com/acme/shop",
        "environment": "staging",
        "commit": SHA,
        "started_at": AT,
        "finished_at": LATER,
        "outcome": "failure",
        "action": "rollback",
        "artifact": "till:1.2",
        "run": "77",
    },
    "incident": {
        "id": "i-1",
        "service": "till",
        "team": "Till",
        "severity": "1",
        "environment": "live",
        "opened_at": AT,
        "acknowledged_at": AT,
        "resolved_at": LATER,
        "deployment": "d-1",
        "change": "github.com/acme/shop#12",
        "repository": "github.com/acme/shop",
        "commit": SHA,
    },
    "person": {
        "email": "ada@example.org",
        "name": "Ada",
        "other_emails": "a@b.example; c@d.example",
        "github": "ada",
        "gitlab": "ada",
        "jira": "5b10ada",
        "actor_kind": "bot",
    },
    "team": {"team": "Till", "parent_team": "Shop"},
    "membership": {
        "person": "ada",
        "platform": "github",
        "team": "Till",
        "parent_team": "Shop",
        "from": "2026-01-01",
        "to": AT,
    },
    "service": {
        "service": "till",
        "repository": "github.com/acme/shop",
        "path": "till",
        "team": "Till",
    },
    "policy_event": {
        "id": "p-1",
        "policy": "cap",
        "team": "Till",
        "tool": "cursor",
        "from": "2026-01-01",
        "to": "2026-06-30",
    },
    "pipeline_run": {
        "id": "r-1",
        "parent": "r-0",
        "repository": "github.com/acme/shop",
        "service": "till",
        "pipeline": "build",
        "attempt": 2,
        "trigger": "push",
        "commit": SHA,
        "change": "github.com/acme/shop#12",
        "is_default_branch": True,
        "queued_at": AT,
        "started_at": AT,
        "finished_at": LATER,
        "outcome": "skipped",
        "tests_run": 9,
        "tests_failed": 0,
        "tests_skipped": 1,
        "test_report": "reports/r-1/*.xml",
    },
    "ai_spend": {
        "id": "2026-03",
        "amount": "-1234.50",
        "currency": "EUR",
        "cost_basis": "overage",
        "from": "2026-03-01",
        "to": "2026-03-31",
        "tool": "cursor",
        "provider": "anthropic",
        "model": "claude-opus-4-5",
        "line_item": "On-demand usage",
        "team": "Till",
        "person": "ada@example.org",
        "repository": "github.com/acme/shop",
    },
    "ai_seat": {
        "id": "s-1",
        "tool": "copilot",
        "person": "ada@example.org",
        "team": "Till",
        "plan": "Business",
        "amount": "19",
        "currency": "USD",
        "from": "2026-01-01",
        "to": "2026-06-30",
    },
    "ai_outage": {
        "id": "st-101",
        "why": "rate_limit",
        "team": "Till",
        "tool": "claude-code",
        "provider": "anthropic",
        "started_at": AT,
        "ended_at": LATER,
        "evidence": "gateway",
    },
    "ai_session_label": {
        "session": "claude-code:5f2c",
        "scheme": "patterns",
        "label": "hybrid",
        "labelled_by": "person",
        "rater": "rater 1",
        "labelled_at": AT,
    },
    "survey_response": {
        "survey": "AI pulse",
        "asked": "2026-03-02",
        "group": "Till",
        **dict.fromkeys(SCALE_OF, 2),
    },
    "survey_group": {"survey": "AI pulse", "asked": "2026-03-02", "group": "Till", "invited": 40},
    "survey_total": {
        "survey": "AI pulse",
        "asked": "2026-03-02",
        "group": "Till",
        "measure": "dxi",
        "value": "71.5",
        "answered": 31,
    },
}
ODD: tuple[Any, ...] = (
    *(0, -1, 3, 2**40, True, 1.5, "x", "no such choice", "2026-03-02", "2026-03-02T10:00:00"),
    *("ada@example.org", SHA, "github.com/acme/shop#12", [], {}),
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_publishes_the_schema_of_the_package(kind: str) -> None:
    published = (PAGES / f"{kind}.schema.json").read_text(encoding="utf-8")
    assert published == schema_text(kind), "copy it from the package"


def test_the_schema_of_labels_has_every_label_there_is() -> None:
    columns = schema_of("ai_session_label").columns
    every = [name for scheme in SCHEMES.values() for name in (*scheme.names, *scheme.groups)]
    assert columns["label"].choices == tuple(every)
    assert columns["scheme"].choices == tuple(SCHEMES)
    assert columns["labelled_by"].choices == LABELLED_BY


def test_the_schema_of_answers_has_every_question_with_its_ends() -> None:
    columns = schema_of("survey_response").columns
    ends = {code: (one.minimum, one.maximum) for code, one in columns.items() if code in SCALE_OF}
    assert ends == {code: (one.lowest, one.highest) for code, one in SCALE_OF.items()}
    assert set(columns) - set(SCALE_OF) == {"survey", "asked", "group"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_schema_is_one_and_an_event_that_says_everything_keeps_it(kind: str) -> None:
    schema = json.loads(schema_text(kind))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"kind": kind, **WHOLE[kind]}, schema)
    assert set(WHOLE[kind]) == set(schema_of(kind).columns)
    event = parse_event(kind, WHOLE[kind], now=NOW)
    assert (event.values, event.faults) == (WHOLE[kind], ())


@pytest.mark.parametrize("kind", KINDS)
def test_what_another_reader_of_the_schema_refuses_is_refused(kind: str) -> None:
    """2,000 events with one or two properties missing or odd, from a seed; oracle: jsonschema.

    What it accepts may still be refused for being no day of the calendar; nothing of that is
    among the odd values.
    """
    chance = random.Random(kind)
    reader = jsonschema.Draft202012Validator(json.loads(schema_text(kind)))
    both = 0
    for _ in range(2000):
        said = dict(WHOLE[kind])
        for name in chance.sample(sorted(said), min(2, len(said))):
            if chance.random() < 0.4:
                del said[name]
            else:
                said[name] = chance.choice(ODD)
        is_valid = reader.is_valid({"kind": kind, **said})
        assert is_valid == (not parse_event(kind, said, now=NOW).faults), said
        both += is_valid
    assert 0 < both < 2000


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("incident", "opened_at", "2026-02-30T00:00:00Z"),
        ("incident", "opened_at", "1970-01-01T00:00:00Z"),
        ("incident", "opened_at", "2126-01-01T00:00:00Z"),
        ("membership", "from", "2026-02-30"),
        ("membership", "from", "0026-02-03"),
    ],
)
def test_a_day_that_never_was_is_refused_though_a_pattern_lets_it_pass(
    kind: str, name: str, value: str
) -> None:
    event = parse_event(kind, {**WHOLE[kind], name: value}, now=NOW)
    assert [fault.column for fault in event.faults] == [name]
