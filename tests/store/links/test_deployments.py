"""Which changes a deployment brought."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.store.links.world import (
    SHOP,
    Row,
    World,
    at,
    commit,
    deployment,
    landing,
    part,
    proposal,
)
from trueup.config import ServiceSettings, Settings

TIP = 6


def history(world: World, *, clone: bool = True) -> World:
    """Land changes #1 to #6, squashed at hours 10 to 60 on one line, known to git and forge."""
    commits = [commit(f"c{n}", 10 * n, *([f"c{n - 1}"] if n > 1 else [])) for n in range(1, 7)]
    if clone:
        world.land(
            "git",
            repository=[
                {
                    "repository_id": SHOP,
                    "head_commit_id": f"{SHOP}:c{TIP}",
                    "last_commit_at": at(60),
                    "is_shallow": False,
                }
            ],
            commit=commits,
            change=[landing(f"c{n}", 10 * n, "squash", number=n) for n in range(1, 7)],
            change_commit=[row for n in range(1, 7) for row in part(f"{SHOP}#{n}", f"c{n}")],
        )
    return world


def forge(world: World, deployments: Sequence[Row], pipeline_run: Sequence[Row] = ()) -> World:
    """Land the forge's view of the same changes, and deployments."""
    changes = [
        proposal(n, 10 * n - 5, 10 * n, landed_commit_id=f"{SHOP}:c{n}", head_sha=f"h{n}")
        for n in range(1, 7)
    ]
    return world.land("github", change=changes, deployment=deployments, pipeline_run=pipeline_run)


def test_pain_01_what_landed_before_the_first_deployment_known_is_unmapped_and_counted(
    world: World,
) -> None:
    """Hand-worked: deployments begin with #3; #1 to #3 are unmapped, #4 and #5 mapped, #6 waits."""
    history(world)
    forge(world, [deployment("d1", 31, "c3"), deployment("d2", 55, "c5")]).link()
    assert world.brought() == {"d2": {"#4", "#5"}}
    row = world.covered("landed changes in production deployments")
    assert (row["expected"], row["seen"], row["skipped"]) == (6, 2, 4)
    assert row["reason"].startswith("3 landed before the first deployment known")
    assert "1 in no deployment yet" in row["reason"]
    waits = {
        r["item_id"]: r["left_at"] for r in world.read("stage_interval") if r["stage"] == "deploy"
    }
    assert waits == {f"{SHOP}#4": at(55), f"{SHOP}#5": at(55), f"{SHOP}#6": None}


def test_pain_06_a_pipeline_and_the_ones_it_starts_deploy_once(world: World) -> None:
    """Hand-worked: two children of one run deploy c2 to production: one deployment, until 22."""
    history(world)
    runs = [
        {"run_id": "root", "repository_id": SHOP, "commit_id": f"{SHOP}:c2"},
        {"run_id": "child-1", "parent_run_id": "root", "repository_id": SHOP},
        {"run_id": "child-2", "parent_run_id": "child-1", "repository_id": SHOP},
    ]
    told = [
        deployment("d0", 15, "c1"),
        deployment("x1", 21, None, run_id="child-1", evidence="pipeline"),
        deployment("x2", 22, None, run_id="child-2", evidence="pipeline"),
        deployment("x3", 21.5, None, run_id="child-2", evidence="pipeline", environment="staging"),
    ]
    forge(world, told, pipeline_run=runs).link()
    found = world.by("deployment", "deployment_id")
    assert sorted(row["environment"] for row in found.values()) == [
        "production",
        "production",
        "staging",
    ]
    (joined,) = [r for n, r in found.items() if n != "d0" and r["environment"] == "production"]
    assert (joined["finished_at"], joined["commit_id"]) == (at(22), f"{SHOP}:c2")
    assert world.brought() == {joined["deployment_id"]: {"#2"}}


def test_pain_07_five_merges_and_one_deployment_are_five_lead_times(world: World) -> None:
    """Hand-worked: #2 to #6 landed at 20 to 60 and were deployed at 65: waits of 45 to 5 hours."""
    history(world)
    forge(world, [deployment("d1", 15, "c1"), deployment("d2", 65, "c6")]).link()
    assert world.brought() == {"d2": {"#2", "#3", "#4", "#5", "#6"}}
    waits = sorted(
        (row["left_at"] - row["entered_at"]) // 3_600_000_000
        for row in world.read("stage_interval")
        if row["stage"] == "deploy"
    )
    assert waits == [5, 15, 25, 35, 45]
    assert len(world.read("deployment")) == 2


