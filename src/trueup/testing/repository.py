"""A made-up git repository: many authors, releases, fixes, and marked use of AI tools.

The same seed gives the same commits, byte for byte, on any machine: nothing is read from the
clock, the user's git settings or the network. Run it as
``python -m trueup.testing.repository FOLDER``.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from trueup.errors import ConfigError

DAY = 86_400
FIRST_DAY = 1_672_617_600  # Monday 2023-01-02, 00:00 UTC
FILES = 60
FIRST_LINES = 40
MARKS = (
    "Co-Authored-By: Claude <noreply@anthropic.com>",
    "Co-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>",
    "Co-authored-by: Cursor <cursoragent@cursor.com>",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the made-up repository is like.

    Parameters
    ----------
    seed
        The same seed and plan give the same commits.
    weeks, authors
        How long it lives and how many people write in it.
    changes_per_week
        How many changes land, on average.
    last_marked_ratio
        Share of changes that carry an AI marker in the last week; it grows from 0 in a line.
    """

    seed: int = 7
    weeks: int = 104
    authors: int = 24
    changes_per_week: float = 8.0
    last_marked_ratio: float = 0.5


@dataclass(slots=True, kw_only=True)
class _Change:
    number: int
    author: int
    begins_at: int
    lands_at: int
    is_merge: bool
    mark: str
    paths: list[str] = field(default_factory=list)
    after: dict[str, list[str]] = field(default_factory=dict)
    tip: int = 0


def make_repository(folder: Path, plan: Plan | None = None) -> Path:
    """Write a bare made-up repository into `folder`, which must be missing or empty.

    Raises
    ------
    ConfigError
        `folder` holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"{folder} is not empty.", hint="Name a folder that does not exist.")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    init = ["git", "init", "--quiet", "--bare", "--initial-branch=main", str(folder)]
    subprocess.run(init, check=True, env=environment)
    importer = ["git", f"--git-dir={folder}", "fast-import", "--quiet", "--force"]
    with subprocess.Popen(importer, stdin=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        _History(process.stdin, plan or Plan()).write()
        process.stdin.close()
    if process.returncode:
        raise ConfigError("git could not write the made-up repository.", hint="Check the disk.")
    return folder


class _History:
    def __init__(self, out: IO[bytes], plan: Plan) -> None:
        self._out = out
        self._plan = plan
        self._random = random.Random(plan.seed)  # noqa: S311 - a made-up world, not a secret
        self._marks = 0
        self._tip = 0
        self._files: dict[str, list[str]] = {}
        self._busy: set[str] = set()

    def write(self) -> None:
        self._begin()
        moments = [
            moment
            for change in self._changes()
            for moment in ((change.begins_at, 0, change), (change.lands_at, 1, change))
        ]
        releases = 0
        for at, step, change in sorted(moments, key=lambda moment: (moment[0], moment[2].number)):
            if step == 0:
                self._open(change)
            else:
                self._land(change)
                if (at - FIRST_DAY) // (28 * DAY) > releases:
                    releases += 1
                    self._tag(f"v0.{releases}.0", at)

    def _begin(self) -> None:
        for number in range(FILES):
            path = f"src/part_{number:02d}.py"
            self._files[path] = [self._line() for _ in range(FIRST_LINES)]
        self._files["README.md"] = ["A made-up project.\n"]
        self._tip = self._commit(0, FIRST_DAY, "Begin", [], self._files)

    def _changes(self) -> Iterator[_Change]:
        number = 0
        for week in range(self._plan.weeks):
            share = self._plan.last_marked_ratio * week / max(1, self._plan.weeks - 1)
            for _ in range(round(self._random.gauss(self._plan.changes_per_week, 2.0))):
                number += 1
                begins = FIRST_DAY + DAY + 7 * DAY * week + self._random.randrange(5 * DAY)
                waits = 3_600 + int(self._random.expovariate(1 / (2 * DAY)))
                yield _Change(
                    number=number,
                    author=self._random.randrange(self._plan.authors),
                    begins_at=begins,
                    lands_at=begins + waits,
                    is_merge=self._random.random() < 0.5,
                    mark=self._random.choice(MARKS) if self._random.random() < share else "",
                )

    def _open(self, change: _Change) -> None:
        free = sorted(set(self._files) - self._busy)
        change.paths = self._random.sample(free, min(len(free), self._random.randint(1, 3)))
        self._busy.update(change.paths)
        change.after = {path: list(self._files[path]) for path in change.paths}
        change.tip = self._tip
        steps = self._random.randint(1, 3)
        span = change.lands_at - change.begins_at
        for step in range(steps):
            self._edit(change.after)
            if change.is_merge:
                at = change.begins_at + span * step // (steps + 1)
                words = self._words(change, title=f"Step {step + 1} of change {change.number}")
                change.tip = self._commit(change.author, at, words, [change.tip], change.after)

    def _land(self, change: _Change) -> None:
        self._files.update(change.after)
        self._busy.difference_update(change.paths)
        parents = [self._tip]
        words = self._words(change, title=f"{self._title(change)} (#{change.number})")
        if change.is_merge:
            words = f"Merge pull request #{change.number} from made-up/branch-{change.number}"
            parents.append(change.tip)
        self._tip = self._commit(change.author, change.lands_at, words, parents, change.after)

    def _title(self, change: _Change) -> str:
        kind = "Fix a wrong answer in" if self._random.random() < 0.2 else "Improve"
        return f"{kind} {change.paths[0]}"

    def _words(self, change: _Change, *, title: str) -> str:
        return f"{title}\n\n{change.mark}" if change.mark else title

    def _edit(self, files: dict[str, list[str]]) -> None:
        for lines in files.values():
            at = self._random.randrange(len(lines) + 1)
            gone = self._random.randint(0, 4)
            new = [self._line() for _ in range(self._random.randint(1, 9))]
            lines[at : at + gone] = new

    def _line(self) -> str:
        return f"value_{self._random.getrandbits(40):010x} = {self._random.randrange(1000)}\n"

    def _commit(
        self, author: int, at: int, words: str, parents: list[int], files: dict[str, list[str]]
    ) -> int:
        self._marks += 1
        who = f"Author {author:02d} <author{author:02d}@made-up.example> {at} +0000"
        head = [f"commit refs/heads/main\nmark :{self._marks}\nauthor {who}\ncommitter {who}\n"]
        for place, parent in enumerate(parents):
            head.append(f"{'merge' if place else 'from'} :{parent}\n")
        self._say(head[0], words, *head[1:])
        for path, lines in sorted(files.items()):
            self._say(f"M 100644 inline {path}\n", "".join(lines))
        return self._marks

    def _tag(self, name: str, at: int) -> None:
        tagger = f"tagger Author 00 <author00@made-up.example> {at} +0000\n"
        self._say(f"tag {name}\nfrom :{self._tip}\n{tagger}", f"Release {name}")

    def _say(self, before: str, content: str, *after: str) -> None:
        body = content.encode()
        sized = b"data %d\n%s\n" % (len(body), body)
        self._out.write(before.encode() + sized + "".join(after).encode())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Say where: python -m trueup.testing.repository FOLDER")
    make_repository(Path(sys.argv[1]))
