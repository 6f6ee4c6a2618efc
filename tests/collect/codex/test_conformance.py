"""Codex keeps what every source must."""

from __future__ import annotations

import json

from tests.collect.codex.rollouts import (
    CHILD,
    PARENT,
    answer,
    call,
    count,
    event,
    file_of,
    line,
    meta,
    name_of,
    turn,
)
from trueup.collect.sources.codex.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance

GIT = {"repository_url": "https://github.com/acme/shop", "branch": "main", "commit_hash": "1" * 40}
HISTORY = [
    turn(1),
    event(2, "user_message", message="hello"),
    call(3, "shell", json.dumps({"command": ["git", "commit"]})),
    answer(4, json.dumps({"output": "[main 1a2b3c4] x\n"})),
    event(
        5,
        "patch_apply_end",
        call_id="c2",
        success=True,
        changes={"a": {"type": "add", "content": "x"}},
    ),
    count(10, 40, 40),
]


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="codex", targets=("codex",)),
        files={
            f"codex/{name_of(PARENT)}": file_of([meta(PARENT, git=GIT), *HISTORY]).encode(),
            f"codex/{name_of(CHILD)}": file_of(
                [
                    meta(CHILD, 60, forked_from_id=PARENT),
                    *HISTORY,
                    *(turn(70), count(80, 90, 50), line(81, "telepathy", depth=3)),
                ]
            ).encode(),
        },
        needed={"session": (), "unknown_line": ()},
    )
