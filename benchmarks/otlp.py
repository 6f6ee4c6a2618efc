"""Telemetry received: records a second on one core, and what is left of it after kill -9.

``make bench BENCH=otlp ARGS="--seconds 20 --kills 20 --records 50 --senders 8"``

The receiver is the command itself, as a process of its own held to one core; senders are threads
of processes held to the others. Each message is signed with a token, packed by gzip, and holds
requests of Claude Code with the 25 attributes that it documents. A record counts once its message
was answered with 200. After the kills every segment is read, and every record that was
acknowledged must be in it.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

_PROTOBUF = "application/x-protobuf"
_SAID: dict[str, Any] = {
    "event.name": "api_request",
    "user.id": "f" * 64,
    "user.email": "ada@example.org",
    "user.account_uuid": "0123-4567",
    "organization.id": "89ab-cdef",
    "terminal.type": "vscode",
    "event.timestamp": "2026-09-20T10:00:00.000Z",
    "prompt.id": "p-1",
    "model": "claude-sonnet-5",
    "cost_usd": 0.0125,
    "cost_usd_micros": 12_500,
    "duration_ms": 1200,
    "input_tokens": 10,
    "output_tokens": 200,
    "cache_read_tokens": 30_000,
    "cache_creation_tokens": 100,
    "client_request_id": "00000000-0000-0000-0000-000000000000",
    "speed": "normal",
    "query_source": "repl_main_thread",
    "effort": "high",
    "app.entrypoint": "cli",
    "department": "engineering",
}


def main() -> int:
    """Run both parts; return what the process ends with."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--records", type=int, default=50, help="of one message")
    parser.add_argument("--senders", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, default=5000.0, help="records/s, or it fails")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        rate = _rate(Path(name), chosen.seconds, chosen.records, chosen.senders)
    with tempfile.TemporaryDirectory() as name:
        lost = _lost(Path(name), chosen.kills, chosen.records, random.Random(chosen.seed))
    return 0 if rate >= chosen.least and lost == 0 else 1


def _rate(folder: Path, seconds: float, records: int, senders: int) -> float:
    """Measure what one core takes."""
    cores = sorted(os.sched_getaffinity(0))
    with _receiving(folder, cores[:1]) as (process, port):
        context = get_context("spawn")
        sent = context.Value("l", 0)
        before = _cpu_seconds(process.pid)
        began = time.perf_counter()
        one = context.Process(
            target=_send_for, args=(port, seconds, records, senders, cores[1:], sent)
        )
        one.start()
        one.join()
        wall = time.perf_counter() - began
        used = _cpu_seconds(process.pid) - before
    size = sum(path.stat().st_size for path in (folder / "otlp").glob("*.jsonl"))
    rate = sent.value / seconds
    print(
        f"{rate:,.0f} records/s sustained for {seconds:.0f} s ({sent.value:,} records, "
        f"{records} a message, {senders} senders); {sent.value / used:,.0f} records a second of "
        f"the receiver's core, of which {used / wall:.0%} was used; {size / sent.value:.0f} bytes "
        "a record on disk"
    )
    return rate


