"""Runs the Alertmanager source against the real program, and compares rows with what was posted.

``python tests/contract/check_alertmanager.py FOLDER`` starts prometheus-alertmanager on loopback
alone, posts alerts to it, collects, resolves some, lets one run out, collects again, restarts the
program, and collects twice more. Any difference ends it with 1; so does a missing program.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx

from trueup.store.warehouse import Warehouse
from trueup.workspace import Workspace

PROGRAMS = ("prometheus-alertmanager", "alertmanager")
_CONFIGURATION = """\
route: {receiver: nobody}
receivers: [{name: nobody}]
"""
_SETTINGS = """\
[[connections]]
source = "alertmanager"
url = "%s"

[connections.options]
services = { till = "checkout" }

[[services]]
name = "checkout"
repository = "github.com/acme/shop"
"""
_LABELS = {
    "resolved": {"environment": "Prod-EU", "team": "basket"},
    "minor": {"severity": "info"},
}
_CAUSES = {"till": "since acme/shop#12"}
_PATIENCE_SECONDS = 30.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BERLIN = timezone(timedelta(hours=2))

Row = dict[str, Any]


def main(folder: Path) -> int:
    """Run it; return what the process ends with."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        print(  # noqa: T201
            "There is no prometheus-alertmanager here: install the Debian package of that name.",
            file=sys.stderr,
        )
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run = Run(folder=folder, program=program, port=_free_port())
    broken = list(run.differences())
    for line in broken:
        print(line, file=sys.stderr)  # noqa: T201
    print(f"{run.version()}: {run.compared} values compared, {len(broken)} differ")  # noqa: T201
    return 1 if broken else 0


