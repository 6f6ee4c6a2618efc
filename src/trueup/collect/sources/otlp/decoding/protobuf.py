"""OTLP in protobuf, read by the messages that OpenTelemetry publishes.

They are the extra ``trueup[otlp]``; `is_there` says whether it is installed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from math import isfinite
from typing import Any

from trueup.collect.sources.otlp.decoding.blocks import DEEPEST, Block, Decoded, Malformed

_TEMPORALITIES = {1: "delta", 2: "cumulative"}
_SCALARS = frozenset(("string_value", "int_value", "bool_value", "bytes_value"))
_ERROR = 2


def is_there() -> bool:
    """Say whether bodies in protobuf can be read here."""
    try:
        return find_spec("opentelemetry.proto.collector") is not None
    except ModuleNotFoundError:
        return False


def decoded(content: bytes, signal: str) -> Decoded:
    """Read a body.

    Raises
    ------
    Malformed
        It is no message of its signal.
    """
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        request = _request(signal).FromString(content)
    except DecodeError as error:
        raise Malformed("the body is no message of its kind in protobuf") from error
    found = Decoded()
    if signal == "logs":
        _read_logs(request, found)
    elif signal == "traces":
        _read_spans(request, found)
    else:
        _read_metrics(request, found)
    return found


@cache
def _request(signal: str) -> Any:
    if signal == "logs":
        from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

        return ExportLogsServiceRequest
    if signal == "traces":
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
            ExportTraceServiceRequest,
        )

        return ExportTraceServiceRequest
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
        ExportMetricsServiceRequest,
    )

    return ExportMetricsServiceRequest


def _read_logs(request: Any, found: Decoded) -> None:
    for part in request.resource_logs:
        resource = _attributes(part.resource.attributes)
        for scoped in part.scope_logs:
            records = [
                {
                    "time": one.time_unix_nano or one.observed_time_unix_nano,
                    "event": one.event_name,
                    "body": _value(one.body, DEEPEST),
                    "trace": _id(one.trace_id),
                    "span": _id(one.span_id),
                    "attributes": _attributes(one.attributes),
                }
                for one in scoped.log_records
            ]
            _add(found, resource, scoped.scope.name, records)


def _read_spans(request: Any, found: Decoded) -> None:
    for part in request.resource_spans:
        resource = _attributes(part.resource.attributes)
        for scoped in part.scope_spans:
            records = []
            for one in scoped.spans:
                span, trace = _id(one.span_id), _id(one.trace_id)
                if not span or not trace:
                    found.reject("a span has no ids")
                    continue
                records.append(
                    {
                        "name": one.name,
                        "time": one.start_time_unix_nano,
                        "end": one.end_time_unix_nano,
                        "trace": trace,
                        "span": span,
                        "parent": _id(one.parent_span_id),
                        "status": "error" if one.status.code == _ERROR else "",
                        "attributes": _attributes(one.attributes),
                    }
                )
            _add(found, resource, scoped.scope.name, records)


def _read_metrics(request: Any, found: Decoded) -> None:
    for part in request.resource_metrics:
        resource = _attributes(part.resource.attributes)
        for scoped in part.scope_metrics:
            records: list[dict[str, Any]] = []
            for metric in scoped.metrics:
                if metric.name:
                    records.extend(_points(metric))
                else:
                    found.reject("a metric has no name")
            _add(found, resource, scoped.scope.name, records)


def _points(metric: Any) -> Iterator[dict[str, Any]]:
    kind = metric.WhichOneof("data")
    if kind is None:
        return
    told = getattr(metric, kind)
    is_histogram = kind in {"histogram", "exponential_histogram"}
    temporality = "gauge"
    if is_histogram or (kind == "sum" and told.is_monotonic):
        temporality = _TEMPORALITIES.get(told.aggregation_temporality, "")
    for point in told.data_points:
        field = point.WhichOneof("value") if kind in {"sum", "gauge"} else "sum"
        yield {
            "name": metric.name,
            "unit": metric.unit,
            "time": point.time_unix_nano,
            "start": point.start_time_unix_nano,
            "value": _finite(getattr(point, field)) if field else None,
            "count": point.count if kind not in {"sum", "gauge"} else None,
            "temporality": temporality,
            "attributes": _attributes(point.attributes),
        }


def _add(
    found: Decoded, resource: dict[str, Any], scope: str, records: list[dict[str, Any]]
) -> None:
    if records:
        found.blocks.append(Block(resource=resource, scope=scope, records=records))


def _attributes(pairs: Iterable[Any], depth: int = DEEPEST) -> dict[str, Any]:
    return {pair.key: _value(pair.value, depth) for pair in pairs}


def _value(value: Any, depth: int) -> Any:
    kind = value.WhichOneof("value")
    if kind in _SCALARS:
        return getattr(value, kind)
    if kind == "double_value":
        return _finite(value.double_value)
    if kind == "array_value" and depth:
        return [_value(item, depth - 1) for item in value.array_value.values]
    if kind == "kvlist_value" and depth:
        return _attributes(value.kvlist_value.values, depth - 1)
    return None


def _finite(number: float) -> float | None:
    return number if isfinite(number) else None


def _id(raw: bytes) -> str:
    return raw.hex() if any(raw) else ""
