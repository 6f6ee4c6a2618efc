"""Groups as teams, owners of folders, accounts, servers, and which projects a connection names."""

from __future__ import annotations

import pytest

from tests.collect.gitlab.drawn import ADA, BOB, DUO, group, member, merged, opened
from tests.collect.gitlab.server import GitLabServer
from tests.collect.gitlab.visiting import Kept, read, visit
from tests.collect.gitlab.world import world
from trueup.collect.fields import instant
from trueup.collect.forge.owners import owners_of
from trueup.collect.sources.gitlab.address import address_of
from trueup.collect.sources.gitlab.source import SOURCE
from trueup.config import Connection, ServiceSettings, Settings
from trueup.errors import ConfigError, SourceUnavailable
from trueup.testing.scripted import Answering, scripted_web


def named(server: GitLabServer, *targets: str, url: str = "") -> list[tuple[str, str]]:
    connection = Connection(source="gitlab", url=url, targets=targets)
    answering: Answering = server.answer
    web = scripted_web(connection, SOURCE.server, answering)  # type: ignore[arg-type]
    return SOURCE.targets(connection, web)


def several() -> GitLabServer:
    server = GitLabServer()
    server.groups = {"acme": group("acme", 70), "acme/web": group("acme/web", 71)}
    for path in ("acme/shop", "acme/api-cart", "acme/web/site", "acme/web/api-site"):
        server.add(path)
    server.add("acme/fork", forked_from_project={"id": 1})
    server.add("ada/notes", namespace={"id": 1, "full_path": "ada", "kind": "user"})
    return server


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("acme/shop", ["acme/shop"]),
        ("acme/web/site", ["acme/web/site"]),
        ("acme/*", ["acme/shop", "acme/api-cart", "acme/web/site", "acme/web/api-site"]),
        ("acme", ["acme/shop", "acme/api-cart", "acme/web/site", "acme/web/api-site"]),
        ("acme/web/*", ["acme/web/site", "acme/web/api-site"]),
        ("acme/web", ["acme/web/site", "acme/web/api-site"]),
        ("acme/api-*", ["acme/api-cart"]),
        ("@acme", []),
    ],
)
def test_names_and_patterns_are_resolved_through_all_groups_below(
    pattern: str, paths: list[str]
) -> None:
    found = named(several(), pattern)
    assert found == [
        *((path, f"gitlab.com/{path}") for path in paths),
        ("@acme", "gitlab.com/acme"),
    ]


def test_projects_of_a_user_have_no_group() -> None:
    assert named(several(), "ada/notes") == [("ada/notes", "gitlab.com/ada/notes")]
    assert named(several(), "ada") == [("ada/notes", "gitlab.com/ada/notes")]


@pytest.mark.parametrize("pattern", ["acme/none", "nobody/*", "nobody"])
def test_a_name_nobody_has_is_refused(pattern: str) -> None:
    with pytest.raises(SourceUnavailable):
        named(several(), pattern)


@pytest.mark.parametrize("targets", [(), ("*",), ("ac*/shop",), ("",)])
def test_a_name_of_no_known_form_is_refused(targets: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError):
        named(several(), *targets)


@pytest.mark.parametrize(
    ("url", "host", "rest", "graphql"),
    [
        ("", "gitlab.com", "https://gitlab.com/api/v4", "https://gitlab.com/api/graphql"),
        (
            "https://Git.Example.org/",
            "git.example.org",
            "https://Git.Example.org/api/v4",
            "https://Git.Example.org/api/graphql",
        ),
        (
            "https://example.org:443/gitlab/api/v4",
            "example.org/gitlab",
            "https://example.org:443/gitlab/api/v4",
            "https://example.org:443/gitlab/api/graphql",
        ),
        (
            "http://localhost:8080",
            "localhost:8080",
            "http://localhost:8080/api/v4",
            "http://localhost:8080/api/graphql",
        ),
    ],
)
def test_a_server_of_ones_own_is_asked_at_its_address(
    url: str, host: str, rest: str, graphql: str
) -> None:
    address = address_of(Connection(source="gitlab", url=url))
    assert (address.host, address.rest, address.graphql) == (host, rest, graphql)


