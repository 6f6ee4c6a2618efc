"""Collections killed by SIGKILL; `benchmarks/killed_collections.py` does it 200 times."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("how", [["--kills", "4", "--seed", "7"], ["--at-commits"]])
def test_killed_collections_lose_nothing_and_leave_nothing_twice(how: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "trueup.testing.killed", *how],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["lost"], found["twice"]) == (0, 0)
    assert found["kills"] >= 4
    assert found["rows"] > 300
