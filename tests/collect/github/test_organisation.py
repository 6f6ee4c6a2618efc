"""Teams, owners of folders, accounts, and which repositories a connection names."""

import pytest

from tests.collect.github.drawn import ADA, BOB, CARL, commit, pull, team, user
from tests.collect.github.server import GitHubServer
from tests.collect.github.visiting import Kept, Read, read, visit
from trueup.collect.forge.owners import owners_of
from trueup.collect.sources.github.address import address_of
from trueup.collect.sources.github.source import SOURCE
from trueup.config import Connection, ServiceSettings, Settings
from trueup.errors import ConfigError, SourceUnavailable
from trueup.testing.scripted import scripted_web


def test_teams_have_their_own_members_and_no_start() -> None:
    """150 in one team, so its list is read on; `web` belongs to `core`."""
    crowd = [user(f"u{n}", 1000 + n) for n in range(150)]
    server = GitHubServer(teams={"acme": [team("core", [ADA, BOB]), team("web", crowd, "core")]})
    found = read(visit(server, Kept(target="acme")))
    assert found.only("team", name="Web")["parent_team_id"] == "github:github.com/acme/core"
    members = found.all("membership", team_id="github:github.com/acme/core")
    assert {(m["person_id"], m["started_at"], m["evidence"]) for m in members} == {
        ("github:1", None, "forge_team"),
        ("github:2", None, "forge_team"),
    }
    assert len(found["membership"]) == 152
    assert len(found["account"]) == 152


def test_teams_the_token_may_not_see_are_noted_and_nothing_is_gone() -> None:
    server = GitHubServer(teams={"acme": [team("core", [ADA])]})
    kept = visit(server, Kept(target="acme"))
    server.teams = {}
    kept = visit(server, kept)
    assert [note.subject for note in kept.notes] == ["teams"]
    assert "read:org" in kept.notes[0].remedy
    assert kept.gone == {}


def test_a_team_that_was_dissolved_is_gone() -> None:
    server = GitHubServer(teams={"acme": [team("core", [ADA]), team("web", [BOB])]})
    kept = visit(server, Kept(target="acme"))
    server.teams["acme"].pop()
    found = read(visit(server, kept))
    assert [row["name"] for row in found["team"]] == ["Core"]
    assert [(gone.table, gone.row_id) for gone in found.gone] == [
        ("team", "github:github.com/acme/web")
    ]


def test_folders_belong_to_the_team_the_last_matching_line_names() -> None:
    text = """
    # who looks after what
    *            @acme/core            # everything else
    /pay/        @acme/pay @carl
    docs/**      @acme/docs
    /pay/        @acme/money
    /tools       carl@acme.example
    *.js         @acme/web
    /pay/a.py    @acme/pay
    """
    owners = owners_of("\n".join(line.strip() for line in text.splitlines()))
    assert {line["path"]: line["team"] for line in owners.folders} == {
        "": "acme/core",
        "pay": "acme/money",
        "docs": "acme/docs",
        "tools": None,
    }
    assert owners.skipped == 2


def owned(settings: Settings) -> Read:
    server = GitHubServer()
    server.add().files["docs/CODEOWNERS"] = "* @acme/core\n/services/pay/api/ @acme/pay\n"
    return read(visit(server), settings=settings)


def test_code_owners_make_a_repository_a_service_of_its_team() -> None:
    found = owned(Settings())
    said = {(s["service_id"], s["path_prefix"], s["team_id"]) for s in found["service"]}
    assert said == {
        ("github.com/acme/shop", "", "github:github.com/acme/core"),
        ("github.com/acme/shop", "services/pay/api", "github:github.com/acme/pay"),
    }


def test_a_folder_within_a_service_is_the_services() -> None:
    pay = ServiceSettings(name="pay", repository="github.com/acme/shop", paths=("services/pay",))
    found = owned(Settings(services=(pay,)))
    assert found.only("service", path_prefix="services/pay/api")["service_id"] == "pay"
    assert found.only("service", path_prefix="")["service_id"] == "github.com/acme/shop"


def test_what_github_states_on_an_address_is_a_link_from_git_to_github() -> None:
    """Ada's work address is hers by GitHub's word; Bob's by its form; nobody states Carl's."""
    bob = {"name": "Bob", "email": "2+bob@users.noreply.github.com"}
    carl = {"name": "Carl", "email": "Carl@Acme.example"}
    server = GitHubServer()
    server.add().put(
        pull(
            timeline=[
                commit("c1", "2024-03-04T08:00:00Z"),
                commit("c2", "2024-03-04T08:00:00Z", author=bob, account=None),
                commit("c3", "2024-03-04T08:00:00Z", author=carl, account=None),
            ]
        )
    )
    found = read(visit(server))
    links = {
        row["account_id"]: (row["person_id"], row["link_rule"])
        for row in found.all("account", platform="git")
    }
    assert links == {
        "git:ada@acme.example": ("github:1", "forge_commit_author"),
        "git:2+bob@users.noreply.github.com": ("github:2", "forge_commit_author"),
        "git:carl@acme.example": ("git:carl@acme.example", None),
    }
    authors = {row["sha"]: row["author_account_id"] for row in found["proposed_commit"]}
    assert authors == {"c1": "github:1", "c2": "github:2", "c3": "git:carl@acme.example"}


