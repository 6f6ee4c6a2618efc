"""Small repositories that tell what a test wants told."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


def clone(
    folder: Path,
    remote: str = "",
    *,
    files: Mapping[str, str] | None = None,
    messages: Sequence[str] = ("Begin",),
) -> Path:
    """Make a repository whose commits have these messages, and these files."""
    folder.mkdir(parents=True)

    def git(*words: str, stdin: bytes = b"") -> None:
        subprocess.run(["git", *words], cwd=folder, env=ENVIRONMENT, check=True, input=stdin)

    git("init", "--quiet", "--initial-branch=main")
    if remote:
        git("config", "remote.origin.url", remote)
    stream = [_commit(message, files or {}) for message in messages]
    git("fast-import", "--quiet", stdin="".join(stream).encode())
    return folder


def _commit(message: str, files: Mapping[str, str]) -> str:
    lines = (
        f"commit refs/heads/main\ncommitter x <x@example.org> 1700000000 +0000\n{_text(message)}"
    )
    return lines + "".join(f"M 100644 inline {name}\n{_text(text)}" for name, text in files.items())


def _text(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"
