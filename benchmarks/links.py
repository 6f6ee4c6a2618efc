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


def _chain(n: int, kind: int, begun: int, at: int) -> list[tuple[str, int, list[str], str]]:
    """Return what change `n` landed as: hash, author instant, parents, and its landing's kind."""
    first, second = begun - 2 * HOUR, begun - HOUR
    tip = [f"m{n - 1}"] if n > 1 else []
    if kind == 0:
        return [
            (f"w{n}a", first, tip, ""),
            (f"w{n}b", second, [f"w{n}a"], ""),
            (f"m{n}", at, [*tip, f"w{n}b"], "merge"),
        ]
    if kind == 1:
        return [(f"m{n}", at, tip, "squash")]
    return [(f"r{n}", first, tip, "direct"), (f"m{n}", second, [f"r{n}"], "direct")]


def _git(name: str, number: Ints, way: Ints, times: tuple[Ints, Ints], author: Ints) -> Tables:
    commits: list[tuple[str, int, int, list[str], int]] = []
    landings: list[tuple[str, str, str, int | None, int]] = []
    parts: list[tuple[str, str]] = []
    drawn = zip(number.tolist(), way.tolist(), *(t.tolist() for t in times), author.tolist(),
                strict=True)  # fmt: skip
    for n, kind, begun, at, who in drawn:
        for sha, authored, parents, landing in _chain(n, kind, begun, at):
            commits.append((sha, authored, at, parents, who))
            change = f"{name}:{sha}" if landing == "direct" else f"{name}#{n}"
            parts.append((change, sha))
            if landing:
                landings.append((change, sha, landing, None if landing == "direct" else n, at))
    shas = [commit[0] for commit in commits]
    people = named("p_git_", np.arange(PEOPLE))
    ids = [f"{name}:{sha}" for sha in shas]
    return {
        "repository": rows(
            "repository", 1, repository_id=name, head_commit_id=f"{name}:m{number[-1]}",
            is_shallow=False, last_commit_at=int(times[1][-1]),
        ),
        "account": rows(
            "account", PEOPLE, repository_id=name, account_id=people, person_id=people,
            platform="git", actor_kind="human",
        ),
        "commit": rows(
            "commit", len(shas), commit_id=ids, repository_id=name, sha=shas, clock="ok",
            parent_shas=[c[3] for c in commits], authored_at=[c[1] for c in commits],
            committed_at=[c[2] for c in commits], actor_kind="human",
            author_account_id=[f"p_git_{c[4]}" for c in commits],
        ),
        "commit_diff": rows("commit_diff", len(shas), commit_id=ids, repository_id=name,
                            lines_added=10, lines_deleted=5, patch_id=shas),
        "commit_file": rows("commit_file", len(shas), commit_id=ids, repository_id=name,
                            path="src/a.py"),
        **_landed(name, landings, parts),
    }  # fmt: skip


def _landed(
    name: str,
    landings: list[tuple[str, str, str, int | None, int]],
    parts: list[tuple[str, str]],
) -> Tables:
    change, sha, kind, number, at = zip(*landings, strict=True)
    return {
        "change": rows(
            "change", len(change), change_id=change, repository_id=name, landing=kind,
            landed_commit_id=[f"{name}:{one}" for one in sha], number=number, landed_at=at,
            state="merged", actor_kind="human",
        ),
        "change_commit": rows(
            "change_commit", len(parts), change_id=[p[0] for p in parts], repository_id=name,
            commit_id=[f"{name}:{p[1]}" for p in parts],
        ),
    }  # fmt: skip


def _forge(
    name: str, number: Ints, times: tuple[Ints, Ints], author: Ints, draw: np.random.Generator
) -> Tables:
    opened, landed = times
    ids = named(f"{name}#", number)
    hubs = named("p_hub_", np.arange(PEOPLE))
    return {
        "change": rows(
            "change", number.size, change_id=ids, repository_id=name, number=number,
            landed_commit_id=named(f"{name}:m", number), head_sha=[f"w{n}b" for n in number],
            opened_at=opened, ready_at=opened, landed_at=landed, closed_at=landed, state="merged",
            author_account_id=named("p_hub_", author), actor_kind="human",
        ),
        "account": rows(
            "account", PEOPLE, repository_id=name, account_id=hubs, platform="github",
            person_id=named("p_git_", np.arange(PEOPLE)), actor_kind="human",
            link_rule="forge_commit_author",
        ),
        "work_item_mention": rows(
            "work_item_mention", number.size, repository_id=name, target_kind="change",
            target_id=ids, key=named(f"{key_of(name)}-", number), place="title", is_closing=False,
        ),
        **_said(name, number, times, draw),
        **_delivered(name, number, landed),
    }  # fmt: skip


def _said(name: str, number: Ints, times: tuple[Ints, Ints], draw: np.random.Generator) -> Tables:
    """Make up what was proposed, reviewed, commented and pushed."""
    opened, landed = times
    ids = named(f"{name}#", number)

    def often(each: int) -> tuple[list[str], Ints, list[str], Ints]:
        """Return change ids, instants, accounts and ordinals of `each` rows per change."""
        place = np.repeat(np.arange(number.size), each)
        when = opened[place] + draw.random(place.size) * (landed - opened)[place]
        who = named("p_hub_", draw.integers(0, PEOPLE, place.size))
        return [ids[p] for p in place], when.astype(np.int64), who, np.arange(place.size)

    twice, when, who, turn = often(2)
    thrice, said_at, said_by, third = often(3)
    four, pushed_at, pushed_by, fourth = often(4)
    return {
        "proposed_commit": rows(
            "proposed_commit", turn.size, change_id=twice, repository_id=name, position=turn % 2,
            sha=[f"w{n}{end}" for n in number.tolist() for end in "ab"], author_account_id=who,
            authored_at=np.repeat(opened, 2) - np.tile([2 * HOUR, HOUR], number.size),
            actor_kind="human",
        ),
        "review": rows(
            "review", turn.size, review_id=named(f"{name}!", turn), change_id=twice,
            repository_id=name, reviewer_account_id=who, actor_kind="human", submitted_at=when,
            verdict=["commented", "approved"] * number.size,
        ),
        "review_comment": rows(
            "review_comment", third.size, comment_id=named(f"{name}?", third), change_id=thrice,
            repository_id=name, account_id=said_by, actor_kind="human", written_at=said_at,
        ),
        "change_event": rows(
            "change_event", fourth.size, change_id=four, repository_id=name, kind="pushed",
            happened_at=pushed_at, account_id=pushed_by, actor_kind="human",
        ),
    }  # fmt: skip


def _delivered(name: str, number: Ints, landed: Ints) -> Tables:
    """Make up deployments and incidents."""
    every = number[::10]
    for_all, hurt = np.repeat(every, 2), number[::100]
    return {
        "deployment": rows(
            "deployment", for_all.size, deployment_id=named(f"{name}/d", np.arange(for_all.size)),
            service_id=name, repository_id=name, kind="deploy", outcome="success",
            environment=["production", "staging"] * every.size, evidence="forge_deployment",
            commit_id=named(f"{name}:m", for_all), started_at=landed[for_all - 1] + HOUR // 2,
            finished_at=landed[for_all - 1] + HOUR,
        ),
        "incident": rows(
            "incident", hurt.size, incident_id=named(f"{name}/i", hurt), service_id=name,
            opened_at=landed[hurt - 1] + 3 * HOUR, resolved_at=landed[hurt - 1] + 5 * HOUR,
        ),
    }  # fmt: skip


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
