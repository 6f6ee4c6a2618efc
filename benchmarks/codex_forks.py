"""What repeats in rollouts of Codex, read by us and by ccusage, side by side with the truth.

``make bench BENCH=codex_forks ARGS="--ccusage PATH/node_modules/.bin/ccusage"``

Each shape is what builds of Codex were seen to write; the truth is worked out by hand. It fails
where ours is not the truth. ccusage is installed by ``npm install ccusage``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.collect.codex.rollouts import CHILD, OTHER, PARENT, Line, count, meta, name_of, turn
from trueup.collect.ai.sessions.visiting import Surroundings
from trueup.collect.sources.codex.source import Rollouts

Files = Mapping[str, Sequence[Line]]
HISTORY = [turn(1), count(10, 40, 40), count(11, 40, 40), count(20, 100, 60)]
OWN = [turn(70), count(80, 150, 50)]
SPAWN = {"subagent": {"thread_spawn": {"parent_thread_id": PARENT}}}


def again(seconds: float) -> list[Line]:
    """Stamp the history anew, a millisecond apart."""
    stamps = [count(seconds + place / 1000, 0)["timestamp"] for place in range(len(HISTORY))]
    return [{**line, "timestamp": at} for line, at in zip(HISTORY, stamps, strict=True)]


def agent(native: str, **more: object) -> Line:
    """Draw the first line of a sub-agent."""
    return meta(native, 60, thread_source="subagent", parent_thread_id=PARENT, **more)


def spawned() -> Line:
    """Draw the first line of a sub-agent whose source alone names its parent."""
    line = meta(CHILD, 60)
    return {**line, "payload": {**line["payload"], "source": SPAWN}}


def shapes() -> dict[str, tuple[int, Files]]:
    """Return each shape with the tokens it holds."""
    parent = [meta(PARENT), *HISTORY]
    fork = meta(CHILD, 60, forked_from_id=PARENT)
    start, numbered = (
        3_157_908_247,
        [agent(CHILD, subagent_history_start_ordinal=3), turn(65), count(70, 5_000_000, 5_000_000)],
    )
    numbered += [turn(80), count(90, 30_100, 30_100)]
    return {
        "a counter said again": (100, {PARENT: parent}),
        "a counter that falls": (
            1450,
            {PARENT: [*parent[:2], count(9, 1000, 1000), count(20, 200, 150), count(30, 500, 300)]},
        ),
        "a fork, stamped anew": (150, {PARENT: parent, CHILD: [fork, *again(60), *OWN]}),
        "a fork, with its own instants": (150, {PARENT: parent, CHILD: [fork, *HISTORY, *OWN]}),
        "its parent gone, stamped anew": (50, {CHILD: [fork, *again(60), *OWN]}),
        "its parent gone, with its own instants": (50, {CHILD: [fork, *HISTORY, *OWN]}),
        "a sub-agent that replays": (
            130,
            {PARENT: parent, CHILD: [spawned(), *again(60), turn(61), count(75, 30, 30)]},
        ),
        "a sub-agent that copies nothing": (
            146,
            {PARENT: parent, CHILD: [agent(CHILD), parent[0], turn(60.2), count(68, 46, 46)]},
        ),
        "two sub-agents of the same size": (
            92,
            {one: [agent(one), turn(60.2), count(68, 46, 46)] for one in (CHILD, OTHER)},
        ),
        "a counter before any turn": (
            748_286,
            {CHILD: [fork, count(63, start, 0), turn(64), count(90, start + 748_286, 748_286)]},
        ),
        "lines that are numbered": (
            30_100,
            {CHILD: [{**line, "ordinal": place} for place, line in enumerate(numbered)]},
        ),
    }


def by_us(folder: Path) -> int:
    """Return the tokens we count."""
    rollouts, around = Rollouts(folder), Surroundings(folder)
    return sum(
        tokens
        for unit in rollouts.units()
        for session in rollouts.read(unit, around).sessions
        for request in session.requests
        for bucket, tokens in request["tokens"].items()
        if bucket != "reasoning_output_tokens"
    )


def by_ccusage(program: str, folder: Path) -> int:
    """Return the tokens ccusage counts."""
    done = subprocess.run(
        [program, "codex", "--json", "--offline"],
        env={**os.environ, "CODEX_HOME": str(folder)},
        capture_output=True,
        check=True,
    )
    return int(json.loads(done.stdout)["totals"]["totalTokens"])


def main() -> int:
    """Print the table; fail where ours is not the truth."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ccusage", required=True)
    program = parser.parse_args().ccusage
    wrong = 0
    print(f"{'shape':40} {'truth':>9} {'trueup':>9} {'ccusage':>9}")
    for name, (truth, files) in shapes().items():
        with tempfile.TemporaryDirectory() as scratch:
            for native, lines in files.items():
                path = Path(scratch) / name_of(native)
                path.parent.mkdir(parents=True, exist_ok=True)
                text = (json.dumps(line, separators=(",", ":")) for line in lines)
                path.write_text("\n".join(text) + "\n", encoding="utf-8")
            ours, theirs = by_us(Path(scratch)), by_ccusage(program, Path(scratch))
        print(f"{name:40} {truth:9} {ours:9} {theirs:9}")
        wrong += ours != truth
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
