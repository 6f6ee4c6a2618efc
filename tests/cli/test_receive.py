"""Events sent to the real command, and read by the next collection."""

from __future__ import annotations

import hmac
import http.client
import json
import os
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.stage import run, trueup
from trueup.workspace import Workspace

SECRET = "a secret of some length"  # noqa: S105 - of these tests alone


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_what_is_sent_is_there_after_the_next_collection(tmp_path: Path) -> None:
    connection = '[[connections]]\nsource = "events"\ntargets = ["events"]\n'
    (tmp_path / "trueup.toml").write_text(connection, encoding="utf-8")
    words = ("receive", "--port", "0", "--json")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": ":".join(sys.path),
        "TRUEUP_RECEIVE_SECRET": SECRET,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "trueup.cli.main", *words],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = "".join(iter(process.stdout.readline, "}\n")) + "}"
        place = urlsplit(json.loads(said)["receiving"]["events"])
        event = {"id": "d-1", "service": "till", "finished_at": "2026-03-02T09:00:00Z"}
        content = json.dumps({"kind": "deployment", **event}).encode()
        signature = hmac.new(SECRET.encode(), content, "sha256").hexdigest()
        signed = {"X-Hub-Signature-256": f"sha256={signature}"}
        with closing(http.client.HTTPConnection(place.netloc, timeout=5)) as line:
            line.request("POST", place.path, content, signed)
            assert line.getresponse().status == 200
        process.kill()
    done = trueup(tmp_path, "collect", "--json")
    assert done.returncode == 0, done.stderr
    (read,) = json.loads(done.stdout)["collected"]["connected"]
    assert read == {"source": "events", "target_id": "events:events/events"}


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_events_and_telemetry_come_in_by_one_receiver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two doors of one address; the telemetry has the folder its connection names."""
    connections = "".join(
        f'[[connections]]\nsource = "{name}"\ntargets = ["{name}"]\n' for name in ("events", "otlp")
    )
    (tmp_path / "trueup.toml").write_text(connections, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRUEUP_RECEIVE_SECRET", SECRET)
    place, secret = ("127.0.0.1", 0), "env:TRUEUP_RECEIVE_SECRET"
    with Workspace.open(Path(".trueup")).receiver(None, place=place, secret=secret) as receiver:
        thread = threading.Thread(target=receiver.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        netloc = urlsplit(receiver.addresses["OTLP"]).netloc
        headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"}
        with closing(http.client.HTTPConnection(netloc, timeout=5)) as line:
            for path, said in (("/v1/logs", {"resourceLogs": []}), ("/events", [])):
                line.request("POST", path, json.dumps(said), headers)
                answer = line.getresponse()
                answer.read()
                assert answer.status == {"/v1/logs": 200, "/events": 400}[path]
        receiver.shutdown()
        thread.join()
    assert {path.name for path in tmp_path.iterdir()} >= {"events", "otlp"}
    assert receiver.addresses["events"] == f"{receiver.addresses['OTLP']}/events"


def test_without_a_secret_or_a_folder_nothing_is_received(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRUEUP_RECEIVE_SECRET", raising=False)
    assert run(monkeypatch, ["receive", "events"]) == 2
    assert "export TRUEUP_RECEIVE_SECRET=" in capsys.readouterr().err
    monkeypatch.setenv("TRUEUP_RECEIVE_SECRET", SECRET)
    assert run(monkeypatch, ["receive"]) == 2
    assert "names no folders of events" in capsys.readouterr().err
    assert run(monkeypatch, ["receive", "events", "--secret", SECRET]) == 2
    said = capsys.readouterr().err
    assert "names no place" in said
    assert SECRET not in said
