"""Transcripts of Claude Code read by us and by ccusage, side by side, and collected end to end.

``make bench BENCH=ai_logs ARGS="--megabytes 1000 --ccusage PATH/node_modules/.bin/ccusage"``

The corpus is made up, always the same, in a scratch folder (``--folder``, else a temporary one):
replies written line by line while they grow, large results of tools beside their copy for the
model, subagents, sessions resumed and branched with a copy of their history, a gateway without
ids of requests; a third of the texts holds more than ASCII. What is true of it is known, and
every difference of either program is told. CPU time is the number, on one core each.
ccusage is installed by ``npm install ccusage``; without ``--ccusage`` only ours is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
MODELS = ("claude-sonnet-4-5-20250929", "claude-opus-4-5-20251101", "claude-haiku-4-5-20251001")
BUCKETS = ("input", "output", "cacheCreation", "cacheRead")
WORDS = ("def", "return", "self", "value", "import", "class", "raise", "None", "x = 1\n", "pass")
BEYOND_ASCII = (*WORDS, "über", "naïve", "→", "│")
READER = """
import resource, sys, time
from collections import Counter
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from benchmarks.ai_logs import Unkept
from trueup.collect.sources.claude_code.visiting import Reader
started = time.perf_counter()
visit = Unkept(sys.argv[1])
for _ in Reader(visit).fetch():
    pass
spent = resource.getrusage(resource.RUSAGE_SELF)
print(time.perf_counter() - started, spent.ru_utime + spent.ru_stime, spent.ru_maxrss)
"""


def main() -> None:
    """Make the corpus, read it, and say what came of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--megabytes", type=int, default=50)
    options.add_argument("--takes", type=int, default=3)
    options.add_argument("--folder", type=Path)
    options.add_argument("--ccusage", type=Path)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.folder or Path(scratch)
        corpus = Corpus(folder / "corpus", asked.megabytes << 20)
        corpus.make()
        megabytes = corpus.size / 1e6
        print(f"{corpus.files} files, {corpus.lines} lines, {megabytes:.0f} MB")
        print(", ".join(f"{count} {trap}" for trap, count in corpus.traps.items()))
        programs = {"trueup": [sys.executable, "-c", READER, str(corpus.folder), _root()]}
        if asked.ccusage:
            programs["ccusage"] = [str(asked.ccusage), "claude", "daily", "--json", "--offline"]
        speeds(programs, corpus, asked.takes)
        end_to_end(corpus, folder / "workspace", asked.ccusage)