@pytest.mark.parametrize(
    ("actor", "kind", "tool"),
    [
        (CARL, "human", None),
        (user("dependabot", 49699333, "Bot"), "bot", None),
        (user("acme-things", 77, "Bot"), "bot", None),
        (user("coderabbitai", 136622811, "Bot"), "ai_agent", "coderabbit"),
        (user("copilot-swe-agent", 198982749, "Bot"), "ai_agent", "copilot"),
        (user("Copilot", 198982749, "Bot"), "ai_agent", "copilot"),
        (user("devin-ai-integration", 158243242, "Bot"), "ai_agent", "devin"),
        (user("google-labs-jules", 161369871, "Bot"), "ai_agent", "jules"),
        (user("cursor", 206951365, "Bot"), "ai_agent", "cursor"),
        (user("claude", 209825114, "Bot"), "ai_agent", "claude-code"),
        (user("qodo-merge-pro", 151058649, "Bot"), "ai_agent", "qodo"),
        (user("devin", 78, "User"), "human", None),
        (user("imported", 79, "Mannequin"), "human", None),
        (user("acme", 80, "Organization"), "unknown", None),
    ],
)
def test_people_bots_and_agents_are_told_apart(
    actor: dict[str, object], kind: str, tool: str | None
) -> None:
    server = GitHubServer()
    server.add().put(pull(author=actor))
    found = read(visit(server))
    row = found.only("account")
    assert (row["actor_kind"], row["tool"]) == (kind, tool)
    assert found.only("change")["actor_kind"] == kind


def named(server: GitHubServer, *targets: str) -> list[tuple[str, str]]:
    connection = Connection(source="github", targets=targets)
    assert SOURCE.server is not None
    return SOURCE.targets(connection, scripted_web(connection, SOURCE.server, server.answer))


def test_patterns_name_repositories_of_an_owner_and_their_organisation() -> None:
    server = GitHubServer()
    for name in ("shop", "shop-api", "pay"):
        server.add(f"acme/{name}")
    server.add("acme/upstream", fork=True)
    organisation = ("acme", "github.com/acme")
    assert named(server, "acme/shop*") == [
        ("acme/shop", "github.com/acme/shop"),
        ("acme/shop-api", "github.com/acme/shop-api"),
        organisation,
    ]
    assert len(named(server, "acme")) == 4
    assert named(server, "acme/upstream")[0] == ("acme/upstream", "github.com/acme/upstream")


def test_a_persons_repositories_have_no_organisation() -> None:
    server = GitHubServer()
    owner = {**server.add("ada/notes").facts["owner"], "type": "User"}
    server.repositories["ada/notes"].facts["owner"] = owner
    assert named(server, "ada/*") == [("ada/notes", "github.com/ada/notes")]


def test_more_than_a_page_of_repositories_is_read_on() -> None:
    server = GitHubServer()
    for number in range(130):
        server.add(f"acme/r{number}")
    assert len(named(server, "acme/*")) == 131


def test_names_of_nothing_are_refused() -> None:
    server = GitHubServer()
    server.add()
    with pytest.raises(SourceUnavailable):
        named(server, "acme/none")
    with pytest.raises(SourceUnavailable, match="shows no repository"):
        named(server, "acme/none*")
    with pytest.raises(ConfigError, match="names no repository"):
        named(server, "*/shop")
    with pytest.raises(ConfigError, match="names no repository"):
        named(server)


@pytest.mark.parametrize(
    ("url", "host", "rest", "graphql"),
    [
        ("", "github.com", "", "/graphql"),
        (
            "https://api.github.com",
            "github.com",
            "https://api.github.com",
            "https://api.github.com/graphql",
        ),
        (
            "https://git.acme.example",
            "git.acme.example",
            "https://git.acme.example/api/v3",
            "https://git.acme.example/api/graphql",
        ),
        (
            "https://git.acme.example:8443/api/v3/",
            "git.acme.example:8443",
            "https://git.acme.example:8443/api/v3",
            "https://git.acme.example:8443/api/graphql",
        ),
        (
            "https://api.acme.ghe.com",
            "acme.ghe.com",
            "https://api.acme.ghe.com",
            "https://api.acme.ghe.com/graphql",
        ),
    ],
)
def test_each_kind_of_server_has_its_addresses(
    url: str, host: str, rest: str, graphql: str
) -> None:
    address = address_of(Connection(source="github", url=url))
    assert (address.host, address.rest, address.graphql) == (host, rest, graphql)