def _send_for(
    port: int, seconds: float, records: int, senders: int, cores: list[int], sent: Any
) -> None:
    if cores:
        os.sched_setaffinity(0, cores)
    bodies = [message(f"{number}", records) for number in range(20)]
    end = time.monotonic() + seconds

    def one(sender: int) -> None:
        number, count = sender, 0
        with closing(_Line(port)) as line:
            while time.monotonic() < end:
                if line.send(bodies[number % len(bodies)]) == 200:
                    count += records
                number += 1
        with sent.get_lock():
            sent.value += count

    threads = [threading.Thread(target=one, args=(sender,)) for sender in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _lost(folder: Path, kills: int, records: int, chance: random.Random) -> int:
    """Kill the receiver again and again; return how many acknowledged records are not there."""
    acknowledged: set[str] = set()
    for number in range(kills):
        with _receiving(folder, sorted(os.sched_getaffinity(0))) as (process, port):
            stop = threading.Event()
            threads = [
                threading.Thread(
                    target=_send_until,
                    args=(port, f"{number}-{sender}", records, stop, acknowledged),
                )
                for sender in range(4)
            ]
            for thread in threads:
                thread.start()
            time.sleep(chance.uniform(0.05, 0.6))
            process.send_signal(signal.SIGKILL)
            stop.set()
            for thread in threads:
                thread.join()
    kept: list[str] = []
    for path in sorted((folder / "otlp").glob("*.jsonl")):
        for line in path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                told = json.loads(line)["records"]
                kept += [one["attributes"]["request_id"] for one in told]
    missing = acknowledged.difference(kept)
    print(
        f"{kills} times killed, {len(acknowledged):,} records acknowledged, {len(missing)} lost, "
        f"{len(kept) - len(set(kept))} kept twice, "
        f"{len(set(kept) - acknowledged):,} kept whose answer was cut off"
    )
    return len(missing)


def _send_until(
    port: int, sender: str, records: int, stop: threading.Event, acknowledged: set[str]
) -> None:
    number = 0
    try:
        with closing(_Line(port)) as line:
            while not stop.is_set():
                name = f"{sender}-{number}"
                if line.send(message(name, records)) == 200:
                    acknowledged.update(f"req_{name}_{one}" for one in range(records))
                number += 1
    except (OSError, http.client.HTTPException):
        return


class _Line:
    """A connection that is kept."""

    def __init__(self, port: int) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {
            "Authorization": f"Bearer {os.environ['TRUEUP_RECEIVE_SECRET']}",
            "Content-Type": _PROTOBUF,
            "Content-Encoding": "gzip",
        }

    def send(self, body: bytes) -> int:
        """Send a message; return the status of its answer."""
        self._line.request("POST", "/v1/logs", body, self._headers)
        answer = self._line.getresponse()
        answer.read()
        return answer.status

    def close(self) -> None:
        """Let go of it."""
        self._line.close()


def message(name: str, records: int) -> bytes:
    """Return a message of so many requests, packed."""
    request = ExportLogsServiceRequest()
    block = request.resource_logs.add()
    _put(block.resource.attributes, {"service.name": "claude-code", "os.type": "linux"})
    scoped = block.scope_logs.add()
    scoped.scope.name = "com.anthropic.claude_code.events"
    for number in range(records):
        one = scoped.log_records.add()
        one.time_unix_nano = 1_789_900_000_000_000_000 + number * 1000
        one.body.string_value = "claude_code.api_request"
        said = {"session.id": f"s-{name}-{number % 7}", "event.sequence": number}
        _put(one.attributes, {**_SAID, **said, "request_id": f"req_{name}_{number}"})
    return gzip.compress(request.SerializeToString(), 1)


def _put(attributes: Any, said: dict[str, Any]) -> None:
    for key, value in said.items():
        pair = attributes.add()
        pair.key = key
        kind = {int: "int_value", float: "double_value"}.get(type(value), "string_value")
        setattr(pair.value, kind, value)


@contextmanager
def _receiving(folder: Path, cores: list[int]) -> Iterator[tuple[subprocess.Popen[str], int]]:
    os.environ.setdefault("TRUEUP_RECEIVE_SECRET", secrets.token_hex(16))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "trueup.cli.main", "receive", "--otlp", str(folder / "otlp")]
    with subprocess.Popen(
        [*words, "--port", str(port), "--json"], cwd=folder, stdout=subprocess.PIPE, text=True
    ) as process:
        os.sched_setaffinity(process.pid, cores)
        assert process.stdout is not None
        for line in iter(process.stdout.readline, "}\n"):
            if not line:
                raise SystemExit("The receiver did not start.")
        try:
            yield process, port
        finally:
            process.send_signal(signal.SIGKILL)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
