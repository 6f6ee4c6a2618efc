"""What was frozen stays as it was: versions are added, never replaced, and edits are noticed."""

from __future__ import annotations

import dataclasses
import tomllib
from datetime import date
from pathlib import Path

import pytest

from trueup.errors import EstimateError
from trueup.estimate.question import Question
from trueup.estimate.verdict.plan import Plan, plan_hash, read_plan
from trueup.estimate.verdict.register import Register, Registration, as_registered

PLAN = Plan(primary=Question(outcome="lead_time", scale="log", better="lower", smallest=0.1))
WIDER = dataclasses.replace(PLAN, alpha=0.1)
MARCH, APRIL = date(2026, 3, 2), date(2026, 4, 1)


def dated(plan: Plan, on: date) -> str:
    """Return the hash a plan has once it bears the day."""
    return plan_hash(dataclasses.replace(plan, registered_on=on))


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(tmp_path / ".trueup")


def test_a_register_nobody_wrote_to_is_empty_and_makes_no_folder(register: Register) -> None:
    assert register.versions() == ()
    assert not register.workspace.exists()


def test_a_frozen_plan_is_kept_with_its_day_and_its_hash(register: Register) -> None:
    kept = register.add(PLAN, on=MARCH)
    assert (kept.version, kept.registered_on, kept.plan_hash) == (1, MARCH, dated(PLAN, MARCH))
    assert register.versions() == (kept,)
    assert read_plan(kept.path) == dataclasses.replace(PLAN, registered_on=MARCH)
    assert f"hash {kept.plan_hash}" in kept.path.read_text("utf-8")
    (entry,) = tomllib.loads((register.folder / "register.toml").read_text("utf-8"))["plan"]
    assert (entry["registered_on"], entry["hash"]) == (MARCH, kept.plan_hash)


def test_the_same_plan_once_more_changes_nothing_not_even_the_day(register: Register) -> None:
    first = register.add(PLAN, on=MARCH)
    assert register.add(PLAN, on=APRIL) == first
    assert register.add(first.plan, on=APRIL) == first
    assert register.versions() == (first,)


def test_another_plan_is_refused_with_what_differs_until_a_reason_is_given(
    register: Register,
) -> None:
    first = register.add(PLAN, on=MARCH)
    before = first.path.read_bytes()
    with pytest.raises(EstimateError, match=r"since 2026-03-02, hash .*: alpha: 0.05 became 0.1\."):
        register.add(WIDER, on=APRIL)
    second = register.add(WIDER, on=APRIL, because='  the "board"\nagreed ')
    assert register.versions() == (first, second)
    assert (second.version, second.because) == (2, 'the "board" agreed')
    assert first.path.read_bytes() == before


def test_plans_about_other_tables_stand_apart(register: Register) -> None:
    own = register.add(PLAN, on=MARCH)
    table = register.add(WIDER, on=APRIL, subject="f.csv")
    assert (register.versions(), register.versions("f.csv")) == ((own,), (table,))
    assert table.version == 1


def test_a_day_that_is_not_today_is_refused(register: Register) -> None:
    backdated = dataclasses.replace(PLAN, registered_on=MARCH)
    with pytest.raises(EstimateError, match="registered on 2026-03-02, and today is 2026-04-01"):
        register.add(backdated, on=APRIL)
    assert register.versions() == ()


def test_a_recipe_there_is_not_is_never_frozen(register: Register) -> None:
    with pytest.raises(EstimateError, match="magic"):
        register.add(dataclasses.replace(PLAN, second="magic"), on=MARCH)


def rewritten(kept: Registration, old: str, new: str) -> None:
    """Edit a kept plan as a hand would that does not mind that it may only be read."""
    text = kept.path.read_text("utf-8")
    assert old in text
    kept.path.unlink()
    kept.path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("smallest = 0.1 ", "smallest = 0.2 "),
        ("registered_on = 2026-03", "registered_on = 2025-03"),
    ],
    ids=["the smallest effect", "the day"],
)
def test_an_edited_plan_is_noticed(register: Register, old: str, new: str) -> None:
    kept = register.add(PLAN, on=MARCH)
    assert kept.is_intact
    rewritten(kept, old, new)
    (found,) = register.versions()
    assert not found.is_intact
    used, registration = as_registered(found.plan, (found,))
    assert (used, registration) == (found.plan, found)
    assert as_registered(PLAN, (found,))[0].registered_on == MARCH


def test_a_comment_added_to_a_kept_plan_changes_nothing(register: Register) -> None:
    kept = register.add(PLAN, on=MARCH)
    rewritten(kept, "looks = 52", "looks  =  52 # a year")
    assert register.versions()[0].is_intact


def test_a_kept_plan_cannot_be_written_to_by_mistake(register: Register) -> None:
    assert register.add(PLAN, on=MARCH).path.stat().st_mode & 0o222 == 0


@pytest.mark.parametrize(
    "text", ["[[plan]\n", '[[plan]]\nsubject = "workspace"\n', "[[plan]]\nwhen = 1\n"]
)
def test_a_damaged_register_is_said_to_be_damaged(register: Register, text: str) -> None:
    register.add(PLAN, on=MARCH)
    (register.folder / "register.toml").write_text(text, encoding="utf-8")
    with pytest.raises(EstimateError, match=r"register.toml cannot be read"):
        register.versions()


def test_a_kept_plan_that_is_gone_is_said_to_be_gone(register: Register) -> None:
    register.add(PLAN, on=MARCH).path.unlink()
    with pytest.raises(EstimateError, match=r"workspace-1.toml cannot be read"):
        register.versions()
