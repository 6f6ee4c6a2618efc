"""Collection beside a bare HTTP loop, and the thirtieth run beside the second.

``make bench BENCH=collect_speed ARGS="--pages 200 --runs 30"``

A server process on this machine gives pages of 100 changes of about 2 KB each: rendered when they
are asked for, as a server with state does it, or beforehand (``--rendered``), and after so many
milliseconds (``--latency``), which on a real network are 50 and more.
The bare loop asks for them one after another with the same HTTP library and parses the JSON; ours
asks, compresses and keeps them page by page, then reads them into rows and lands those. They take
turns; the best of so many of each (``--takes``) is compared.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from trueup.collect.running.connector import RecordedConnector
from trueup.collect.running.landing import land
from trueup.collect.running.visiting import TargetVisit
from trueup.collect.web.client import HttpWeb
from trueup.config import Connection, Settings
from trueup.store.identity import Vault
from trueup.store.raw.archive import Archives
from trueup.store.warehouse import Warehouse
from trueup.testing.loopback import served
from trueup.testing.scripted import Answer, Question, Unheard
from trueup.testing.shop import TARGET, TARGET_ID, ShopSource

PAGE = 100
EDITED = 50
"""Changes edited before every further run."""
PROMISED = 1.5


def main() -> None:
    """Serve, or measure."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=200)
    options.add_argument("--runs", type=int, default=30)
    options.add_argument("--takes", type=int, default=5)
    options.add_argument("--rendered", action="store_true")
    options.add_argument("--latency", type=float, default=0.0)
    options.add_argument("--serve", action="store_true")
    asked = options.parse_args()
    if asked.serve:
        serve(asked.pages, is_rendered=asked.rendered, latency=asked.latency / 1000)
        return
    command = [sys.executable, *sys.argv, "--serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        address = server.stdout.readline().decode().strip()
        try:
            beside_a_bare_loop(address, asked.pages, asked.takes)
            if asked.runs:
                run_after_run(address, asked.runs)
        finally:
            server.kill()


def beside_a_bare_loop(address: str, pages: int, takes: int) -> None:
    """Print pages a second of both, and their ratio."""
    ways: dict[str, Callable[[str], None]] = {
        "bare loop": bare,
        "fetched and kept": kept,
        "fetched, kept, read, landed": landed,
    }
    best = {name: (float("inf"), 0.0) for name in ways}
    for _ in range(takes):
        for name, way in ways.items():
            wall, cpu = time.perf_counter(), time.process_time()
            way(address)
            took = (time.perf_counter() - wall, time.process_time() - cpu)
            best[name] = min(best[name], took)
    floor = best["bare loop"][0]
    print("| way | wall s | CPU s | pages/s | ratio |\n| --- | --- | --- | --- | --- |")
    for name, (wall, cpu) in best.items():
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {pages / wall:.0f} | {wall / floor:.2f} |")
    ratio = best["fetched and kept"][0] / floor
    print(f"ratio {ratio:.2f}, promised at most {PROMISED}")


def bare(address: str) -> None:
    """Ask for page after page, parse, forget."""
    with httpx.Client() as client:
        since = 0
        while found := client.get(f"{address}/changes", params={"since": since}).json():
            since = found[-1]["edit"]


def kept(address: str) -> None:
    """Fetch and keep."""
    with tempfile.TemporaryDirectory() as folder:
        connector_of(address, Path(folder), is_landed=False)


def landed(address: str) -> None:
    """Fetch, keep, read and land."""
    with tempfile.TemporaryDirectory() as folder:
        connector_of(address, Path(folder), is_landed=True)


def connector_of(address: str, folder: Path, *, is_landed: bool) -> None:
    """Collect once into `folder`."""
    source, progress = ShopSource(), Unheard()
    assert source.server is not None
    connection = Connection(source="shop", url=address, targets=(TARGET,))
    web = HttpWeb(connection, source.server, progress)
    archives, now = Archives(folder, "shop", address), time.time_ns() // 1000
    if not is_landed:
        archive = archives.open(TARGET, TARGET_ID)
        visit = TargetVisit(
            target=TARGET,
            target_id=TARGET_ID,
            connection=connection,
            web=web,
            now=now,
            progress=progress,
            is_reconciling=False,
            archive=archive,
        )
        archive.end_visit({}, visit.fetch(source))
        archive.close()
        web.close()
        return
    connector = RecordedConnector(source, connection, archives, web)
    with (
        Vault.open(folder) as vault,
        Warehouse.open(folder).collection("shop", TARGET_ID, now=now, vault=vault) as collection,
    ):
        land(
            connector,
            (TARGET, TARGET_ID),
            collection,
            settings=Settings(),
            identify=vault.identify,
            progress=progress,
            now=now,
        )
    web.close()


def run_after_run(address: str, runs: int) -> None:
    """Print CPU seconds and size of the raw records, run by run."""
    with tempfile.TemporaryDirectory() as name:
        folder, took = Path(name), []
        for run in range(runs):
            if run:
                httpx.get(f"{address}/edit")
            cpu = time.process_time()
            connector_of(address, folder, is_landed=True)
            took.append(time.process_time() - cpu)
            if run + 1 in {1, 2, runs}:
                size = sum(path.stat().st_size for path in folder.rglob("raw/*/*"))
                print(f"run {run + 1}: {took[-1]:.2f} s CPU, raw {size / 1e6:.1f} MB")
        ratio = median(took[-5:]) / median(took[1:6])
        print(f"median of the last five by that of runs 2 to 6: {ratio:.2f}")


def serve(pages: int, *, is_rendered: bool, latency: float) -> None:
    """Serve changes by the number of their last edit."""
    chance = random.Random(1)
    newest = [change(number, number + 1, chance) for number in range(pages * PAGE)]

    def page(since: int) -> bytes:
        first = bisect_right(newest, since, key=lambda one: one["edit"])
        return json.dumps(newest[first : first + PAGE]).encode()

    starts = range(0, pages * PAGE + 1, PAGE) if is_rendered else ()
    rendered = {since: page(since) for since in starts}

    def answer(question: Question) -> Answer:
        if question.path == "/edit":
            rendered.clear()
            edit = newest[-1]["edit"]
            for step in range(EDITED):
                edited = newest.pop(chance.randrange(len(newest) // 2))
                newest.append(change(edited["number"], edit + step + 1, chance))
            return Answer()
        time.sleep(latency)
        since = int(question.params["since"])
        return Answer(body=rendered.get(since) or page(since))

    with served(answer) as address:
        print(address, flush=True)
        sys.stdin.read()


def change(number: int, edit: int, chance: random.Random) -> dict[str, Any]:
    """Make up a change of about the size a forge gives."""

    def user() -> dict[str, Any]:
        name = f"user{chance.randrange(300)}"
        return {"login": name, "id": chance.randrange(10**7), "type": "User", "site_admin": False}

    def sha() -> str:
        return f"{chance.getrandbits(160):040x}"

    def at() -> str:
        return f"2026-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}T10:20:30Z"

    return {
        "number": number,
        "edit": edit,
        "user": user(),
        "opened_at": 1_700_000_000_000_000 + number,
        "merged_at": at(),
        "head": {"sha": sha(), "ref": f"feature/{number}"},
        "labels": ["a label", "another"],
        "commits": [{"sha": sha(), "at": at(), "author": user()} for _ in range(4)],
        "reviews": [
            {"id": chance.randrange(10**9), "user": user(), "state": "APPROVED", "at": at()}
            for _ in range(chance.randrange(6))
        ],
        "timeline": [{"event": "labeled", "at": at(), "actor": user()} for _ in range(6)],
    }


if __name__ == "__main__":
    main()
