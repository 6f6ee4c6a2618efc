"""Makes real git repositories for tests, commit by commit, with every date and name chosen.

One `git fast-import` process per repository writes the commits, so a thousand take well under
a second; `Building.git` closes it first, so git always sees all that was written.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

DAY = 86_400
START = 1_700_000_000
"""Default first instant: 2023-11-14 22:13:20 UTC, seconds."""
ANN = "Ann Author <ann@example.org>"
BEN = "Ben Builder <ben@example.org>"
CLAUDE = "Co-Authored-By: Claude <noreply@anthropic.com>"

Content = bytes | str | None
Files = Mapping[str, Content] | Mapping[bytes, Content]


def clean_environment() -> dict[str, str]:
    """Return an environment in which no user or system configuration reaches git."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return {
        **kept,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


class Building:
    """One repository under construction.

    Parameters
    ----------
    folder
        Where the repository is made: a bare one at `folder`, or a checkout with ``.git``.
    bare
        Whether there is no work tree.
    object_format
        ``sha1`` or ``sha256``.
    """

    def __init__(
        self, folder: Path, *, bare: bool = True, object_format: str = "sha1", branch: str = "main"
    ) -> None:
        self.folder = folder
        self.directory = folder if bare else folder / ".git"
        folder.mkdir(parents=True, exist_ok=True)
        run_git(
            folder,
            "init",
            "-q",
            *(["--bare"] if bare else []),
            f"--object-format={object_format}",
            f"--initial-branch={branch}",
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._marks = 0
        self._marked: dict[str, int] = {}
        self._tips: dict[str, str] = {}
        self._clock = START

    def commit(
        self,
        message: str | bytes,
        files: Files | None = None,
        *,
        parents: Sequence[str] | None = None,
        branch: str = "main",
        author: str | bytes = ANN,
        committer: str | bytes | None = None,
        at: int | None = None,
        committed_at: int | None = None,
        zone: str = "+0000",
    ) -> str:
        """Add a commit on `branch` and return its sha.

        `files` are changes against the first parent (None deletes); `parents` default to the
        tip of the branch; `at` (seconds) defaults to one hour after the commit before it.
        """
        authored = self._tick() if at is None else at
        committed = authored if committed_at is None else committed_at
        above = list(parents) if parents is not None else self._tip_of(branch)
        self._marks += 1
        name = f"refs/heads/{branch}"
        words = [f"reset {name}\n\n".encode()] if branch in self._tips or above else []
        words += [f"commit {name}\nmark :{self._marks}\n".encode()]
        words += [b"author ", _bytes(author), f" {authored} {zone}\n".encode()]
        words += [b"committer ", _bytes(committer or author), f" {committed} {zone}\n".encode()]
        words += [_sized(_bytes(message))]
        words += [self._parent("merge" if i else "from", sha) for i, sha in enumerate(above)]
        words += [_change(path, content) for path, content in (files or {}).items()]
        words += [f"\nget-mark :{self._marks}\n".encode()]
        sha = self._say(b"".join(words))
        self._tips[branch] = sha
        self._marked[sha] = self._marks
        return sha

    def merge(
        self,
        other: str,
        message: str = "Merge branch 'topic'",
        files: Files | None = None,
        *,
        into: str = "main",
        **options: object,
    ) -> str:
        """Add a merge commit of `other` into the tip of branch `into`; `files` as in `commit`."""
        parents = [*self._tip_of(into), other]
        return self.commit(message, files, parents=parents, branch=into, **options)  # type: ignore[arg-type]

    def raw_commit(self, body: bytes) -> str:
        """Write a commit object exactly as given, however wrong, and return its sha."""
        return self.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=body)

    def tag(self, name: str, sha: str, *, at: int | None = None) -> None:
        """Point a tag at `sha`: annotated and dated `at` (seconds), or light without `at`."""
        if at is None:
            self.ref(f"refs/tags/{name}", sha)
            return
        body = f"object {sha}\ntype commit\ntag {name}\ntagger {ANN} {at} +0000\n\n{name}\n"
        self.ref(f"refs/tags/{name}", self.git("mktag", stdin=body.encode()))

    def ref(self, name: str, sha: str | None) -> None:
        """Point a ref at `sha`, or remove it."""
        self.git("update-ref", *(["-d", name] if sha is None else [name, sha]))
        branch = name.removeprefix("refs/heads/")
        if sha is None:
            self._tips.pop(branch, None)
        elif branch != name:
            self._tips[branch] = sha

    def git(self, *arguments: str, stdin: bytes | None = None) -> str:
        """Run git in this repository once all commits are on disk; return what it says."""
        self.finish()
        return run_git(self.folder, *arguments, stdin=stdin)

    def finish(self) -> Path:
        """Write everything to disk and return the git directory."""
        process, self._process = self._process, None
        self._marked.clear()
        if process is not None:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            process.stdout.close()
            assert process.wait() == 0, "fast-import failed"
        return self.directory

    def _parent(self, word: str, sha: str) -> bytes:
        mark = self._marked.get(sha)  # git cannot read what this process has not finished
        return f"{word} {sha if mark is None else f':{mark}'}\n".encode()

    def _tip_of(self, branch: str) -> list[str]:
        return [self._tips[branch]] if branch in self._tips else []

    def _tick(self) -> int:
        self._clock += 3600
        return self._clock

    def _say(self, words: bytes) -> str:
        if self._process is None:
            self._process = subprocess.Popen(
                [
                    *("git", "-C", str(self.folder), "fast-import"),
                    *("--quiet", "--force", "--date-format=raw-permissive"),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=clean_environment(),
            )
        source: IO[bytes] | None = self._process.stdin
        answer: IO[bytes] | None = self._process.stdout
        assert source is not None
        assert answer is not None
        source.write(words)
        source.flush()
        return answer.readline().decode().strip()


def run_git(folder: Path, *arguments: str, stdin: bytes | None = None) -> str:
    """Run git in `folder`, which must succeed; return its output without the final newline."""
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        input=stdin if stdin is not None else b"",
        capture_output=True,
        env=clean_environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _sized(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _change(path: str | bytes, content: Content) -> bytes:
    quoted = b'"' + b"".join(b"\\%03o" % byte for byte in _bytes(path)) + b'"'
    if content is None:
        return b"D " + quoted + b"\n"
    return b"M 100644 inline " + quoted + b"\n" + _sized(_bytes(content))
