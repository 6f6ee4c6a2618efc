"""Collections killed: whether anything is lost or there twice afterwards.

``python -m trueup.testing.killed --kills 200`` kills at random instants, ``--at-commits`` before
every transaction of the archive begins and before it ends; both print what came of it, as JSON,
and end with 1 where a row is lost or there twice.
One process serves a shop that changes all the time; this one only forks those that collect, and
kills them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from unittest.mock import patch

from trueup.collect.connector import Progress
from trueup.collect.running.connector import Manner, RecordedConnector
from trueup.collect.running.landing import land
from trueup.collect.web.client import HttpWeb
from trueup.config import Connection, Settings
from trueup.store.identity import Vault
from trueup.store.raw import archive as archives
from trueup.store.raw.database import connect
from trueup.store.warehouse import Warehouse
from trueup.testing.loopback import served
from trueup.testing.scripted import Answer, Question, Unheard
from trueup.testing.shop import TARGET, TARGET_ID, Shop, ShopSource

_CHANGES = 120
_ANSWER_SECONDS = 0.002
_FINISHES = 0.3
"""Share of kills after which a collection may end, before the shop changes again."""


def main() -> None:
    """Serve, or kill and say what came of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--at-commits", action="store_true")
    options.add_argument("--serve", action="store_true")
    asked = options.parse_args()
    if asked.serve:
        _serve(asked.seed)
        return
    command = [sys.executable, "-m", "trueup.testing.killed", "--serve", "--seed", str(asked.seed)]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        address = server.stdout.readline().decode().strip() if server.stdout else ""
        try:
            if asked.at_commits:
                found = _kill_at_commits(Path(folder), address)
            else:
                chance = random.Random(asked.seed)  # noqa: S311 - a seed
                found = _kill(Path(folder), address, asked.kills, chance)
        finally:
            server.kill()
    print(json.dumps(found))  # noqa: T201 - the answer
    if found["lost"] or found["twice"]:
        sys.exit(1)


def _kill(folder: Path, address: str, kills: int, chance: random.Random) -> dict[str, int]:
    began = time.monotonic()
    _wait(_fork(lambda: _collect(folder, address)))
    usual = time.monotonic() - began
    found: Counter[str] = Counter(kills=0, finished_before=0, checks=0, lost=0, twice=0)
    while found["kills"] < kills:
        _ask(address, "/edit")
        child = _fork(lambda: _collect(folder, address))
        time.sleep(chance.random() * usual)
        os.kill(child, signal.SIGKILL)
        was_killed = _wait(child) == -signal.SIGKILL
        found["kills" if was_killed else "finished_before"] += 1
        if chance.random() < _FINISHES or found["kills"] == kills:
            found.update(_finish(folder, address))
    return dict(found)


def _kill_at_commits(folder: Path, address: str) -> dict[str, int]:
    """Kill before the first BEGIN or COMMIT, then before the second, until one gets through."""
    found: Counter[str] = Counter(kills=0, checks=0, lost=0, twice=0)
    _wait(_fork(lambda: _collect(folder, address)))
    while True:
        _ask(address, "/edit")
        step = found["kills"] + 1
        if not _wait(_fork(partial(_collect_until, folder, address, step))):
            found.update(_finish(folder, address))
            return dict(found)
        found["kills"] += 1
        found.update(_finish(folder, address))


def _collect_until(folder: Path, address: str, step: int) -> None:
    left = [step]

    def trace(statement: str) -> None:
        if statement.startswith(("BEGIN", "COMMIT")):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    def traced(path: Path) -> sqlite3.Connection:
        opened = connect(path)
        opened.set_trace_callback(trace)
        return opened

    with patch.object(archives, "connect", traced):
        _collect(folder, address)


def _finish(folder: Path, address: str) -> dict[str, int]:
    """Let a collection end, and hold its rows against the shop."""

    def finish() -> None:
        _collect(folder, address)
        _check(folder, address)

    if _wait(_fork(finish)):
        raise SystemExit("a collection after a kill did not end well")
    found: dict[str, int] = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    return {**found, "checks": 1}


