"""CPU time of classifying every commit of repositories, reading excluded.

Usage::

    python benchmarks/attribution.py GIT_DIRECTORY ...
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from trueup.collect.attribution import CommitText, load_rules
from trueup.collect.sources.git.process import Git

FORMAT = "%an%x00%ae%x00%cn%x00%ce%x00%P%x00%B%x01"


def read(place: Path) -> list[CommitText]:
    """Read every commit of all refs."""
    raw = Git(place).run("log", "--all", "--no-mailmap", f"--format={FORMAT}")
    commits = []
    for record in raw.decode("utf-8", "replace").split("\x01\n")[:-1]:
        name, email, committer, committer_email, parents, message = record.split("\x00")
        merge = " " in parents
        commits.append(CommitText(name, email, committer, committer_email, message, merge))
    return commits


def main() -> None:
    """Print one line per repository: commits, seconds, marked commits, marks by tool."""
    for place in map(Path, sys.argv[1:]):
        commits = read(place)
        started = time.process_time()
        table = load_rules()
        loaded = time.process_time()
        marks = [table.classify(commit) for commit in commits]
        ended = time.process_time()
        marked = sum(any(mark.role == "author" for mark in one) for one in marks)
        tools = Counter(tool for one in marks for tool in {mark.tool for mark in one})
        print(
            f"{place}: {len(commits)} commits, rules read in {loaded - started:.2f} s, "
            f"classified in {ended - loaded:.2f} s CPU, {marked} marked; "
            + ", ".join(f"{tool} {count}" for tool, count in tools.most_common(8))
        )


if __name__ == "__main__":
    main()
