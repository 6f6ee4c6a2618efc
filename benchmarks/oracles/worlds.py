"""Made-up repositories: random branches, merges, renames, binary files, odd names."""

from __future__ import annotations

import random
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

Tree = dict[bytes, tuple[bytes, bytes]]
"""Path to (mode, content)."""

_WORDS = [b"alpha", b"beta", b"gamma", b"", b"    pass", b"}", b"end\r", b"\x0cpage"]
_NAMES = [b"a.py", b"b.py", b"docs/c.md", b"uv.lock", b"d e.txt", b"tests/t.py", b'q"\n.c']


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """How a world behaves: chances out of one of each commit being or holding something."""

    fork: float = 0.25
    merge: float = 0.3
    octopus: float = 0.15
    root: float = 0.02
    evil: float = 0.3
    rename: float = 0.08
    binary: float = 0.04
    link: bool = True  # a file may become a symbolic link
    side: float = 0.05  # a merge keeps one parent's whole tree
    lines: int = 12


@dataclass(slots=True)
class World:
    """A history being made up."""

    rng: random.Random
    odds: Odds = field(default_factory=Odds)
    trees: list[Tree] = field(default_factory=list)
    parents: list[list[int]] = field(default_factory=list)

    def grow(self, commits: int) -> int:
        """Make `commits` commits on several branches and merge them all; return the head."""
        tips = [self._commit([], {})]
        for _ in range(commits):
            at = self.rng.randrange(len(tips))
            chance = self.rng.random()
            if chance < self.odds.root:
                tips.append(self._commit([], {}))
            elif chance < self.odds.root + self.odds.merge and len(tips) > 1:
                tips = self._merge(tips)
            elif self.rng.random() < self.odds.fork:
                old = self.rng.randrange(len(self.trees))
                tips.append(self._commit([old], self.trees[old]))
            else:
                tips[at] = self._commit([tips[at]], self.trees[tips[at]])
        while len(tips) > 1:
            tips[0] = self._join([tips[0], tips.pop()])
        return self._commit([tips[0]], self.trees[tips[0]])

    def write(self, directory: Path, branch: str = "main") -> list[str]:
        """Write the history as a bare repository; return the commits' hashes."""
        subprocess.run(["git", "init", "-q", "--bare", "-b", branch, directory], check=True)
        marks = directory / "marks"
        feed = b"".join(self._feed(number, branch) for number in range(len(self.trees)))
        import_it = ("git", "-C", str(directory), "fast-import", "--quiet", "--force")
        subprocess.run([*import_it, f"--export-marks={marks}"], input=feed, check=True)
        pairs = (line.split() for line in marks.read_text().splitlines())
        shas = {int(mark[1:]) - 1: sha for mark, sha in pairs}
        return [shas[number] for number in range(len(self.trees))]

    def _feed(self, number: int, branch: str) -> bytes:
        when = 1_600_000_000 + self.rng.randrange(50) * 100 + number * 60
        lines = [
            b"reset refs/heads/%b" % branch.encode() if not self.parents[number] else b"",
            b"commit refs/heads/%b" % branch.encode(),
            b"mark :%d" % (number + 1),
            b"committer A <a@example.org> %d +0000" % when,
            b"data 1\nx",
        ]
        for order, parent in enumerate(self.parents[number]):
            lines.append(b"%b :%d" % (b"merge" if order else b"from", parent + 1))
        lines.append(b"deleteall")
        for path, (mode, content) in self.trees[number].items():
            quoted = path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
            lines.append(b'M %b inline "%b"' % (mode, quoted))
            lines.append(b"data %d\n%b" % (len(content), content))
        return b"\n".join(line for line in lines if line) + b"\n\n"

    def _commit(self, parents: list[int], tree: Tree) -> int:
        after = dict(tree)
        for _ in range(self.rng.randint(1, 3)):
            self._change(after)
        return self._keep(parents, after)

    def _keep(self, parents: list[int], tree: Tree) -> int:
        self.parents.append(parents)
        self.trees.append(tree)
        return len(self.trees) - 1

    def _change(self, tree: Tree) -> None:
        chance = self.rng.random()
        if not tree or chance < 0.15:
            self._write(tree, self._name(), self._lines(self.rng.randrange(self.odds.lines)))
            return
        path = self.rng.choice(sorted(tree))
        mode, content = tree[path]
        if chance < 0.22:
            del tree[path]
        elif chance < 0.22 + self.odds.rename:
            tree[self._name()] = tree.pop(path)
        elif chance < 0.22 + self.odds.rename + self.odds.binary:
            tree[path] = mode, b"\0" + content if self.rng.random() < 0.5 else content.strip(b"\0")
        elif chance < 0.4:
            other = b"120000" if self.odds.link else b"100755"
            tree[path] = self.rng.choice([b"100755", other, b"100644"]), content
        else:
            self._write(tree, path, self._edit(content.split(b"\n")), mode)

    def _write(self, tree: Tree, path: bytes, lines: list[bytes], mode: bytes = b"100644") -> None:
        end = b"" if self.rng.random() < 0.2 or not lines else b"\n"
        tree[path] = mode, b"\n".join(lines) + end

    def _edit(self, lines: list[bytes]) -> list[bytes]:
        for _ in range(self.rng.randint(1, 3)):
            at = self.rng.randint(0, len(lines))
            lines[at : at + self.rng.randrange(3)] = self._lines(self.rng.randrange(3))
        return lines

    def _lines(self, count: int) -> list[bytes]:
        return [
            self.rng.choice(_WORDS)
            if self.rng.random() < 0.4
            else b"l%d" % self.rng.getrandbits(20)
            for _ in range(count)
        ]

    def _name(self) -> bytes:
        return self.rng.choice(_NAMES)

    def _merge(self, tips: list[int]) -> list[int]:
        target, *others = self.rng.sample(tips, len(tips))
        count = 2 if self.rng.random() < self.odds.octopus and len(others) > 1 else 1
        joined = self._join([target, *others[:count]])
        return [joined, *others[count:]] if self.rng.random() < 0.7 else [joined, *others]

    def _join(self, parents: list[int]) -> int:
        trees = [self.trees[parent] for parent in dict.fromkeys(parents)]
        if self.rng.random() < self.odds.side:
            return self._keep(list(dict.fromkeys(parents)), dict(self.rng.choice(trees)))
        after: Tree = {}
        for path in sorted({path for tree in trees for path in tree}):
            having = [tree[path] for tree in trees if path in tree]
            if len(having) == len(trees) or self.rng.random() < 0.7:
                after[path] = self._mix(having)
        if self.rng.random() < self.odds.evil:
            self._change(after)
        return self._keep(list(dict.fromkeys(parents)), after)

    def _mix(self, having: list[tuple[bytes, bytes]]) -> tuple[bytes, bytes]:
        if len(having) == 1 or self.rng.random() < 0.5:
            return self.rng.choice(having)
        sides = [content.split(b"\n") for _, content in having]
        length = max(map(len, sides))
        mixed = [
            side[at]
            for at in range(length)
            if at < len(side := self.rng.choice(sides)) and self.rng.random() < 0.95
        ]
        return having[0][0], b"\n".join(mixed)