@dataclass
class Corpus:
    """Made-up transcripts, and what is true of them."""

    folder: Path
    wanted: int
    chance: random.Random = field(default_factory=lambda: random.Random(5))
    truth: Counter[str] = field(default_factory=Counter)
    traps: Counter[str] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)
    """Tokens of lines of replies without id of request that another line repeats."""
    pool: list[str] = field(default_factory=list)
    size: int = 0
    files: int = 0
    lines: int = 0
    _requests: int = 0

    def make(self) -> None:
        """Write sessions until there is enough."""
        for number in range(20):
            words = BEYOND_ASCII if number % 3 == 0 else WORDS
            self.pool.append(" ".join(self.chance.choices(words, k=8_000)))
        number = 0
        while self.size < self.wanted:
            project = self.folder / "projects" / f"-home-dev-p{number % 23}"
            session = self._id("session", number)
            begun = START + timedelta(hours=7 * (number % 600))
            history = self._session(session, begun, self.chance.randint(20, 90), number)
            self._write(project / f"{session}.jsonl", history)
            if number % 3 == 0:
                agent = self._agent(session, begun)
                self._write(project / session / "subagents" / f"agent-{number:07x}.jsonl", agent)
            if number % 8 == 0:
                self._copy(project, history, number, is_branch=number % 16 == 0)
            number += 1

    def _copy(
        self, project: Path, history: list[dict[str, Any]], number: int, *, is_branch: bool
    ) -> None:
        """Write a session that begins with the history of another."""
        other = self._id("copy", number)
        origin = {"forkedFrom": {"sessionId": history[0]["sessionId"], "messageUuid": "x"}}
        copied = [{**one, "sessionId": other, **(origin if is_branch else {})} for one in history]
        self.traps["copied lines"] += len(copied)
        later = START + timedelta(days=200, minutes=number)
        own = self._session(other, later, 12, number)
        self._write(project / f"{other}.jsonl", copied + own)

    def _agent(self, session: str, begun: datetime) -> list[dict[str, Any]]:
        lines = self._session(session, begun + timedelta(minutes=3), 15, 1)
        return [{**one, "isSidechain": True, "agentId": "a1"} for one in lines]

    def _session(
        self, session: str, begun: datetime, replies: int, number: int
    ) -> list[dict[str, Any]]:
        """Return a session: prompts, replies line by line, calls and what came of them."""
        is_gateway = number % 20 == 7
        lines, at = [], begun
        for turn in range(replies):
            at += timedelta(seconds=self.chance.randint(2, 40))
            if turn % 6 == 0:
                words = {"role": "user", "content": self._text(self.chance.randint(40, 900))}
                lines.append(self._line("user", session, at, message=words))
            reply = self._reply(session, at, is_gateway=is_gateway)
            lines += reply
            for block in reply[-1]["message"]["content"]:
                if block["type"] == "tool_use":
                    lines.append(self._result(session, at + timedelta(seconds=1), block))
        return lines

    def _reply(self, session: str, at: datetime, *, is_gateway: bool) -> list[dict[str, Any]]:
        """Return the lines of one reply: the same tokens in each, but output that grows."""
        self._requests += 1
        name = f"chatcmpl-{self._requests:020x}" if is_gateway else f"msg_01{self._requests:022x}"
        draw = self.chance.randint
        tokens = {
            "input_tokens": draw(1, 12),
            "cache_creation_input_tokens": draw(100, 9_000),
            "cache_read_input_tokens": draw(9_000, 160_000),
        }
        output, parts = draw(60, 3_000), draw(1, 3)
        self.truth.update(
            requests=1,
            input=tokens["input_tokens"],
            output=output,
            cacheCreation=tokens["cache_creation_input_tokens"],
            cacheRead=tokens["cache_read_input_tokens"],
        )
        self.traps["lines of a reply beyond its last"] += parts - 1
        self.traps["replies without id of request"] += is_gateway
        lines = []
        for part in range(parts):
            said = output if part == parts - 1 else draw(1, 40)
            if is_gateway and part < parts - 1:
                self.repeated.update(
                    input=tokens["input_tokens"],
                    output=said,
                    cacheCreation=tokens["cache_creation_input_tokens"],
                    cacheRead=tokens["cache_read_input_tokens"],
                )
            usage = {**tokens, "output_tokens": said, "service_tier": "standard"}
            message = {
                "id": name,
                "type": "message",
                "role": "assistant",
                "model": MODELS[self._requests % 3],
                "content": [self._block(name, is_last=part == parts - 1)],
                "usage": usage,
            }
            more = {} if is_gateway else {"requestId": f"req_{self._requests:022x}"}
            moment = at + timedelta(milliseconds=300 * part)
            lines.append(self._line("assistant", session, moment, message=message, **more))
        return lines

    def _block(self, name: str, *, is_last: bool) -> dict[str, Any]:
        if not is_last:
            return {"type": "text", "text": self._text(self.chance.randint(100, 2_500))}
        tool = self.chance.choice(("Read", "Read", "Bash", "Bash", "Grep", "Edit"))
        arguments = {
            "Bash": {
                "command": self.chance.choice(("pytest -q", "ls", "git diff", "npm run build"))
            },
            "Edit": {"file_path": "/home/dev/p/a.py", "old_string": self._text(300)},
        }
        given = arguments.get(tool, {"file_path": f"/home/dev/p/{self.chance.randint(0, 99)}.py"})
        return {"type": "tool_use", "id": f"toolu_{name}", "name": tool, "input": given}

    def _result(self, session: str, at: datetime, call: dict[str, Any]) -> dict[str, Any]:
        """Return what came of a call: for the model, and again for the tool itself."""
        text = self._text(int(self.chance.lognormvariate(8.2, 1.1)))
        kept: dict[str, Any] = {
            "type": "text",
            "file": {"filePath": "/home/dev/a", "content": text},
        }
        if call["name"] == "Bash":
            kept = {"stdout": text, "stderr": "", "interrupted": False}
        if call["name"] == "Edit":
            hunk = {"oldStart": 1, "newStart": 1, "lines": ["+a", "-b", " c"] * 4}
            patch = {"filePath": "/home/dev/p/a.py", "structuredPatch": [hunk]}
            kept = {**patch, "originalFile": text, "userModified": False}
        block = {"tool_use_id": call["id"], "type": "tool_result", "content": text[:30_000]}
        message = {"role": "user", "content": [block]}
        return self._line("user", session, at, message=message, toolUseResult=kept)

    def _line(self, kind: str, session: str, at: datetime, **more: Any) -> dict[str, Any]:
        self._uuid = getattr(self, "_uuid", 0) + 1
        return {
            "parentUuid": f"00000000-0000-4000-8000-{self._uuid - 1:012x}",
            "isSidechain": False,
            "userType": "external",
            "cwd": "/home/dev/p",
            "sessionId": session,
            "version": "2.1.81",
            "gitBranch": "main",
            "type": kind,
            **more,
            "uuid": f"00000000-0000-4000-8000-{self._uuid:012x}",
            "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }

    def _text(self, length: int) -> str:
        return self.chance.choice(self.pool)[: min(length, 40_000)]

    def _id(self, kind: str, number: int) -> str:
        return f"{'5e' if kind == 'session' else 'c0'}000000-0000-4000-8000-{number:012x}"

    def _write(self, path: Path, lines: list[dict[str, Any]]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        texts = (json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in lines)
        content = "\n".join(texts).encode() + b"\n"
        path.write_bytes(content)
        self.size += len(content)
        self.lines += len(lines)
        self.files += 1


class Unkept:
    """A visit of which nothing is kept: for reading alone."""

    def __init__(self, target: str) -> None:
        from trueup.config import Connection
        from trueup.testing.scripted import Unheard

        self.target, self.target_id, self.now, self.is_reconciling = target, "x", 0, False
        self.connection = Connection(source="claude_code", options={"person": "a@x.example"})
        self.progress, self.web = Unheard(), None

    def checkpoint(self, stream: str) -> None:
        """Nothing was ever read."""
        del stream

    def bodies(self, kind: str, keys: object) -> dict[str, Any]:
        """Nothing is kept."""
        del kind, keys
        return {}


def speeds(programs: dict[str, list[str]], corpus: Corpus, takes: int) -> None:
    """Run the programs in turns; the least CPU time of each is what it needs."""
    spent: dict[str, list[tuple[float, float, int]]] = {}
    for _ in range(takes):
        for name, command in programs.items():
            _, wall, cpu, resident = run(command, corpus.folder)
            spent.setdefault(name, []).append((cpu, wall, resident))
    megabytes = corpus.size / 1e6
    for name, every in spent.items():
        cpu, wall = min(one[0] for one in every), min(one[1] for one in every)
        print(
            f"{name}: {wall:.2f} s, {megabytes / wall:.0f} MB/s; CPU {cpu:.2f} s, "
            f"{megabytes / cpu:.0f} MB per CPU second; "
            f"{max(one[2] for one in every) / 1024:.0f} MB of memory at most"
        )


def run(command: list[str], corpus: Path) -> tuple[bytes, float, float, int]:
    """Return what a program printed, its seconds, its CPU seconds and its memory in KB."""
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryFile() as printed:
        environment = {**os.environ, "HOME": home, "CLAUDE_CONFIG_DIR": str(corpus)}
        started = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=printed)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{command[0]} ended with {process.returncode}")
        printed.seek(0)
        return printed.read(), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def end_to_end(corpus: Corpus, folder: Path, ccusage: Path | None) -> None:
    """Collect into a workspace, twice, and hold the totals against what is true."""
    folder.mkdir(parents=True, exist_ok=True)
    named = json.dumps(str(corpus.folder))
    (folder / "trueup.toml").write_text(
        f'[[connections]]\nsource = "claude_code"\ntargets = [{named}]\n'
        'options = { person = "a@x.example" }\n',
        encoding="utf-8",
    )
    cli = "from trueup.cli.main import main; main()"
    command = [sys.executable, "-c", cli, "collect", "--workspace", str(folder / ".trueup")]
    for name in ("collected", "collected again"):
        _, wall, cpu, resident = run(command, corpus.folder)
        print(f"{name}: {wall:.1f} s, CPU {cpu:.1f} s, {resident / 1024:.0f} MB of memory")
    told = {"truth": corpus.truth, "trueup": ours(folder)}
    if ccusage:
        told["ccusage"] = theirs(ccusage, corpus.folder)
    for name, counts in told.items():
        apart = Counter({key: counts[key] - corpus.truth[key] for key in BUCKETS})
        print(f"{name}: {dict(counts)}; apart from the truth by {dict(apart)}")
        if any(apart.values()):
            is_that = all(apart[key] == corpus.repeated[key] for key in BUCKETS)
            print(f"  of which lines that repeat a reply without id of request: {is_that}")
    if any(told["trueup"][key] != corpus.truth[key] for key in ("requests", *BUCKETS)):
        raise SystemExit("trueup differs from the truth")


def ours(folder: Path) -> Counter[str]:
    """Return the totals of the rows in a workspace."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from trueup.store.warehouse import Warehouse

    with Warehouse.open(folder / ".trueup").tables() as tables:
        rows = pa.concat_tables(pq.read_table(path) for path in tables.files("ai_request"))
    columns = {
        "input": "uncached_input_tokens",
        "output": "output_tokens",
        "cacheCreation": "cache_write_5m_tokens",
        "cacheRead": "cache_read_tokens",
    }
    sums = {key: sum(rows.column(column).to_pylist()) for key, column in columns.items()}
    return Counter({"requests": rows.num_rows, **sums})


def theirs(ccusage: Path, corpus: Path) -> Counter[str]:
    """Return the totals ccusage prints."""
    printed, *_ = run([str(ccusage), "claude", "daily", "--json", "--offline"], corpus)
    totals = json.loads(printed)["totals"]
    return Counter({key: int(totals[f"{key}Tokens"]) for key in BUCKETS})


def _root() -> str:
    return str(Path(__file__).resolve().parent.parent)


if __name__ == "__main__":
    main()
