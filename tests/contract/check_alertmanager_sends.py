"""Lets the real Alertmanager send its alerts to `trueup receive`, and compares rows with them.

``python tests/contract/check_alertmanager_sends.py FOLDER`` starts prometheus-alertmanager on
loopback alone, with the configuration that docs/how-to/send-events.md shows, posts two alerts to
it, resolves one, and collects. Any difference ends it with 1; so does a missing program.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from trueup.store.warehouse import Warehouse
from trueup.workspace import Workspace

PROGRAMS = ("prometheus-alertmanager", "alertmanager")
SECRET = "of this check alone, and long enough"  # noqa: S105
_CONFIGURATION = """\
route: {{receiver: trueup, group_by: ["..."], group_wait: 0s, group_interval: 1s}}
receivers:
  - name: trueup
    webhook_configs:
      - url: {url}
        send_resolved: true
        http_config:
          authorization:
            credentials_file: {secret}
"""
_PATIENCE_SECONDS = 30.0


def main(folder: Path) -> int:
    """Run it; return what the process ends with."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        print("There is no prometheus-alertmanager here.", file=sys.stderr)  # noqa: T201
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings = f'[[connections]]\nsource = "events"\ntargets = ["{folder / "events"}"]\n'
    (folder / "trueup.toml").write_text(settings, encoding="utf-8")
    workspace = Workspace.open(folder / ".trueup")
    began = datetime.now(UTC).replace(microsecond=250_000) - timedelta(minutes=10)
    ended = began + timedelta(minutes=9)
    with _receiving(workspace) as url, _started(program, folder, url) as address:
        _post(address, "till", began)
        _post(address, "mail", began)
        _wait(folder, 2)
        _post(address, "till", began, ended)
        _wait(folder, 3)
    workspace.collect(())
    with Warehouse.open(folder / ".trueup").tables() as tables:
        rows = tables.arrow("incident").to_pylist()
    landed = {row["service_id"]: (row["opened_at"], row["resolved_at"]) for row in rows}
    wanted = {"till": (_micros(began), _micros(ended)), "mail": (_micros(began), None)}
    if landed != wanted:
        print(f"landed {landed}, posted {wanted}", file=sys.stderr)  # noqa: T201
        return 1
    print("2 alerts sent by the real Alertmanager are 2 incidents")  # noqa: T201
    return 0


@contextmanager
def _receiving(workspace: Workspace) -> Iterator[str]:
    os.environ["TRUEUP_RECEIVE_SECRET"] = SECRET
    place = ("127.0.0.1", 0)
    with workspace.receiver(None, place=place, secret="env:TRUEUP_RECEIVE_SECRET") as receiver:  # noqa: S106
        thread = threading.Thread(target=receiver.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield receiver.addresses["events"].replace("/events", "/alertmanager")
        finally:
            receiver.shutdown()
            thread.join()


@contextmanager
def _started(program: str, folder: Path, url: str) -> Iterator[str]:
    secret, configuration = folder / "secret", folder / "alertmanager.yml"
    secret.write_text(SECRET, encoding="utf-8")
    said = _CONFIGURATION.format(url=url, secret=secret.resolve())
    configuration.write_text(said, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    words = [
        program,
        f"--config.file={configuration}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    ]
    with (folder / "log").open("w") as log, subprocess.Popen(words, stderr=log) as process:
        try:
            _until(lambda: httpx.get(f"http://{address}/-/ready").is_success)
            yield f"http://{address}"
        finally:
            process.terminate()


def _post(address: str, service: str, began: datetime, ended: datetime | None = None) -> None:
    alert: dict[str, Any] = {
        "labels": {"alertname": "Down", "service": service, "severity": "critical"},
        "annotations": {"summary": "words that are not kept"},
        "startsAt": began.isoformat(),
        **({"endsAt": ended.isoformat()} if ended else {}),
    }
    httpx.post(f"{address}/api/v2/alerts", json=[alert]).raise_for_status()


def _wait(folder: Path, lines: int) -> None:
    def there() -> bool:
        kept = "".join(path.read_text("utf-8") for path in (folder / "events").glob("*.jsonl"))
        return len(kept.splitlines()) >= lines

    _until(there)


def _until(holds: Any) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            if holds():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit("It did not happen in time; see the log in the folder.")


def _micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
