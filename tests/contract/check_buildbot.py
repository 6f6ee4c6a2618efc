"""Runs the Buildbot source against the real program, and compares rows with what was begun.

``python tests/contract/check_buildbot.py FOLDER`` installs Buildbot into a folder of its own and
starts it on loopback alone. It begins builds that succeed, fail, warn, deploy, start another one,
are begun by a clock and by a push, and are begun again; it collects while one of them runs, and
once more when it is over. Any difference ends it with 1.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from trueup.store.warehouse import Warehouse
from trueup.workspace import Workspace

_HERE = Path(__file__).parent
_SHA = "0123456789abcdef0123456789abcdef01234567"
_PUSHED_SHA = "fedcba9876543210fedcba9876543210fedcba98"
_SHOP = "git.example.org/acme/shop"
_ADA = "Ada <ada@example.org>"
_SECRETS = (b"SECRET", b"reader:secret")
_SETTINGS = """\
[[connections]]
source = "buildbot"
url = "%s"
targets = ["*"]

[connections.options]
deployments = { "deploy-*" = "Live" }
"""
_PATIENCE_SECONDS = 60.0

Row = dict[str, Any]


def main(folder: Path) -> int:
    """Run it; return what the process ends with."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run = Run(folder=folder, web=_free_port(), workers=_free_port())
    run.install()
    broken = list(run.differences())
    for line in broken:
        print(line, file=sys.stderr)  # noqa: T201
    print(f"{run.version()}: {run.compared} values compared, {len(broken)} differ")  # noqa: T201
    return 1 if broken else 0