def test_a_redeployment_and_a_rollback_bring_nothing(world: World) -> None:
    history(world)
    told = [
        deployment("d1", 15, "c1"),
        deployment("d2", 25, "c2"),
        deployment("again", 26, "c2"),
        deployment("back", 27, "c1"),
        deployment("forth", 28, "c2"),
        deployment("d3", 35, "c3"),
    ]
    forge(world, told).link()
    assert world.brought() == {"d2": {"#2"}, "forth": {"#2"}, "d3": {"#3"}}
    kinds = {name: row["kind"] for name, row in world.by("deployment", "deployment_id").items()}
    assert kinds == {
        "d1": "deploy",
        "d2": "deploy",
        "again": "redeploy",
        "back": "rollback",
        "forth": "redeploy",
        "d3": "deploy",
    }


def test_a_failed_deployment_brings_nothing_and_the_next_brings_all(world: World) -> None:
    history(world)
    told = [
        deployment("d1", 15, "c1"),
        deployment("broken", 25, "c2", outcome="failure"),
        deployment("d3", 35, "c3"),
    ]
    forge(world, told).link()
    assert world.brought() == {"d3": {"#2", "#3"}}


def test_what_two_sources_tell_of_one_deployment_is_one(world: World) -> None:
    history(world)
    forge(world, [deployment("d1", 15, "c1"), deployment("d2", 25, "c2")])
    told = [
        deployment("job-2", 25.1, "c2", evidence="pipeline"),
        deployment("job-3", 35, "c3", evidence="pipeline"),
    ]
    world.land("jenkins", "ci.acme.org/deploy", deployment=told).link()
    assert sorted(world.by("deployment", "deployment_id")) == ["d1", "d2", "job-3"]
    assert world.brought() == {"d2": {"#2"}, "job-3": {"#3"}}


def test_a_source_of_which_every_deployment_is_told_better_elsewhere_shows_none(
    world: World,
) -> None:
    history(world)
    forge(world, [deployment("d1", 15, "c1")])
    told = [deployment("job-1", 15.1, "c1", evidence="pipeline")]
    world.land("jenkins", "ci.acme.org/deploy", deployment=told).link()
    assert list(world.by("deployment", "deployment_id")) == ["d1"]


def test_the_hash_of_a_squashed_branch_stands_for_its_landing(world: World) -> None:
    history(world)
    forge(world, [deployment("d1", 15, "h1"), deployment("d2", 25, "h2")]).link()
    assert world.brought() == {"d2": {"#2"}}


def test_without_a_clone_landing_order_says_what_was_brought(world: World) -> None:
    """d2 names the landing of #3, so that is derived; d3 names nothing known: guessed."""
    told = [deployment("d1", 15, "c1"), deployment("d2", 44, "c3"), deployment("d3", 55, None)]
    forge(world, told).link()
    found = {(r["deployment_id"], r["change_id"]): r for r in world.read("deployment_change")}
    assert world.brought() == {"d2": {"#2", "#3"}, "d3": {"#4", "#5"}}
    assert {r["grade"] for (d, _), r in found.items() if d == "d2"} == {"derived"}
    assert {r["grade"] for (d, _), r in found.items() if d == "d3"} == {"guessed"}
    assert all(r["probability"] < 1 for (d, _), r in found.items() if d == "d3")
    assert world.covered("deployments whose commit is known")["skipped"] == 1


def test_a_branch_beside_the_main_line_brings_only_what_it_has(world: World) -> None:
    """A hotfix branch off c2 is deployed: it has c1 and c2; c3 comes with the main line."""
    commits = [commit(f"c{n}", 10 * n, *([f"c{n - 1}"] if n > 1 else [])) for n in range(1, 7)]
    world.land(
        "git",
        repository=[{"repository_id": SHOP, "head_commit_id": f"{SHOP}:c6", "is_shallow": False}],
        commit=[*commits, commit("hot", 33, "c2")],
        change=[landing(f"c{n}", 10 * n, "squash", number=n) for n in range(1, 7)],
        change_commit=[row for n in range(1, 7) for row in part(f"{SHOP}#{n}", f"c{n}")],
    )
    told = [deployment("d1", 15, "c1"), deployment("d2", 34, "hot"), deployment("d3", 45, "c4")]
    forge(world, told).link()
    assert world.brought() == {"d2": {"#2"}, "d3": {"#3", "#4"}}


def monorepo(tmp_path: Path) -> World:
    """Give a workspace in which the shop holds two services, each in a folder of its own."""
    services = (
        ServiceSettings(name="basket", repository=SHOP, paths=("services/basket",)),
        ServiceSettings(name="search", repository=SHOP, paths=("services/search/",)),
    )
    return World(tmp_path / "mono", Settings(services=services))


