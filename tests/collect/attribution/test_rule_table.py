"""The rule table: its own examples, and what it refuses."""

import re
from pathlib import Path
from typing import Any

import pytest

from trueup.collect.attribution import CommitText, load_rules
from trueup.collect.attribution.rules import KINDS, matches, read_shipped
from trueup.config import read_settings
from trueup.errors import ConfigError

TABLE = load_rules()
EXAMPLES = [(rule, text) for rule in TABLE.rules for text in rule.examples]
LOOKALIKES = [(rule, text) for rule in TABLE.rules for text in rule.lookalikes]


def own(**changes: Any) -> dict[str, Any]:
    return {
        "id": "acme-agent",
        "tool": "acme",
        "kind": "identity",
        "pattern": r".* <agent@acme\.example>",
        "role": "author",
        **changes,
    }


def commit(
    message: str = "Change\n", author: str = "Ada", email: str = "a@b.example"
) -> CommitText:
    return CommitText(author, email, "Ada", "a@b.example", message, is_merge=False)


@pytest.mark.parametrize(("rule", "text"), EXAMPLES, ids=lambda x: getattr(x, "id", None))
def test_every_example_in_the_table_is_marked_by_its_rule(rule: Any, text: str) -> None:
    assert matches(TABLE, rule, text)


@pytest.mark.parametrize(("rule", "text"), LOOKALIKES, ids=lambda x: getattr(x, "id", None))
def test_no_look_alike_in_the_table_is_marked_by_its_rule(rule: Any, text: str) -> None:
    assert not matches(TABLE, rule, text)


@pytest.mark.parametrize("rule", [r for r in TABLE.rules if r.kind != "note"], ids=lambda r: r.id)
def test_every_rule_shows_what_it_means_and_what_it_does_not(rule: Any) -> None:
    assert rule.examples
    assert rule.lookalikes


@pytest.mark.parametrize("rule", [r for r in TABLE.rules if r.needs], ids=lambda r: r.id)
def test_the_quick_look_never_hides_an_example(rule: Any) -> None:
    missed = [
        text
        for text in rule.examples
        if not text.startswith(("author: ", "committer: "))
        and not any(need in text.lower() for need in rule.needs)
    ]
    assert missed == []
    assert all(need == need.lower() for need in rule.needs)


def test_every_id_is_used_once_and_every_kind_at_least_once() -> None:
    ids = [rule.id for rule in TABLE.rules] + [actor.id for actor in TABLE.actors]
    assert len(ids) == len(set(ids))
    assert {rule.kind for rule in TABLE.rules} == set(KINDS)


def test_identity_rules_name_whole_addresses_never_a_domain() -> None:
    for rule in TABLE.rules:
        if rule.kind == "identity":
            assert not re.search(
                r"<\.\*@|\[\^@\]\*@", rule.pattern.pattern.replace("droid <.*@", "")
            )


@pytest.mark.parametrize("actor", TABLE.actors, ids=lambda a: a.id)
def test_actors_are_told_by_their_own_examples(actor: Any) -> None:
    for whole in actor.examples:
        assert TABLE.actor(*_split(whole)) == (actor.kind, None)
    for whole in actor.lookalikes:
        assert TABLE.actor(*_split(whole)) == ("human", None)


def _split(whole: str) -> tuple[str, str]:
    name, _, rest = whole.rpartition(" <")
    return name, rest[:-1]


def test_a_rule_of_the_user_is_applied_and_changes_the_version() -> None:
    table = load_rules((own(),))
    marks = table.classify(commit("Change\n\nCo-authored-by: Acme <agent@acme.example>\n"))
    assert [(mark.tool, mark.role, mark.rule_id) for mark in marks] == [
        ("acme", "author", "acme-agent")
    ]
    assert table.actor("Acme", "agent@acme.example") == ("ai_agent", "acme")
    assert re.fullmatch(r"\d+\+[0-9a-f]{12}", table.version)
    assert table.version != load_rules((own(tool="other"),)).version
    assert load_rules().version == str(read_shipped().version)


def test_a_rule_of_the_user_without_needs_is_tried_on_every_message() -> None:
    rule = own(kind="body_line", pattern=r"^Zugang: Maschine$")
    marks = load_rules((rule,)).classify(commit("Change\n\nZugang: Maschine\n"))
    assert [mark.rule_id for mark in marks] == ["acme-agent"]


def test_a_trailer_rule_of_the_user_matches_the_value_as_it_is_written() -> None:
    rule = own(
        kind="trailer", keys=["machine"], pattern=r"yes|m\d+", examples=["Machine: m12"],
        lookalikes=["Machine: no"],
    )  # fmt: skip
    table = load_rules((rule,))
    assert [mark.tool for mark in table.classify(commit("Change\n\nMachine: yes\n"))] == ["acme"]
    assert table.classify(commit("Change\n\nMachine: yes indeed\n")) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"pattern": "(["}, "not a regular expression"),
        ({"role": "writer"}, "role is 'writer'"),
        ({"kind": "smell"}, "kind is 'smell'"),
        ({"kind": "trailer"}, "no keys"),
        ({"probability": 0}, "probability is 0"),
        ({"probability": True}, "probability is True"),
        ({"colour": "red"}, "unknown field 'colour'"),
        ({"tool": ""}, "no tool"),
        ({"tool": 7}, "tool is not text"),
        ({"examples": "one"}, "examples is not a list"),
        ({"places": ["subject"]}, "places has 'subject'"),
        ({"id": "claude-identity"}, "id is taken"),
        ({"examples": ["author: Ada <ada@acme.example>"]}, "does not match"),
        ({"lookalikes": ["author: X <agent@acme.example>"]}, "matches"),
    ],
)
def test_a_broken_rule_is_refused_by_name_and_fault(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_rules((own(**change),))
    assert fault in caught.value.fact
    assert change.get("id", "acme-agent") in caught.value.fact


def test_a_rule_without_id_is_named_by_its_place() -> None:
    broken = own()
    del broken["id"]
    with pytest.raises(ConfigError, match="rule number 2"):
        load_rules((own(), broken))


def test_rules_come_from_trueup_toml_as_they_stand_in_the_table(tmp_path: Path) -> None:
    path = tmp_path / "trueup.toml"
    path.write_text(
        "[[attribution.rules]]\n"
        'id = "acme-agent"\ntool = "acme"\nkind = "session"\nkeys = ["acme-run"]\n'
        "pattern = '(?P<session>\\S+)'\n"
        'role = "author"\nexamples = ["Acme-Run: https://acme.example/runs/42?key=s"]\n',
        encoding="utf-8",
    )
    table = load_rules(read_settings(path).attribution.rules)
    marks = table.classify(commit("Change\n\nAcme-Run: https://acme.example/runs/42?key=s\n"))
    assert [mark.session_id for mark in marks] == ["42"]


@pytest.mark.parametrize("rule", TABLE.rules, ids=lambda r: r.id)
def test_since_is_a_date_or_nothing(rule: Any) -> None:
    assert not rule.since or re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", rule.since)
