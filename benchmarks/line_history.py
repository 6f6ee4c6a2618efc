"""What the line history costs next to git's own log, and whether it agrees with git blame.

    python benchmarks/line_history.py --repo PATH [PATH...]

CPU seconds are user and system time, those of git processes included. Interpreter start and
imports are measured in the same process but reported apart; nothing is written to a warehouse.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

BASE = (
    "log", "--no-merges", "--no-renames", "--numstat", "-z",
    "--format=%x01%H%x02%P%x02%at%x02%ct%x02%aN%x02%aE%x02%B", "HEAD",
)  # fmt: skip


def children_cpu() -> float:
    """Return the CPU seconds of ended child processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(work: Callable[[], object]) -> dict[str, float]:
    """Run `work`; return CPU seconds of this process and of git, and wall seconds."""
    python, git, wall = time.process_time(), children_cpu(), time.monotonic()
    work()
    return {
        "python": time.process_time() - python,
        "git": children_cpu() - git,
        "wall": time.monotonic() - wall,
    }


def base(repo: Path) -> float:
    """Return the CPU seconds of the base command."""
    command = ["git", f"--git-dir={repo}", *BASE]
    return measured(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True))["git"]


def head_of(repo: Path, name: str = "HEAD") -> str:
    """Return the hash of a commit."""
    command = ["git", f"--git-dir={repo}", "rev-parse", name]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def extraction(repo: Path) -> None:
    """Read a whole history once in this process and print what it took."""
    from benchmarks.oracles.landed import ignore_rows, warm_up
    from trueup.collect.sources.git.process import Git

    warm_up()
    imports = time.process_time()
    summary: list[Any] = []
    cost = measured(lambda: summary.append(ignore_rows(Git(repo), head_of(repo))))
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"imports": imports, "rss": rss, **cost, "seen": asdict(summary[0])}))


def compare_cost(repo: Path, rounds: int) -> None:
    """Print the cost of a full extraction next to the base command, best of `rounds`."""
    rows = []
    for _ in range(rounds):
        floor = base(repo)
        command = [sys.executable, __file__, "--repo", str(repo), "--extract-only"]
        told = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
        rows.append((floor, json.loads(told.stdout)))
    floor = min(row[0] for row in rows)
    best = min((row[1] for row in rows), key=lambda row: row["python"] + row["git"])
    total = best["python"] + best["git"]
    print(f"  base git log --numstat    {floor:8.2f} s CPU")
    print(
        f"  full line history         {total:8.2f} s CPU = git {best['git']:.2f} + Python "
        f"{best['python']:.2f}; wall {best['wall']:.2f} s"
    )
    print(f"  ratio                     {total / floor:8.2f}")
    print(f"  interpreter and imports   {best['imports']:8.2f} s CPU, not in the ratio")
    print(f"  peak memory, Python       {best['rss']:8.0f} MB")
    print("  seen", ", ".join(f"{name} {count:,}" for name, count in best["seen"].items()))


def compare_blame(repo: Path, files: int) -> None:
    """Print how many lines at the head have the origin git blame gives."""
    from benchmarks.oracles.blame import blame_origins
    from benchmarks.oracles.landed import Landed
    from trueup.collect.sources.git.process import Git

    git, head, landed = Git(repo), head_of(repo), Landed()
    ours = measured(lambda: landed.collect(git, head))
    chosen = sorted((path, lines) for path, lines in landed.files().items() if lines)
    if files and files < len(chosen):
        chosen = random.Random(1).sample(chosen, files)
    blamed: list[list[str]] = []
    theirs = measured(
        lambda: blamed.extend(blame_origins(git, head, path, len(lines)) for path, lines in chosen)
    )
    pairs = [
        (said, line[0])
        for told, (_, lines) in zip(blamed, chosen, strict=True)
        for said, line in zip(told, lines, strict=True)
    ]
    same = sum(said == found for said, found in pairs)
    print(
        f"  equal to git blame HEAD   {same:,} of {len(pairs):,} lines "
        f"({same / max(len(pairs), 1):.4%}), {len(chosen)} files; blame took "
        f"{theirs['git']:.2f} s CPU, the whole history {ours['git'] + ours['python']:.2f}"
    )
    compare_szz(git, head, landed)


def compare_szz(git: Any, head: str, landed: Any, count: int = 60) -> None:
    """Print for how many fixes the landed rows name the origins blame names."""
    from benchmarks.oracles.szz import blamed_origins, newest_fixes

    fixes = newest_fixes(git, head, count)
    ours: dict[str, set[str]] = {}
    for line, commit in landed.removals():
        ours.setdefault(commit, set()).add(line[0])
    told = {fix: blamed_origins(git, fix) for fix in fixes}
    same = sum(told[fix] == ours.get(fix, set()) for fix in fixes)
    pairs = sum(map(len, told.values()))
    shared = sum(len(told[fix] & ours.get(fix, set())) for fix in fixes)
    print(
        f"  SZZ candidates            {same} of {len(fixes)} fixes equal blame's; "
        f"{shared} of {pairs} pairs shared"
    )


def compare_rerun(repo: Path, back: int) -> None:
    """Print what reading the newest commits costs next to reading everything before."""
    from benchmarks.oracles.landed import Landed, warm_up
    from trueup.collect.sources.git.process import Git

    warm_up()
    git, landed, head = Git(repo), Landed(), head_of(repo)
    old = head_of(repo, f"HEAD~{back}")
    count = git.run("rev-list", "--count", head, f"^{old}").decode().strip()
    full = measured(lambda: landed.collect(git, old))
    more = measured(lambda: landed.collect(git, head))
    spent, before = (sum(part[name] for name in ("git", "python")) for part in (more, full))
    print(
        f"  re-run, {count} new commits  {spent:6.2f} s CPU, {spent / before:.1%} of the full run"
        + ("; everything was read anew" if landed.anew else "")
    )


def main() -> None:
    """Compare on every repository named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repo", type=Path, nargs="+", required=True)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--blame", type=int, default=0, help="files to blame, 0 for all")
    parser.add_argument("--no-blame", action="store_true")
    parser.add_argument("--back", type=int, default=100, help="first-parent steps to re-run")
    parser.add_argument("--extract-only", action="store_true", help="used by the script itself")
    chosen = parser.parse_args()
    for repo in chosen.repo:
        if chosen.extract_only:
            extraction(repo)
            continue
        print(repo.parent.name if repo.name in {"repo", ".git"} else repo.name, flush=True)
        compare_cost(repo, chosen.rounds)
        compare_rerun(repo, chosen.back)
        if not chosen.no_blame:
            compare_blame(repo, chosen.blame)


if __name__ == "__main__":
    main()