@dataclass
class Run:
    """One run against one program."""

    folder: Path
    web: int
    workers: int
    compared: int = 0

    @property
    def address(self) -> str:
        """Where the program is."""
        return f"http://127.0.0.1:{self.web}"

    def install(self) -> None:
        """Put the program into a folder of its own."""
        venv.create(self.folder / "venv", with_pip=True)
        packages = ("-r", str(_HERE / "buildbot.txt"))
        command = [self._program("python"), "-m", "pip", "install", "-q", *packages]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)

    def version(self) -> str:
        """Return what the program says it is."""
        command = [self._program("buildbot"), "--version"]
        said = subprocess.run(command, check=True, capture_output=True, text=True)
        return said.stdout.splitlines()[0].replace(" version:", "")

    def differences(self) -> Iterator[str]:
        """Yield every difference between what was begun and what was landed."""
        with self._started():
            for builder in ("shop", "fails", "warns", "deploy-live"):
                self._force(builder)
            self._push()
            self._await(lambda: self._are_over(7), "builds to end")
            self._again("fails")
            self._await(lambda: self._are_over(8), "the build begun again to end")
            self._force("slow")
            self._await(lambda: self._is_running("slow"), "the slow build to begin")
            self._collect()
            yield from self._compare("first", "slow", {"outcome": None, "finished_at": None})
            self._await(lambda: self._are_over(9), "the slow build to end")
            self._collect()
            yield from self._runs()
            yield from self._rest()
            digest = self._digest()
            self._collect()
            yield from self._hold("rows of a third visit", self._digest(), digest)
        Workspace.open(self._workspace).collect((), is_offline=True)
        yield from self._hold("rows made anew", self._digest(), digest)
        files = [path for path in self._workspace.rglob("*") if path.is_file()]
        told = [p.name for p in files if any(secret in p.read_bytes() for secret in _SECRETS)]
        yield from self._hold("files with a text or a password", told, [])

    def _runs(self) -> Iterator[str]:
        forced = {"trigger": "manual", "repository_id": _SHOP, "attempt": 1, "actor_kind": "human"}
        checked = {"commit_id": f"{_SHOP}:{_SHA}", "is_default_branch": True}
        wanted: Mapping[str, Row] = {
            "shop": {**forced, **checked, "outcome": "success", "parent_run_id": None},
            "fails": {**forced, **checked, "outcome": "failure"},
            "warns": {**forced, "outcome": "success", "commit_id": None},
            "deploy-live": {**forced, **checked, "outcome": "success"},
            "slow": {**forced, "outcome": "success"},
            "child": {"outcome": "success", "trigger": "other", "account_id": None},
            "timed": {"outcome": "success", "trigger": "schedule", "repository_id": None},
            "pushed": {
                "outcome": "success",
                "trigger": "change",
                "commit_id": f"{_SHOP}:{_PUSHED_SHA}",
                "change_id": f"{_SHOP}#12",
                "account_id": None,
                "is_default_branch": False,
            },
        }
        for builder, row in wanted.items():
            yield from self._compare("last", builder, row)
        rows = self._rows("pipeline_run")
        yield from self._hold("runs", len(rows), 9)
        (parent,) = (row["run_id"] for row in rows if row["pipeline"] == "shop")
        yield from self._compare("last", "child", {"parent_run_id": parent})
        again = {"attempt": 2, "outcome": "failure", "parent_run_id": None}
        yield from self._compare("last", "fails", again, place=1)
        for row in rows:
            course = [row[name] for name in ("queued_at", "started_at", "finished_at")]
            yield from self._hold(f"course of {row['pipeline']}", course, sorted(course))
        (slow,) = (row for row in rows if row["pipeline"] == "slow")
        lasted = slow["finished_at"] - slow["started_at"]
        yield from self._hold("how long it slept", lasted, (3_000_000, 8_000_000))

    def _rest(self) -> Iterator[str]:
        (deployment,) = self._rows("deployment")
        names = ("environment", "kind", "outcome", "commit_id", "evidence")
        found = [deployment[name] for name in names]
        wanted = ["production", "deploy", "success", f"{_SHOP}:{_SHA}", "pipeline"]
        yield from self._hold("deployment", found, wanted)
        accounts = self._rows("account")
        kinds = {(row["platform"], row["actor_kind"]) for row in accounts}
        yield from self._hold("accounts", kinds, {("buildbot", "human")})
        yield from self._hold("persons", len({row["person_id"] for row in accounts}), 1)
        skipped = sum(row["skipped"] for row in self._rows("coverage"))
        yield from self._hold("skipped", skipped, 0)

    @contextmanager
    def _started(self) -> Iterator[None]:
        """Start the program and wait until it answers; end it afterwards."""
        (self.folder / "trueup.toml").write_text(_SETTINGS % self.address, encoding="utf-8")
        master = self.folder / "master"
        create = [self._program("buildbot"), "create-master", str(master)]
        subprocess.run(create, check=True, stdout=subprocess.DEVNULL)
        shutil.copy(_HERE / "buildbot.cfg", master / "master.cfg")
        ports = {"CHECK_WEB_PORT": str(self.web), "CHECK_WORKER_PORT": str(self.workers)}
        with (self.folder / "buildbot.log").open("w", encoding="utf-8") as log:
            command = [self._program("buildbot"), "start", "--nodaemon", str(master)]
            env = {**os.environ, **ports}
            process = subprocess.Popen(command, stdout=log, stderr=log, env=env)
            try:
                self._await(lambda: process.poll() is not None or self._answers(), "an answer")
                yield
            finally:
                process.terminate()
                process.wait(timeout=_PATIENCE_SECONDS)

    def _force(self, builder: str) -> None:
        builder_id = next(b["builderid"] for b in self._ask("builders") if b["name"] == builder)
        params = {
            "builderid": builder_id,
            "branch": "main",
            "revision": "",
            "username": _ADA,
            "reason": "SECRET",
        }
        self._do("forceschedulers/force", "force", params)

    def _again(self, builder: str) -> None:
        (build,) = self._builds(builder)
        self._do(f"builds/{build['buildid']}", "rebuild", {"reason": "SECRET"})

    def _push(self) -> None:
        """Tell of a change, as a hook of a forge does."""
        change = {
            "author": "Bob <bob@example.org>",
            "revision": _PUSHED_SHA,
            "branch": "refs/pull/12/merge",
            "repository": f"https://{_SHOP}",
            "comments": "SECRET",
        }
        address = f"{self.address}/change_hook/base"
        httpx.post(address, data=change, timeout=10.0).raise_for_status()

    def _do(self, path: str, method: str, params: Row) -> None:
        call = {"jsonrpc": "2.0", "method": method, "id": 1, "params": params}
        reply = httpx.post(f"{self.address}/api/v2/{path}", json=call, timeout=10.0)
        reply.raise_for_status()

    def _ask(self, path: str) -> list[Row]:
        reply = httpx.get(f"{self.address}/api/v2/{path}", timeout=10.0)
        found: list[Row] = reply.raise_for_status().json()[path]
        return found

    def _builds(self, builder: str) -> list[Row]:
        named = {one["builderid"]: one["name"] for one in self._ask("builders")}
        return [one for one in self._ask("builds") if named[one["builderid"]] == builder]

    def _are_over(self, count: int) -> bool:
        return len([one for one in self._ask("builds") if one["complete"]]) >= count

    def _is_running(self, builder: str) -> bool:
        return any(not one["complete"] for one in self._builds(builder))

    def _answers(self) -> bool:
        try:
            return bool(self._ask("builders"))
        except httpx.HTTPError:
            return False

    def _await(self, is_so: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + _PATIENCE_SECONDS
        while not is_so():
            if time.monotonic() > until:
                raise SystemExit(f"Waited in vain for {what}; see buildbot.log.")
            time.sleep(0.1)

    def _collect(self) -> None:
        failed = Workspace.open(self._workspace).collect(()).failed
        if failed:
            raise SystemExit(f"Collecting failed: {failed}")

    def _compare(self, when: str, builder: str, wanted: Row, place: int = 0) -> Iterator[str]:
        rows = [row for row in self._rows("pipeline_run") if row["pipeline"] == builder]
        row = sorted(rows, key=lambda row: row["run_id"])[place]
        for name, value in wanted.items():
            yield from self._hold(f"{when}: {name} of {builder}", row[name], value)

    def _hold(self, what: str, found: object, wanted: object) -> Iterator[str]:
        """Compare a value; a pair is the least and the most it may be."""
        self.compared += 1
        if isinstance(wanted, tuple) and isinstance(found, int):
            is_right = wanted[0] <= found <= wanted[1]
        else:
            is_right = found == wanted
        if not is_right:
            yield f"{what}: {found!r} instead of {wanted!r}"

    def _rows(self, table: str) -> list[Row]:
        rows: list[Row] = Warehouse.open(self._workspace).tables().arrow(table).to_pylist()
        return rows

    def _digest(self) -> str:
        digest: str = Warehouse.open(self._workspace).tables().digest
        return digest

    @property
    def _workspace(self) -> Path:
        return self.folder / ".trueup"

    def _program(self, name: str) -> str:
        return str(self.folder.resolve() / "venv" / "bin" / name)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
