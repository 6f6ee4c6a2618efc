"""Time and peak memory of linking made-up records of git, a forge, a tracker and deployments.

Usage::

    python benchmarks/links.py [--changes 10000 100000] [--repositories 1 10] [--twice]

Of each change there are on average two proposed commits, four events, two reviews, three
comments and one work item with three moves; every tenth change ends in a deployment to two
environments, every hundredth in an incident. Landings are merges, squashes and rebases in turn.
``events`` counts all rows but files. Each size runs in a process of its own; records are landed
before the clock starts. With ``--twice`` one more comment is landed and all is linked again.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trueup.config import Settings
from trueup.model.tables import TABLES
from trueup.store.identity import Vault
from trueup.store.links import link
from trueup.store.reading import Limits
from trueup.store.warehouse import Warehouse

HOUR = 3_600_000_000
START = 1_500_000_000_000_000
PEOPLE = 500
Ints = NDArray[np.int64]
Tables = dict[str, pa.Table]


def rows(table: str, count: int, **columns: Any) -> pa.Table:
    """Make rows of a canonical table; columns not given are null."""
    schema = TABLES[table].schema
    made = {}
    for field in schema:
        plain = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        value = columns.get(field.name)
        if value is None:
            made[field.name] = pa.nulls(count, plain)
        elif isinstance(value, str | int | float | bool):
            made[field.name] = pa.array([value] * count, plain)
        else:
            made[field.name] = pa.array(value, plain)
    return pa.table(made).cast(schema)


def named(start: str, numbers: Ints) -> list[str]:
    """Return one name per number."""
    return [f"{start}{number}" for number in numbers.tolist()]


def repository(name: str, changes: int, seed: int) -> tuple[Tables, Tables, Tables]:
    """Make up what git, the forge and the tracker hold of one repository."""
    draw = np.random.default_rng(seed)
    number = np.arange(1, changes + 1)
    opened = START + number * HOUR
    landed = opened + draw.integers(HOUR, 72 * HOUR, changes)
    landed = np.sort(landed)
    way = number % 3  # 0 merge, 1 squash, 2 rebase
    author = draw.integers(0, PEOPLE, changes)
    git = _git(name, number, way, (opened, landed), author)
    forge = _forge(name, number, (opened, landed), author, draw)
    return git, forge, _tracker(name, number, opened, landed)


def _git(name: str, number: Ints, way: Ints, times: tuple[Ints, Ints], author: Ints) -> Tables:
    opened, landed = times
    made: dict[str, list[Any]] = {
        key: [] for key in ("sha", "parents", "authored", "landed", "who")
    }
    parts: list[tuple[str, str]] = []
    landings: list[tuple[str, str, str, int | None]] = []
    tip = ""
    for n, kind, begun, at, who in zip(
        number.tolist(),
        way.tolist(),
        opened.tolist(),
        landed.tolist(),
        author.tolist(),
        strict=True,
    ):
        work = [(f"w{n}a", begun - 2 * HOUR), (f"w{n}b", begun - HOUR)]
        if kind == 0:
            chain = [*work, (f"m{n}", at)]
            above = [[tip], [f"w{n}a"], [tip, f"w{n}b"]]
        elif kind == 1:
            chain, above = [(f"m{n}", at)], [[tip]]
        else:
            chain = [(f"r{n}", work[0][1]), (f"m{n}", work[1][1])]
            above = [[tip], [f"r{n}"]]
        for (sha, authored), parents in zip(chain, above, strict=True):
            made["sha"].append(sha)
            made["parents"].append([p for p in parents if p])
            made["authored"].append(authored)
            made["landed"].append(at)
            made["who"].append(who)
        ids = [f"{name}:r{n}", f"{name}:m{n}"] if kind == 2 else [f"{name}#{n}"]
        landings += (
            [(ids[0], f"r{n}", "direct", None), (ids[1], f"m{n}", "direct", None)]
            if kind == 2
            else [(ids[0], f"m{n}", "merge" if kind == 0 else "squash", n)]
        )
        parts += [(ids[min(i, len(ids) - 1)], sha) for i, (sha, _) in enumerate(chain)]
        tip = f"m{n}"
    at_of = dict(zip(made["sha"], made["landed"], strict=True))
    shas = made["sha"]
    return {
        "repository": rows(
            "repository", 1, repository_id=name, head_commit_id=f"{name}:{tip}", is_shallow=False,
            last_commit_at=int(landed[-1]),
        ),
        "account": rows(
            "account", PEOPLE, repository_id=name, account_id=named("p_git_", np.arange(PEOPLE)),
            person_id=named("p_git_", np.arange(PEOPLE)), platform="git", actor_kind="human",
        ),
        "commit": rows(
            "commit", len(shas), commit_id=[f"{name}:{sha}" for sha in shas], repository_id=name,
            sha=shas, parent_shas=made["parents"], authored_at=made["authored"],
            committed_at=made["landed"], clock="ok", actor_kind="human",
            author_account_id=[f"p_git_{who}" for who in made["who"]],
        ),
        "commit_diff": rows(
            "commit_diff", len(shas), commit_id=[f"{name}:{sha}" for sha in shas],
            repository_id=name, lines_added=10, lines_deleted=5, patch_id=shas,
        ),
        "commit_file": rows(
            "commit_file", len(shas), commit_id=[f"{name}:{sha}" for sha in shas],
            repository_id=name, path="src/a.py",
        ),
        "change": rows(
            "change", len(landings), change_id=[row[0] for row in landings], repository_id=name,
            landed_commit_id=[f"{name}:{row[1]}" for row in landings],
            landing=[row[2] for row in landings], number=[row[3] for row in landings],
            landed_at=[at_of[row[1]] for row in landings], state="merged", actor_kind="human",
        ),
        "change_commit": rows(
            "change_commit", len(parts), change_id=[row[0] for row in parts], repository_id=name,
            commit_id=[f"{name}:{row[1]}" for row in parts],
        ),
    }  # fmt: skip


def _forge(
    name: str, number: Ints, times: tuple[Ints, Ints], author: Ints, draw: np.random.Generator
) -> Tables:
    opened, landed = times
    ids = named(f"{name}#", number)

    def often(each: int) -> tuple[list[str], Ints, list[str], Ints]:
        """Return change ids, instants, accounts and ordinals of `each` rows per change."""
        place = np.repeat(np.arange(number.size), each)
        when = opened[place] + draw.random(place.size) * (landed - opened)[place]
        who = named("p_hub_", draw.integers(0, PEOPLE, place.size))
        return [ids[p] for p in place], when.astype(np.int64), who, np.arange(place.size)

    tables: Tables = {
        "change": rows(
            "change", number.size, change_id=ids, repository_id=name, number=number,
            landed_commit_id=named(f"{name}:m", number), head_sha=[f"w{n}b" for n in number],
            opened_at=opened, ready_at=opened, landed_at=landed, closed_at=landed, state="merged",
            author_account_id=named("p_hub_", author), actor_kind="human",
        ),
        "account": rows(
            "account", PEOPLE, repository_id=name, account_id=named("p_hub_", np.arange(PEOPLE)),
            person_id=named("p_git_", np.arange(PEOPLE)), platform="github", actor_kind="human",
            link_rule="forge_commit_author",
        ),
    }  # fmt: skip
    change, when, who, turn = often(2)
    tables["proposed_commit"] = rows(
        "proposed_commit", turn.size, change_id=change, repository_id=name, position=turn % 2,
        sha=[f"w{n}{end}" for n in number.tolist() for end in "ab"], author_account_id=who,
        authored_at=np.repeat(opened, 2) - np.tile([2 * HOUR, HOUR], number.size),
        actor_kind="human",
    )  # fmt: skip
    tables["review"] = rows(
        "review", turn.size, review_id=named(f"{name}!", turn), change_id=change,
        repository_id=name, reviewer_account_id=who, actor_kind="human", submitted_at=when,
        verdict=["commented", "approved"] * number.size,
    )  # fmt: skip
    change, when, who, turn = often(3)
    tables["review_comment"] = rows(
        "review_comment", turn.size, comment_id=named(f"{name}?", turn), change_id=change,
        repository_id=name, account_id=who, actor_kind="human", written_at=when,
    )  # fmt: skip
    change, when, who, turn = often(4)
    tables["change_event"] = rows(
        "change_event", turn.size, change_id=change, repository_id=name, kind="pushed",
        happened_at=when, account_id=who, actor_kind="human",
    )  # fmt: skip
    tables["work_item_mention"] = rows(
        "work_item_mention", number.size, repository_id=name, target_kind="change", target_id=ids,
        key=named(f"{key_of(name)}-", number), place="title", is_closing=False,
    )  # fmt: skip
    every = number[::10]
    for_all = np.repeat(every, 2)
    tables["deployment"] = rows(
        "deployment", for_all.size, deployment_id=named(f"{name}/d", np.arange(for_all.size)),
        service_id=name, repository_id=name, kind="deploy", outcome="success",
        environment=["production", "staging"] * every.size, evidence="forge_deployment",
        commit_id=named(f"{name}:m", for_all), started_at=landed[for_all - 1] + HOUR // 2,
        finished_at=landed[for_all - 1] + HOUR,
    )  # fmt: skip
    hurt = number[::100]
    tables["incident"] = rows(
        "incident", hurt.size, incident_id=named(f"{name}/i", hurt), service_id=name,
        opened_at=landed[hurt - 1] + 3 * HOUR, resolved_at=landed[hurt - 1] + 5 * HOUR,
    )  # fmt: skip
    return tables


def key_of(name: str) -> str:
    """Return the key of the tracker's project of a repository."""
    return "SHOP" + name.rpartition("-")[2]