def test_a_server_below_a_folder_is_read_whole() -> None:
    server = GitLabServer(prefix="/gitlab/api/v4", host="https://example.org")
    one = server.add()
    for number in range(1, 121):
        one.put(opened(number, updated_at="2024-03-04T09:00:00Z"))
    url = "https://example.org/gitlab"
    assert named(server, "acme/shop", url=url)[0][1] == "example.org/gitlab/acme/shop"
    connection = Connection(source="gitlab", url=url, targets=("acme/shop",))
    found = read(
        visit(server, connection=connection), connection=connection, host="example.org/gitlab"
    )
    assert len(found["change"]) == 120
    assert found["change"][0]["author_account_id"] == "gitlab:example.org/gitlab/1"


def test_groups_are_teams_with_members_since_they_joined() -> None:
    found = read(visit(world(), Kept(target="@acme")))
    teams = {row["team_id"]: row["parent_team_id"] for row in found["team"]}
    lead = "gitlab:gitlab.com/acme"
    assert teams == {lead: None, f"{lead}/web": lead}
    assert {row["evidence"] for row in found["team"]} == {"forge_team"}
    members = [(r["team_id"], r["person_id"], r["started_at"]) for r in found["membership"]]
    joined = instant("2024-02-01T08:00:00Z")
    assert members == [(lead, "gitlab:1", joined), (f"{lead}/web", "gitlab:2", joined)]


def test_a_group_that_is_gone_is_a_team_that_is_gone() -> None:
    server = world()
    kept = visit(server, Kept(target="@acme"))
    del server.groups["acme/web"]
    found = read(visit(server, kept))
    assert ("team", "gitlab:gitlab.com/acme/web") in {(g.table, g.row_id) for g in found.gone}


def test_more_members_than_a_page_holds_are_all_in_the_team() -> None:
    server = world()
    server.members["acme"] = [
        member({"id": 100 + n, "username": f"u{n}", "name": "U"}) for n in range(230)
    ]
    found = read(visit(server, Kept(target="@acme")))
    assert len(found.all("membership", team_id="gitlab:gitlab.com/acme")) == 230


def test_folders_belong_to_the_services_and_teams_of_codeowners() -> None:
    found = read(visit(world()))
    owned = {row["path_prefix"]: row["team_id"] for row in found["service"]}
    assert owned == {"": "gitlab:gitlab.com/acme/web", "docs": "gitlab:gitlab.com/acme/writers"}


@pytest.mark.parametrize(
    ("text", "folders", "skipped"),
    [
        ("/docs/ @acme/writers", [("docs", "acme/writers")], 0),
        ("/docs/ @acme/web/writers", [("docs", "acme/web/writers")], 0),
        ("[Docs] @acme/w\n/docs/\n/api/ @acme/api", [("docs", "acme/w"), ("api", "acme/api")], 0),
        ("^[Docs][2] @acme/writers\n/docs/", [("docs", "acme/writers")], 0),
        ("/docs/ @ada ada@example.org", [("docs", None)], 0),
        ("/docs/ @@maintainer", [("docs", None)], 0),
        ("*.rb @acme/ruby\n!/docs/\n/docs/ @acme/w", [("docs", "acme/w")], 2),
    ],
)
def test_sections_owners_and_exclusions_are_read_as_gitlab_reads_them(
    text: str, folders: list[tuple[str, str | None]], skipped: int
) -> None:
    """https://docs.gitlab.com/user/project/codeowners/reference/"""
    found = owners_of(text)
    assert [(folder["path"], folder["team"]) for folder in found.folders] == folders
    assert found.skipped == skipped


def test_a_folder_of_a_service_is_the_services() -> None:
    service = ServiceSettings(name="docs", repository="gitlab.com/acme/shop", paths=("docs",))
    found = read(visit(world()), settings=Settings(services=(service,)))
    assert {row["service_id"] for row in found["service"]} == {"docs", "gitlab.com/acme/shop"}


def test_an_account_stays_one_when_its_login_changes() -> None:
    server = GitLabServer()
    one = server.add()
    one.put(opened(1, ADA))
    one.put(opened(2, {**ADA, "username": "ada.lovelace"}))
    found = read(visit(server))
    assert {row["author_account_id"] for row in found["change"]} == {"gitlab:1"}
    assert len(found["account"]) == 1


def test_every_account_met_is_landed_once_with_what_it_is() -> None:
    server = GitLabServer()
    one = server.add()
    one.put(merged(1, DUO, merge_user=None, merged_by=BOB))
    found = read(visit(server))
    assert {(r["account_id"], r["actor_kind"], r["tool"]) for r in found["account"]} == {
        ("gitlab:2", "human", None),
        ("gitlab:12", "ai_agent", "gitlab-duo"),
    }
    assert found.only("change")["merged_by_account_id"] == "gitlab:2"
