"""Amp keeps what every source must."""

from __future__ import annotations

import json

from tests.collect.amp.test_threads import answer, call, result, thread, used
from trueup.collect.sources.amp.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance

THREADS = {
    f"amp/T-{number}.json": json.dumps(
        thread(
            {"role": "user", "content": [{"type": "text", "text": "hello"}]},
            answer(
                1, used(9, outputTokens=number), call("c", "create_file", path="a", content="x")
            ),
            result("c"),
        )
        | {"id": f"T-{number}"}
    ).encode()
    for number in range(1, 4)
}


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="amp", targets=("amp",)),
        files=THREADS,
        needed={"session": ()},
    )