@dataclass
class Run:
    """One run against one program."""

    folder: Path
    program: str
    port: int
    compared: int = 0

    @property
    def address(self) -> str:
        """Where the program is."""
        return f"http://127.0.0.1:{self.port}"

    def differences(self) -> Iterator[str]:
        """Yield every difference between what was posted and what was landed."""
        began = datetime.now(UTC).replace(microsecond=250_000) - timedelta(minutes=10)
        with self._started():
            runs_out = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=4)
            self._silence("silenced")
            self._post("till", began)
            self._post("resolved", began.astimezone(_BERLIN))
            self._post("runs-out", began, runs_out)
            self._post("again", began)
            self._post("silenced", began)
            self._post("minor", began)
            first = self._collect()
            lasting = {"opened_at": _micros(began), "resolved_at": None}
            names = ("checkout", "resolved", "runs-out", "again")
            yield from self._compare("first", {name: [lasting] for name in names})
            yield from self._hold("alerts that do not count", self._uncounted(), 2)
            self._post("resolved", began, datetime.now(UTC))
            self._post("again", began, datetime.now(UTC))
            while datetime.now(UTC) <= runs_out:
                time.sleep(0.1)
            again = datetime.now(UTC).replace(microsecond=0)
            self._post("again", again)
            second = self._collect()
            ended = {"opened_at": _micros(began), "resolved_at": (first, second)}
            wanted: dict[str, list[Row]] = {
                "checkout": [{**lasting, "severity": "critical", "acknowledged_at": None}],
                "resolved": [{**ended, "environment": "production", "team_id": self._team()}],
                "runs-out": [lasting | {"resolved_at": _micros(runs_out)}],
                "again": [ended, {"opened_at": _micros(again), "resolved_at": None}],
            }
            yield from self._compare("second", wanted)
            yield from self._hold("what alerts name", self._links(), ["github.com/acme/shop#12"])
        yield from self._over_a_restart(began, wanted)

    def _over_a_restart(self, began: datetime, wanted: Mapping[str, list[Row]]) -> Iterator[str]:
        """The program keeps no alerts over a restart; those repeated last again."""
        with self._started():
            self._collect()
            lost = {"resolved_at": (0, _micros(datetime.now(UTC)))}
            lost_all: dict[str, list[Row]] = {
                **wanted,
                "checkout": [lost],
                "again": [wanted["again"][0], lost],
            }
            yield from self._compare("restarted", lost_all)
            self._post("till", began)
            self._collect()
            lasting = {"opened_at": _micros(began), "resolved_at": None}
            yield from self._compare("repeated", {**lost_all, "checkout": [lasting]})
        digest = Warehouse.open(self._workspace).tables().digest
        collected = Workspace.open(self._workspace).collect((), is_offline=True)
        yield from self._hold("rows made anew", collected.failed, ())
        again = Warehouse.open(self._workspace).tables().digest
        yield from self._hold("rows made anew", again, digest)
        kept = [path for path in self._workspace.rglob("*") if path.is_file()]
        told = [path.name for path in kept if b"SECRET" in path.read_bytes()]
        yield from self._hold("files with a text", told, [])

    def version(self) -> str:
        """Return what the program says it is."""
        command = [self.program, "--version"]
        said = subprocess.run(command, check=True, capture_output=True, text=True)
        return (said.stdout or said.stderr).partition(" (")[0].strip()

    @property
    def _workspace(self) -> Path:
        return self.folder / ".trueup"

    @contextmanager
    def _started(self) -> Iterator[None]:
        """Start the program and wait until it answers; end it afterwards."""
        configuration = self.folder / "alertmanager.yml"
        configuration.write_text(_CONFIGURATION, encoding="utf-8")
        (self.folder / "trueup.toml").write_text(_SETTINGS % self.address, encoding="utf-8")
        command = [
            self.program,
            f"--config.file={configuration}",
            f"--storage.path={self.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
        ]
        with (self.folder / "alertmanager.log").open("a", encoding="utf-8") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
            try:
                self._await(process)
                yield
            finally:
                process.terminate()
                process.wait(timeout=_PATIENCE_SECONDS)

    def _await(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until and process.poll() is None:
            try:
                httpx.get(f"{self.address}/api/v2/status", timeout=5.0).raise_for_status()
            except httpx.HTTPError:
                time.sleep(0.05)
            else:
                return
        raise SystemExit("Alertmanager did not start; see alertmanager.log.")

    def _post(self, service: str, starts_at: datetime, until: datetime | None = None) -> None:
        labels = {"alertname": "Down", "severity": "critical", "service": service}
        alert = {
            "labels": labels | _LABELS.get(service, {}),
            "annotations": {"summary": "SECRET", "cause": _CAUSES.get(service, "unknown")},
            "startsAt": starts_at.isoformat(),
        }
        self._send("alerts", [alert | ({"endsAt": until.isoformat()} if until else {})])

    def _silence(self, service: str) -> None:
        now = datetime.now(UTC)
        matcher = {"name": "service", "value": service, "isRegex": False, "isEqual": True}
        silence = {
            "matchers": [matcher],
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(hours=1)).isoformat(),
            "createdBy": "check",
            "comment": "planned work",
        }
        self._send("silences", silence)

    def _send(self, what: str, body: object) -> None:
        httpx.post(f"{self.address}/api/v2/{what}", json=body, timeout=5.0).raise_for_status()

    def _collect(self) -> int:
        """Collect once; return when it was over."""
        Workspace.open(self._workspace).collect(())
        return _micros(datetime.now(UTC))

    def _compare(self, when: str, wanted: Mapping[str, list[Row]]) -> Iterator[str]:
        """Compare the incidents of each service with what they should be."""
        found: dict[str, list[Row]] = {}
        rows = Warehouse.open(self._workspace).tables().arrow("incident").to_pylist()
        for row in sorted(rows, key=lambda row: (row["opened_at"], str(row["resolved_at"]))):
            found.setdefault(row["service_id"], []).append(row)
        yield from self._hold(f"{when}: services", sorted(found), sorted(wanted))
        for service, incidents in wanted.items():
            there = found.get(service, [])
            yield from self._hold(f"{when}: incidents of {service}", len(there), len(incidents))
            for row, expected in zip(there, incidents, strict=False):
                for name, value in expected.items():
                    yield from self._hold(f"{when}: {name} of {service}", row[name], value)

    def _hold(self, what: str, found: object, wanted: object) -> Iterator[str]:
        """Compare a value; a pair is the earliest and the latest instant it may be."""
        self.compared += 1
        if isinstance(wanted, tuple) and len(wanted) == 2 and isinstance(found, int):
            is_right = wanted[0] <= found <= wanted[1]
        else:
            is_right = found == wanted
        if not is_right:
            yield f"{what}: {found!r} instead of {wanted!r}"

    def _uncounted(self) -> int:
        rows = Warehouse.open(self._workspace).tables().arrow("coverage").to_pylist()
        return sum(row["skipped"] for row in rows if "count as incidents" in row["subject"])

    def _links(self) -> list[str]:
        rows = Warehouse.open(self._workspace).tables().arrow("incident_link").to_pylist()
        return [row["target_id"] for row in rows]

    def _team(self) -> str:
        return f"alertmanager:127.0.0.1:{self.port}/team/basket"


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
