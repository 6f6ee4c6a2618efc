from __future__ import annotations

import pytest

from tests.collect.git.building import BEN, Building
from tests.collect.git.keeping import Kept
from trueup.collect.messages import fix_rule


@pytest.mark.parametrize(
    ("subject", "rule"),
    [
        ("Fix crash on empty input", "fix_subject_v1"),
        ("Fixed #12, wrong total", "fix_subject_v1"),
        ("Handle regression in parser", "fix_subject_v1"),
        ("Bugfixes for the parser", "fix_subject_v1"),
        ("Work around a bug in old servers", "fix_subject_v1"),
        ("fix: wrong total", "fix_prefix_v1"),
        ("fix(parser)!: wrong total", "fix_prefix_v1"),
        ("hotfix: wrong total", "fix_prefix_v1"),
        ("Add prefix option", None),
        ("Add fixture for users", None),
        ("Debug output", None),
        ("Fix typo", None),
        ("docs: fix wrong link", None),
        ("Fix wording of the documentation", None),
        ("chore: fix bug template", None),
        ("feat: show bugs in a list", None),
        ("Fix ruff warnings", None),
        ("fixup! parser", None),
        ("Use a fixed-width font", None),
        ('Revert "Fix crash"', None),
        ("", None),
    ],
)
def test_only_a_subject_about_a_defect_is_fix_like(subject: str, rule: str | None) -> None:
    assert fix_rule(subject, 1) == rule


def test_a_merge_is_never_fix_like() -> None:
    assert fix_rule("Fix crash", 2) is None


def test_fix_like_words_below_the_subject_do_not_count(building: Building) -> None:
    sha = building.commit("Add a page\n\nFixes #3, a bug", {"a": "1\n"})
    assert Kept().collect(building.finish()).by("commit", "sha")[sha]["fix_rule"] is None


def test_no_message_name_or_address_reaches_a_row_but_as_pseudonym(building: Building) -> None:
    building.commit("Very secret words", {"a": "1\n"}, author="Zoe Zebra <zoe@zebra.example>")
    kept = Kept().collect(building.finish())
    for table in kept.rows:
        said = str(kept.of(table)).replace("git|zoe@zebra.example", "")
        assert "secret" not in said
        assert "Zebra" not in said
        assert "zebra.example" not in said


def test_one_address_in_any_case_is_one_account(building: Building) -> None:
    building.commit("one", {"a": "1\n"}, author="Ben <Ben@Example.org>")
    building.commit("two", {"a": "2\n"}, author="Ben B. <ben@example.org>")
    accounts = Kept().collect(building.finish()).of("account")
    assert [row["account_id"] for row in accounts] == ["git|ben@example.org"]


def test_without_an_address_the_name_is_the_account(building: Building) -> None:
    building.commit("one", {"a": "1\n"}, author="Nameless <>")
    accounts = Kept().collect(building.finish()).of("account")
    assert [row["account_id"] for row in accounts] == ["git|Nameless"]


def test_the_mailmap_makes_two_accounts_one_person(building: Building) -> None:
    mailmap = "Ben Builder <ben@example.org> <old@example.org>\n"
    building.commit("one", {".mailmap": mailmap}, author="B <old@example.org>")
    building.commit("two", {"a": "1\n"}, author=BEN)
    rows = Kept().collect(building.finish()).by("account", "account_id")
    old, new = rows["git|old@example.org"], rows["git|ben@example.org"]
    assert old["person_id"] == new["person_id"] == "git|ben@example.org"
    assert (old["link_rule"], new["link_rule"]) == ("mailmap", "same_address")


def test_a_mailmap_changed_later_moves_old_accounts_too(building: Building) -> None:
    building.commit("one", {"a": "1\n"}, author="B <old@example.org>")
    kept = Kept().collect(building.finish())
    mailmap = "Ben Builder <ben@example.org> <old@example.org>\n"
    building.commit("two", {".mailmap": mailmap}, author=BEN)
    kept.collect(building.finish())
    rows = kept.by("account", "account_id")
    assert rows["git|old@example.org"]["person_id"] == "git|ben@example.org"


def test_people_bots_and_agents_are_three_kinds(building: Building) -> None:
    bot = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>"
    for author in (BEN, bot, "Claude <noreply@anthropic.com>"):
        building.commit("work", {"a": author}, author=author)
    kept = Kept().collect(building.finish())
    assert {row["actor_kind"] for row in kept.of("account")} == {"human", "bot", "ai_agent"}
    assert [row["actor_kind"] for row in kept.of("commit")] == ["ai_agent", "bot", "human"]


def test_parents_instants_and_zones_are_those_git_recorded(building: Building) -> None:
    one = building.commit("one", {"a": "1\n"}, at=1_700_000_000, zone="+0530")
    two = building.commit("two", {"a": "2\n"}, at=1_700_000_001, committed_at=1_700_000_099)
    rows = Kept().collect(building.finish()).by("commit", "sha")
    assert rows[two]["parent_shas"] == [one]
    assert rows[two]["authored_at"] == 1_700_000_001_000_000
    assert rows[two]["committed_at"] == 1_700_000_099_000_000
    assert rows[one]["author_utc_offset_seconds"] == 19_800
