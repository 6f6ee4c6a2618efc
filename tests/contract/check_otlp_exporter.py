"""Lets the OpenTelemetry SDK send to `trueup receive`, and compares rows with what was sent.

``python tests/contract/check_otlp_exporter.py FOLDER`` starts the command on loopback alone, as a
process of its own, and sends metrics of both temporalities, logs and traces by the exporters of
OTLP over HTTP, plain, by gzip and by deflate, configured by the variables the documentation names.
The command is killed in the middle and started again; the exporter goes on by itself. Any
difference ends it with 1.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from trueup.store.warehouse import Warehouse
from trueup.workspace import Workspace

SECRET = "0f-this-check-alone-and-long-enough"  # noqa: S105
RECORDS = 300
WAYS = (Compression.NoCompression, Compression.Gzip, Compression.Deflate)
DELTA, CUMULATIVE = AggregationTemporality.DELTA, AggregationTemporality.CUMULATIVE
_PATIENCE_SECONDS = 30.0


def main(folder: Path) -> int:
    """Run it; return what the process ends with."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings = '[[connections]]\nsource = "otlp"\ntargets = ["otlp"]\n'
    (folder / "trueup.toml").write_text(settings, encoding="utf-8")
    port = _free_port()
    os.environ["TRUEUP_RECEIVE_SECRET"] = SECRET
    os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{port}"
    os.environ["OTEL_EXPORTER_OTLP_HEADERS"] = f"Authorization=Bearer%20{SECRET}"
    wanted: dict[str, int] = {}
    for number, way in enumerate(WAYS):
        with _receiving(folder, port):
            _logs(f"logs-{number}", way, wanted, range(RECORDS))
            _spans(f"spans-{number}", way, wanted)
        with _receiving(folder, port):  # the first was killed
            _metrics(f"delta-{number}", way, DELTA, wanted)
            _metrics(f"cumulative-{number}", way, CUMULATIVE, wanted)
    _survives(folder, port, wanted)
    os.chdir(folder)
    Workspace.open(Path(".trueup")).collect(())
    with Warehouse.open(folder / ".trueup").tables() as tables:
        rows = tables.arrow("ai_request").to_pylist()
    landed: dict[str, int] = {}
    for row in rows:
        session = row["session_id"].partition(":")[2]
        landed[session] = landed.get(session, 0) + row["output_tokens"]
    if landed != wanted:
        print(f"landed {landed}, sent {wanted}", file=sys.stderr)  # noqa: T201
        return 1
    print(f"{len(rows)} requests of {len(wanted)} sessions are as the SDK sent them")  # noqa: T201
    return 0


def _logs(session: str, way: Compression, wanted: dict[str, int], numbers: range) -> None:
    provider = LoggerProvider(resource=Resource({"service.name": "claude-code"}))
    exporter = OTLPLogExporter(compression=way)
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter, max_export_batch_size=50))
    logger = provider.get_logger("com.anthropic.claude_code.events")
    for number in numbers:
        said: dict[str, Any] = {"event.name": "api_request", "session.id": session}
        said |= {"request_id": f"req_{session}_{number}", "output_tokens": number + 1}
        logger.emit(
            timestamp=time.time_ns(),
            body="claude_code.api_request",
            attributes={**said, "prompt": "words that are not kept", "model": "claude-sonnet-5"},
        )
        wanted[session] = wanted.get(session, 0) + number + 1
    provider.force_flush()
    provider.shutdown()


def _spans(session: str, way: Compression, wanted: dict[str, int]) -> None:
    provider = TracerProvider(resource=Resource({"service.name": "agent"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(compression=way)))
    tracer = provider.get_tracer("an agent")
    common = {"gen_ai.provider.name": "openai", "gen_ai.conversation.id": session}
    with tracer.start_as_current_span("invoke_agent") as above:
        above.set_attributes({**common, "gen_ai.operation.name": "invoke_agent"})
        above.set_attribute("gen_ai.usage.output_tokens", 10**6)
        for number in range(RECORDS):
            with tracer.start_as_current_span("chat gpt-5") as span:
                span.set_attributes({**common, "gen_ai.operation.name": "chat"})
                span.set_attribute("gen_ai.usage.input_tokens", 5)
                span.set_attribute("gen_ai.usage.output_tokens", number + 1)
            wanted[session] = wanted.get(session, 0) + number + 1
    provider.force_flush()
    provider.shutdown()


def _metrics(
    session: str, way: Compression, temporality: AggregationTemporality, wanted: dict[str, int]
) -> None:
    exporter = OTLPMetricExporter(
        compression=way,
        preferred_temporality={Counter: temporality, Histogram: temporality},
    )
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)
    provider = MeterProvider([reader], resource=Resource({"service.name": "claude-code"}))
    counter = provider.get_meter("com.anthropic.claude_code").create_counter(
        "claude_code.token.usage"
    )
    for number in range(5):
        counter.add(100 + number, {"session.id": session, "type": "output", "model": "m"})
        wanted[session] = wanted.get(session, 0) + 100 + number
        provider.force_flush()
    provider.shutdown()


def _survives(folder: Path, port: int, wanted: dict[str, int]) -> None:
    """Send while nobody listens; the exporter tries again until somebody does."""
    provider = LoggerProvider(resource=Resource({"service.name": "claude-code"}))
    provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(timeout=30)))
    logger = provider.get_logger("com.anthropic.claude_code.events")
    said: dict[str, Any] = {"event.name": "api_request", "session.id": "late", "output_tokens": 7}
    logger.emit(timestamp=time.time_ns(), body="claude_code.api_request", attributes=said)
    wanted["late"] = 7
    time.sleep(1.5)
    with _receiving(folder, port):
        provider.force_flush()
        provider.shutdown()


@contextmanager
def _receiving(folder: Path, port: int) -> Iterator[None]:
    words = [sys.executable, "-m", "trueup.cli.main", "receive", "--port", str(port), "--json"]
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = "".join(iter(process.stdout.readline, "}\n")) + "}"
        assert json.loads(said)["receiving"]["OTLP"] == f"http://127.0.0.1:{port}", said
        try:
            yield
        finally:
            process.send_signal(signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
