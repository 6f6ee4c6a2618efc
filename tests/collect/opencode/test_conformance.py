"""opencode keeps what every source must."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.collect.opencode.stored import BEGAN, answer, first, prompt, tokens, tool
from trueup.collect.sources.opencode.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance


def database() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "opencode.db"
        messages = [
            ("msg_1", "ses_1", prompt(0)),
            ("msg_2", "ses_1", answer(1, tokens(10, 5), cost=0.25)),
            ("msg_3", "ses_2", answer(4, tokens(7, 0))),
        ]
        sessions = [("ses_1", None, "/gone"), ("ses_2", "ses_1", "/gone")]
        first(path, sessions, messages, [("p1", "msg_2", tool("write", filePath="a", content="x"))])
        return path.read_bytes()


OLD = answer(9, tokens(50, 5)) | {"id": "msg_9", "sessionID": "ses_9"}


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="opencode", targets=("opencode",)),
        files={
            "opencode/opencode.db": database(),
            "opencode/storage/message/ses_9/msg_9.json": json.dumps(OLD).encode(),
            "opencode/storage/session/p/ses_9.json": json.dumps(
                {"id": "ses_9", "directory": "/gone", "time": {"created": BEGAN}}
            ).encode(),
        },
        needed={"session": ()},
    )
