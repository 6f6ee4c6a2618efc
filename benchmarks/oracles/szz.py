"""Which commits wrote the lines a fix removed, asked of ``git blame``."""

from __future__ import annotations

import re

from trueup.collect.sources.git.diffs.paths import unquote
from trueup.collect.sources.git.process import Git

FIX = r"\b(fix(e[sd])?|bug|regression|defect|crash)\b"
"""Which subjects are fix-like, for this comparison only."""

_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+", re.MULTILINE)
_ORIGIN = re.compile(rb"^([0-9a-f]{40}) \d+ \d+ \d+$", re.MULTILINE)


def newest_fixes(git: Git, head: str, count: int) -> list[str]:
    """Return the newest ordinary commits whose subject is fix-like."""
    told = git.run("log", "--no-merges", "--format=%H%x00%s", head)
    rows = (line.split(b"\0", 1) for line in told.splitlines())
    is_fix = re.compile(FIX.encode(), re.IGNORECASE).search
    return [sha.decode() for sha, subject in rows if is_fix(subject)][:count]


def blamed_origins(git: Git, commit: str) -> set[str]:
    """Return the origins of every line `commit` removed."""
    found: set[str] = set()
    arguments = ("diff-tree", "-r", "-p", "-U0", "-M", "--no-commit-id", commit)
    for part in (b"\n" + git.run(*arguments)).split(b"\ndiff --git ")[1:]:
        old = re.search(rb"^--- (?:a/)?(.*)$", part, re.MULTILINE)
        hunks = [(int(a), int(b or 1)) for a, b in _HUNK.findall(part)]
        ranges = [f"-L{start},+{lines}" for start, lines in hunks if lines]
        if old is None or not ranges:
            continue
        path = unquote(old[1].replace(b'"a/', b'"').rstrip(b"\t")).decode()
        told = git.run("blame", "--incremental", *ranges, f"{commit}^", "--", path)
        found |= {sha.decode() for sha in _ORIGIN.findall(told)}
    return found