def touched(sha: str, *paths: str) -> list[Row]:
    """Say which files a commit touches."""
    return [{"commit_id": f"{SHOP}:{sha}", "repository_id": SHOP, "path": p} for p in paths]


def test_pain_05_services_of_one_repository_have_deployments_and_incidents_of_their_own(
    tmp_path: Path,
) -> None:
    """Hand-worked: #2 touches basket, #3 search, #4 both, #5 neither; each service deploys c5."""
    world = history(monorepo(tmp_path))
    world.land(
        "git",
        repository=[{"repository_id": SHOP, "head_commit_id": f"{SHOP}:c6", "is_shallow": False}],
        commit=[commit(f"c{n}", 10 * n, *([f"c{n - 1}"] if n > 1 else [])) for n in range(1, 7)],
        change=[landing(f"c{n}", 10 * n, "squash", number=n) for n in range(1, 7)],
        change_commit=[row for n in range(1, 7) for row in part(f"{SHOP}#{n}", f"c{n}")],
        commit_file=[
            *touched("c2", "services/basket/a.py"),
            *touched("c3", "services/search/a.py"),
            *touched("c4", "services/basket/b.py", "services/search/b.py"),
            *touched("c5", "services/searching.md", "README.md"),
        ],
    )
    told = [
        deployment("b1", 15, "c1", service_id="basket"),
        deployment("s1", 15, "c1", service_id="search"),
        deployment("b2", 55, "c5", service_id="basket"),
        deployment("s2", 55, "c5", service_id="search"),
    ]
    incident = {"incident_id": "i1", "service_id": "search", "opened_at": at(56)}
    forge(world, told)
    world.land("pagerduty", "pagerduty", incident=[incident]).link()
    assert world.brought() == {"b2": {"#2", "#4"}, "s2": {"#3", "#4"}}
    (hurt,) = world.read("incident_link")
    assert (hurt["target_id"], hurt["grade"]) == ("s2", "derived")
    services = {
        row["item_id"].removeprefix(SHOP): row["service_id"]
        for row in world.read("stage_interval")
        if row["stage"] == "develop" or row["stage"] == "release"
    }
    assert services["#2"] == "basket"
    assert services["#4"] is None


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[1:4])
def test_the_order_in_which_sources_came_does_not_matter(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    digests = set()
    for number, turn in enumerate(((0, 1, 2), order)):
        world = World(tmp_path / str(number))
        steps: list[Callable[[World], World]] = [
            history,
            lambda w: forge(w, [deployment("d1", 15, "c1"), deployment("d2", 25, "c2")]),
            lambda w: w.land(
                "jenkins", "ci", deployment=[deployment("j", 35, "c3", evidence="pipeline")]
            ),
        ]
        for step in turn:
            steps[step](world)
        world.link()
        kept = ("deployment", "deployment_change", "change", "stage_interval", "change_commit")
        digests.add(str([sorted(map(str, _bare(world.read(table)))) for table in kept]))
    assert len(digests) == 1


def _bare(found: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{k: v for k, v in row.items() if k != "collected_at"} for row in found]


def test_linking_again_lands_nothing_and_changes_nothing(world: World) -> None:
    history(world)
    forge(world, [deployment("d1", 15, "c1"), deployment("d2", 25, "c2")]).link()
    digest, generation = world.warehouse.digest(), world.warehouse.generation()
    assert world.link().targets == ()
    assert (world.warehouse.digest(), world.warehouse.generation()) == (digest, generation)


def test_git_alone_is_left_as_it_is(world: World) -> None:
    history(world)
    digest, generation = world.warehouse.digest(), world.warehouse.generation()
    assert world.link().targets == ()
    assert (world.warehouse.digest(), world.warehouse.generation()) == (digest, generation)


def test_rates_stay_as_they_were_when_only_the_forge_is_added(world: World) -> None:
    history(world).link()
    before = sorted((row["landed_at"], row["landed_commit_id"]) for row in world.read("change"))
    forge(world, []).link()
    after = sorted((row["landed_at"], row["landed_commit_id"]) for row in world.read("change"))
    assert after == before


def test_what_was_linked_goes_when_nothing_is_there_to_unite(world: World) -> None:
    history(world)
    forge(world, [deployment("d1", 15, "c1"), deployment("d2", 25, "c2")]).link()
    world.land("github").link()
    assert world.read("deployment_change") == []
    assert {row["source"] for row in world.read("change")} == {"git"}
