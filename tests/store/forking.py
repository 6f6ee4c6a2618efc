"""Processes that land rows and can be killed: forked from one that has the store imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_SERVE = """
import json, os, sys
from tests.store import landing
for line in sys.stdin:
    function, *arguments = json.loads(line)
    pid = os.fork()
    if pid == 0:
        getattr(landing, function)(*arguments)
        os._exit(0)
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Forks:
    """Starts functions of `tests.store.landing`, one at a time, each in a process of its own."""

    _server: subprocess.Popen[str]

    def start(self, function: str, *arguments: object) -> int:
        """Start a function; return its process id."""
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps([function, *arguments], default=str) + "\n")
        self._server.stdin.flush()
        return self._answer()

    def exit_code(self) -> int:
        """Wait for the end of the process; negative is the signal it died of."""
        return self._answer()

    def _answer(self) -> int:
        assert self._server.stdout is not None
        return int(self._server.stdout.readline())


@contextmanager
def forks() -> Iterator[Forks]:
    """Run a server of processes for as long as the block lasts."""
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with server:
        yield Forks(server)