def _fork(task: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        task()
    except BaseException:  # noqa: BLE001 - a forked process ends here, whatever happened
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def _wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _collect(folder: Path, address: str) -> None:
    source, place = ShopSource(), folder / "workspace"
    connection = Connection(source="shop", url=address, targets=(TARGET,))
    progress: Progress = Unheard()
    assert source.server is not None
    web = HttpWeb(connection, source.server, progress)
    kept = archives.Archives(place, "shop", address)
    connector = RecordedConnector(source, connection, kept, web, Manner(is_reconciling=True))
    now = time.time_ns() // 1000
    with (
        Vault.open(place) as vault,
        Warehouse.open(place).collection("shop", TARGET_ID, now=now, vault=vault) as collection,
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


def _check(folder: Path, address: str) -> None:
    """Hold every row against the shop."""
    truth = json.loads(_ask(address, "/truth"))
    changes = {f"{TARGET_ID}#{n}" for n in truth["reviews"]}
    reviews = {
        f"{TARGET_ID}#{n}!{i}" for n, count in truth["reviews"].items() for i in range(count)
    }
    gone = {f"{TARGET_ID}#{n}" for n in truth["gone"]}
    edits = {f"{TARGET_ID}#{n}": edit for n, edit in truth["opened_at"].items()}
    with Warehouse.open(folder / "workspace").tables() as tables:
        found = {
            "change": tables.arrow("change")["change_id"].to_pylist(),
            "review": tables.arrow("review")["review_id"].to_pylist(),
            "tombstone": tables.arrow("tombstone")["row_id"].to_pylist(),
        }
        opened = tables.arrow("change").select(["change_id", "opened_at"]).to_pylist()
    seen = folder / "seen.json"  # what landed once and is gone has a tombstone
    landed = set(json.loads(seen.read_text(encoding="utf-8"))) if seen.exists() else set()
    seen.write_text(json.dumps(sorted(landed | set(found["change"]))), encoding="utf-8")
    lost_stones = (gone & landed) - set(found["tombstone"])
    wrong = sum(edits.get(row["change_id"]) != row["opened_at"] for row in opened)
    lost, twice = wrong + len(lost_stones), 0
    for table, wanted in (("change", changes), ("review", reviews), ("tombstone", gone)):
        lost += len(wanted - set(found[table])) if wanted is not gone else 0
        twice += len(found[table]) - len(wanted & set(found[table]))
    answer = json.dumps({"lost": lost, "twice": twice, "rows": sum(map(len, found.values()))})
    (folder / "found.json").write_text(answer, encoding="utf-8")


def _serve(seed: int) -> None:
    """Serve a shop that changes whenever it is told to."""
    shop, chance = Shop(page_size=10), random.Random(seed)  # noqa: S311 - a seed
    gone: set[int] = set()

    def edit(number: int) -> None:
        shop.put(number, reviews=chance.randrange(4), opened_at=chance.randrange(10**15))
        gone.discard(number)

    for number in range(_CHANGES):
        edit(number)

    def answer(question: Question) -> Answer:
        if question.path == "/edit":
            for _ in range(20):
                edit(chance.randrange(2 * _CHANGES))
            for number in chance.sample(sorted(shop.changes), 3):
                del shop.changes[number]
                gone.add(number)
            return Answer()
        if question.path == "/truth":
            reviews = {n: len(change["reviews"]) for n, change in shop.changes.items()}
            opened = {n: change["opened_at"] for n, change in shop.changes.items()}
            return Answer(body={"reviews": reviews, "gone": sorted(gone), "opened_at": opened})
        time.sleep(_ANSWER_SECONDS)
        return shop.answer(question)

    with served(answer) as address:
        print(address, flush=True)  # noqa: T201 - whoever started it reads this
        sys.stdin.read()


def _ask(address: str, path: str) -> bytes:
    with urllib.request.urlopen(address + path, timeout=10) as reply:  # noqa: S310 - our own server
        content: bytes = reply.read()
    return content


if __name__ == "__main__":
    main()