def _tracker(name: str, number: Ints, opened: Ints, landed: Ints) -> Tables:
    ids = named(f"jira.acme.org:{key_of(name)}-", number)
    moves = [(opened - 30 * HOUR, None, "queue"), (opened - 9 * HOUR, "queue", "active"),
             (landed, "active", "done")]  # fmt: skip
    return {
        "work_item": rows(
            "work_item", number.size, work_item_id=ids, tracker="jira", item_type="task",
            stage="done", created_at=opened - 30 * HOUR, done_at=landed,
        ),
        "work_item_transition": pa.concat_tables(
            rows(
                "work_item_transition", number.size, work_item_id=ids, happened_at=when,
                from_stage=None if old is None else old, to_stage=new, person_id="p_jira_1",
            )
            for when, old, new in moves
        ).unify_dictionaries(),
    }  # fmt: skip


def land(folder: Path, changes: int, repositories: int) -> int:
    """Land the records of so many repositories; return how many rows but files."""
    warehouse, vault = Warehouse.open(folder), Vault.open(folder)
    count = 0
    for place in range(repositories):
        name = f"github.com/acme/shop-{place}"
        made = repository(name, changes // repositories, place)
        targets = (name, name, f"jira.acme.org/{key_of(name)}")
        for source, target_id, tables in zip(("git", "github", "jira"), targets, made, strict=True):
            count += _land(warehouse, vault, (source, target_id), tables)
    return count


def _land(
    warehouse: Warehouse, vault: Vault, place: tuple[str, str], tables: Mapping[str, pa.Table]
) -> int:
    with warehouse.collection(*place, now=START, vault=vault) as collection:
        for table, given in tables.items():
            collection.land(table, given)
        collection.cursor("1")
    return sum(given.num_rows for table, given in tables.items() if table != "commit_file")


def run(folder: str, note: str) -> None:
    """Link what was landed, and print what it took."""
    warehouse, vault = Warehouse.open(Path(folder)), Vault.open(Path(folder))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started, cpu = time.perf_counter(), time.process_time()
    done = link(warehouse, vault, Settings(), now=START + 1, limits=Limits(threads=2))
    took, used = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{note}: {took:.1f} s wall, {used:.1f} s CPU, {peak:,.0f} MB peak ({before:,.0f} before), "
        f"{len(done.targets)} targets linked, {done.unchanged} unchanged",
        flush=True,
    )


def alone(folder: Path, note: str) -> None:
    """Link in a fresh process, so that its peak memory is its own."""
    process = multiprocessing.get_context("spawn").Process(target=run, args=(str(folder), note))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(process.exitcode)


def main() -> None:
    """Measure every size asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--changes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--repositories", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--twice", action="store_true")
    asked = parser.parse_args()
    for changes in asked.changes:
        for repositories in asked.repositories:
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place) / ".trueup"
                count = land(folder, changes, repositories)
                note = f"{changes:,} changes, {repositories} repositories, {count:,} events"
                alone(folder, note)
                if asked.twice:
                    name = "github.com/acme/shop-0"
                    late = rows(
                        "review_comment",
                        1,
                        comment_id="late",
                        change_id=f"{name}#1",
                        repository_id=name,
                        written_at=START,
                        actor_kind="human",
                    )
                    _land(
                        Warehouse.open(folder),
                        Vault.open(folder),
                        ("gitlab", name),
                        {"review_comment": late},
                    )
                    alone(folder, "  again after one comment")
                    alone(folder, "  again after nothing")


if __name__ == "__main__":
    main()
