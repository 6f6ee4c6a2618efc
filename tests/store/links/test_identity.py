"""Who is who: what ties accounts, what never does, and the operator's word."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.links.world import (
    SHOP,
    Row,
    World,
    account,
    at,
    commit,
    landing,
    part,
    proposal,
)
from trueup.errors import ConfigError
from trueup.store.links.identity.desk import Desk
from trueup.store.links.identity.evidence import Account, Pair, is_shared, unlike_names
from trueup.store.links.identity.persons import ONE_PLATFORM, SHARED, find_persons


def met(world: World, platform: str, native_id: str, *names: str) -> str:
    """Let a source meet an identity under some names; return its account."""
    accounts = {world.vault.identify(platform, native_id, name) for name in names}
    world.vault.commit(1)
    (account_id,) = accounts
    return account_id


def landed(
    world: World, git: Sequence[Row], hub: Sequence[Row], others: Sequence[Row] = ()
) -> World:
    """Land accounts of git and of the forge, and those of a tracker."""
    world.land(
        "git",
        repository=[{"repository_id": SHOP, "head_commit_id": f"{SHOP}:c1", "is_shallow": False}],
        commit=[commit("c1", 1, author=git[0]["account_id"])],
        change=[landing("c1", 1, "squash", number=1)],
        change_commit=part(f"{SHOP}#1", "c1"),
        account=git,
    )
    world.land(
        "github",
        change=[proposal(1, 0, 1, landed_commit_id=f"{SHOP}:c1", author_account_id=None)],
        account=hub,
    )
    if others:
        world.land("jira", "jira.acme.org/SHOP", account=others)
    return world


def persons(world: World) -> dict[str, str]:
    """Return who stands for each account that readers see."""
    return {row["account_id"]: row["person_id"] for row in world.read("account")}


def test_pain_10_work_and_private_address_are_one_person_when_the_forge_says_whose_they_are(
    world: World,
) -> None:
    work = met(world, "git", "jane@acme.org", "Jane Doe")
    private = met(world, "git", "jd@home.example", "jane")
    hub = met(world, "github", "583231", "jdoe")
    stated = {"person_id": hub, "link_rule": "forge_commit_author"}
    landed(
        world,
        [account(work, "git", link_rule="same_address"), account(private, "git")],
        [account(hub, "github"), account(work, "git", **stated), account(private, "git", **stated)],
    ).link()
    assert len(set(persons(world).values())) == 1
    links = world.read("identity_link")
    assert {(row["rule"], row["score"], row["decided_by"]) for row in links} == {
        ("forge_commit_author", 1.0, "rule")
    }


def test_pain_10_a_shared_mailbox_is_refused_and_named(world: World) -> None:
    team = met(world, "git", "team@acme.org", "Jane Doe", "Ola Nordmann", "Li Wei")
    hub = met(world, "github", "1", "jdoe")
    stated = {"person_id": hub, "link_rule": "forge_commit_author"}
    landed(world, [account(team, "git")], [account(hub, "github"), account(team, "git", **stated)])
    world.link()
    found = persons(world)
    assert found[team] != found[hub]
    desk = Desk(world.warehouse.folder)
    assert [a.native_id for a in desk.shared()] == ["team@acme.org"]
    assert [each.reason for each in desk.refused()] == [SHARED]
    assert world.covered("accounts of one person each")["skipped"] == 1


def test_pain_10_a_bot_and_a_human_are_never_one_person(world: World) -> None:
    human = met(world, "git", "jane@acme.org", "Jane Doe")
    bot = met(world, "github", "2", "acme-bot")
    stated = {"person_id": bot, "link_rule": "forge_commit_author"}
    landed(
        world,
        [account(human, "git")],
        [account(bot, "github", "bot"), account(human, "git", **stated)],
    ).link()
    assert persons(world)[human] != persons(world)[bot]
    with pytest.raises(ConfigError, match="cannot be one person"):
        Desk(world.warehouse.folder).merge("jane@acme.org", "acme-bot", now=1)


def test_pain_10_two_accounts_of_one_platform_stay_two(world: World) -> None:
    address = met(world, "git", "jane@acme.org", "Jane Doe")
    one, two = met(world, "github", "1", "jdoe"), met(world, "github", "2", "jane-doe")
    rule = "forge_commit_author"
    landed(
        world,
        [account(address, "git")],
        [
            account(one, "github"),
            account(two, "github"),
            account(address, "git", person_id=one, link_rule=rule),
        ],
        [account(address, "git", person_id=two, link_rule=rule)],
    ).link()
    found = persons(world)
    assert found[one] != found[two]
    (refused,) = Desk(world.warehouse.folder).refused()
    assert refused.reason == ONE_PLATFORM


def test_pain_10_a_correction_survives_collecting_again_and_is_undone_in_one_command(
    world: World,
) -> None:
    git = met(world, "git", "jane@acme.org", "Jane Doe")
    hub = met(world, "github", "1", "jdoe")
    accounts = ([account(git, "git")], [account(hub, "github")])
    landed(world, *accounts).link()
    assert persons(world)[git] != persons(world)[hub]
    Desk(world.warehouse.folder).merge("jane@acme.org", "github:jdoe", now=at(0))
    world.link()
    assert persons(world)[git] == persons(world)[hub]
    landed(world, *accounts).link()
    assert persons(world)[git] == persons(world)[hub]
    assert Desk(world.warehouse.folder).undo([], now=at(1)) == 1
    world.link()
    assert persons(world)[git] != persons(world)[hub]
    (row,) = world.read("identity_link")
    assert (row["decided_by"], row["unlinked_at"] is not None) == ("operator", True)


def test_pain_10_the_match_rate_is_counted_by_platform_and_weighed_by_activity(
    world: World,
) -> None:
    """Hand-worked: of two addresses one is tied, and it made the only commit: 1 of 2, 100 %."""
    git = met(world, "git", "jane@acme.org", "Jane Doe")
    other = met(world, "git", "ola@acme.org", "Ola Nordmann")
    hub = met(world, "github", "1", "jdoe")
    stated = account(git, "git", person_id=hub, link_rule="forge_commit_author")
    landed(
        world, [account(git, "git"), account(other, "git")], [account(hub, "github"), stated]
    ).link()
    row = world.covered("accounts of git tied to one elsewhere")
    assert (row["expected"], row["seen"]) == (2, 1)
    assert "did 100% of what was done" in row["reason"]
    assert world.covered("accounts of github tied to one elsewhere")["skipped"] == 0


def test_pain_11_deleted_accounts_keep_their_counts_and_are_never_one_ghost(world: World) -> None:
    git = met(world, "git", "jane@acme.org", "Jane Doe")
    landed(world, [account(git, "git")], [])
    changes = [
        proposal(1, 0, 1, author_account_id=None, actor_kind="deleted"),
        proposal(2, 2, author_account_id=None, actor_kind="deleted"),
        proposal(3, 3, author_account_id="p_gone", actor_kind="deleted"),
    ]
    gone = [account("p_gone", "github", "deleted"), account("p_left", "github", "deleted")]
    world.land("github", change=changes, account=gone).link()
    kinds = {
        row["number"]: (row["author_account_id"], row["actor_kind"]) for row in world.read("change")
    }
    assert kinds[2] == (None, "deleted")
    assert kinds[3] == ("p_gone", "deleted")
    assert persons(world)["p_gone"] != persons(world)["p_left"]


def test_an_address_ties_accounts_of_platforms_that_verified_it(world: World) -> None:
    git = met(world, "git", "jane@acme.org", "Jane Doe")
    jira = met(world, "jira", "Jane@acme.org", "Jane Doe")
    hr = met(world, "people", "jane@acme.org", "Doe, Jane")
    landed(
        world,
        [account(git, "git")],
        [],
        [
            account(jira, "jira", repository_id="jira.acme.org/SHOP"),
            account(hr, "people", repository_id="jira.acme.org/SHOP"),
        ],
    ).link()
    assert len({persons(world)[one] for one in (git, jira, hr)}) == 1


def test_members_of_teams_and_who_moved_a_work_item_become_persons(world: World) -> None:
    git = met(world, "git", "jane@acme.org", "Jane Doe")
    jira = met(world, "jira", "jane@acme.org", "Jane Doe")
    landed(world, [account(git, "git")], [])
    world.land(
        "jira",
        "jira.acme.org/SHOP",
        account=[account(jira, "jira", repository_id="jira.acme.org/SHOP")],
        membership=[{"team_id": "t", "person_id": jira}],
        work_item_transition=[
            {"work_item_id": "i", "happened_at": at(1), "to_stage": "active", "person_id": jira}
        ],
    ).link()
    person = persons(world)[git]
    assert [row["person_id"] for row in world.read("membership")] == [person]
    assert [row["person_id"] for row in world.read("work_item_transition")] == [person]


def test_the_forges_own_address_ties_a_commit_to_its_account(world: World) -> None:
    hidden = met(world, "git", "583231+octocat@users.noreply.github.com", "The Octocat")
    old = met(world, "git", "hubot@users.noreply.github.com", "Hu Bot")
    octocat, hubot = met(world, "github", "583231", "octocat"), met(world, "github", "9", "hubot")
    landed(
        world,
        [account(hidden, "git"), account(old, "git")],
        [account(octocat, "github"), account(hubot, "github")],
    ).link()
    found = persons(world)
    assert found[hidden] == found[octocat]
    assert found[old] == found[hubot]
    assert found[hidden] != found[old]


def test_a_login_in_a_people_file_is_the_account_the_forge_names_by_its_number(
    world: World,
) -> None:
    """The file says jane@acme.org is jdoe at GitHub, the forge knows 583231, called JDoe."""
    work = met(world, "git", "jane@acme.org", "Jane Doe")
    hub = met(world, "github", "583231", "JDoe")
    listed = met(world, "email", "jane@acme.org", "Jane Doe")
    login = met(world, "github", "login:jdoe", "jdoe")
    said = {"person_id": listed, "link_rule": "people_file"}
    landed(
        world,
        [account(work, "git")],
        [account(hub, "github"), account(listed, "email"), account(login, "github", **said)],
    ).link()
    assert len({persons(world)[one] for one in (work, hub, listed, login)}) == 1


def test_a_login_that_two_accounts_went_by_is_neither_of_them(world: World) -> None:
    former = met(world, "github", "1", "jdoe")
    now = met(world, "github", "2", "jdoe")
    listed = met(world, "email", "jane@acme.org", "Jane Doe")
    login = met(world, "github", "login:jdoe", "jdoe")
    said = {"person_id": listed, "link_rule": "people_file"}
    work = met(world, "git", "jane@acme.org", "Jane Doe")
    both = (account(former, "github"), account(now, "github"))
    people = (account(listed, "email"), account(login, "github", **said))
    landed(world, [account(work, "git")], [*both, *people]).link()
    found = persons(world)
    assert found[login] == found[listed] == found[work]
    assert len({found[former], found[now], found[listed]}) == 3


def test_a_login_that_is_the_local_part_is_suggested_and_not_made(world: World) -> None:
    git = met(world, "git", "octocat@acme.org", "Octo Cat")
    hub = met(world, "github", "5", "octocat")
    landed(world, [account(git, "git")], [account(hub, "github")]).link()
    assert persons(world)[git] != persons(world)[hub]
    (suggested,) = Desk(world.warehouse.folder).suggestions()
    assert (suggested.rule, suggested.certainty) == ("same_login", 0.5)


def test_parting_two_accounts_beats_every_rule(world: World) -> None:
    git = met(world, "git", "jane@acme.org", "Jane Doe")
    jira = met(world, "jira", "jane@acme.org", "Jane Doe")
    landed(world, [account(git, "git")], [], [account(jira, "jira", repository_id="j")]).link()
    assert persons(world)[git] == persons(world)[jira]
    Desk(world.warehouse.folder).split("git:jane@acme.org", "jira:jane@acme.org", now=1)
    world.link()
    assert persons(world)[git] != persons(world)[jira]


def test_an_account_kept_apart_is_tied_to_nobody(world: World) -> None:
    git = met(world, "git", "jane@acme.org", "Jane Doe")
    jira = met(world, "jira", "jane@acme.org", "Jane Doe")
    landed(world, [account(git, "git")], [], [account(jira, "jira", repository_id="j")])
    Desk(world.warehouse.folder).split("git:jane@acme.org", None, now=1)
    world.link()
    assert persons(world)[git] != persons(world)[jira]


def test_two_addresses_of_a_git_only_workspace_are_merged_by_the_operator(world: World) -> None:
    one = met(world, "git", "jane@acme.org", "Jane Doe")
    two = met(world, "git", "jd@home.example", "jane")
    world.land("git", account=[account(one, "git"), account(two, "git")]).link()
    assert persons(world)[one] != persons(world)[two]
    desk = Desk(world.warehouse.folder)
    desk.merge("jane@acme.org", "jd@home.example", now=1)
    world.link()
    assert persons(world)[one] == persons(world)[two]
    desk.undo([], now=2)
    world.link()
    assert persons(world)[one] != persons(world)[two]
    assert {row["source"] for row in world.read("account")} == {"git"}


@pytest.mark.parametrize(
    ("names", "count"),
    [
        (("Jane Doe", "jane", "Doe, Jane", "jdoe"), 1),
        (("Jane Doe", "Ola Nordmann"), 2),
        (("Jane Doe", "Ola Nordmann", "Li Wei"), 3),
        (("",), 0),
    ],
)
def test_names_of_one_person_are_alike(names: tuple[str, ...], count: int) -> None:
    assert unlike_names(names) == count


def test_a_post_that_two_people_hold_is_shared_and_two_names_of_one_are_not() -> None:
    def made(native_id: str, *names: str) -> Account:
        return Account(
            account_id="a", platform="git", actor_kind="human", native_id=native_id, names=names
        )

    assert is_shared(made("info@acme.org", "Jane Doe", "Ola Nordmann"))
    assert not is_shared(made("jane@acme.org", "Jane Doe", "Jane Smith"))


KINDS = ("human", "bot", "ai_agent", "deleted", "unknown")


@st.composite
def crowds(draw: st.DrawFn) -> tuple[list[Account], list[Pair]]:
    """Draw accounts of a few platforms and links that somebody states between any of them."""
    count = draw(st.integers(2, 9))
    accounts = [
        Account(
            account_id=f"a{place}",
            platform=draw(st.sampled_from(["git", "github", "jira"])),
            actor_kind=draw(st.sampled_from(KINDS)),
            native_id=f"n{place}",
        )
        for place in range(count)
    ]
    ends = st.sampled_from([a.account_id for a in accounts])
    stated = draw(st.lists(st.tuples(ends, ends), max_size=12))
    return accounts, [Pair(one, other, "stated", 1.0) for one, other in stated]


@given(crowds())
def test_whatever_is_stated_no_platform_and_no_machine_is_mixed_and_order_does_not_matter(
    crowd: tuple[list[Account], list[Pair]],
) -> None:
    accounts, stated = crowd
    found = find_persons(accounts, stated)
    groups: dict[str, list[Account]] = {}
    for one in accounts:
        groups.setdefault(found.person_of[one.account_id], []).append(one)
    for group in groups.values():
        platforms = [one.platform for one in group if one.platform != "git"]
        assert len(platforms) == len(set(platforms))
        kinds = {one.actor_kind == "human" for one in group if one.actor_kind != "unknown"}
        assert len(kinds) <= 1
    assert find_persons(accounts[::-1], stated[::-1]) == found
