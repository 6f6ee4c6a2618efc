"""The line history next to git-of-theseus, and per-commit counts next to PyDriller.

    python -m venv peers && peers/bin/pip install git-of-theseus pydriller numpy pyarrow
    peers/bin/python benchmarks/peers.py --repo PATH --branch main

Nothing is installed by this script: a peer that cannot be imported is named and left out.
CPU seconds are user and system time, child processes included.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks.line_history import children_cpu, head_of, measured  # noqa: E402

_PYDRILLER = """
import sys
from pydriller import Repository
repository, hashes = sys.argv[1], sys.argv[2].split(",")
for commit in Repository(repository, only_commits=hashes).traverse_commits():
    for file in commit.modified_files:
        print(commit.hash, file.added_lines, file.deleted_lines)
"""
_OURS = """
import io, sys
from pathlib import Path
sys.path[:0] = sys.argv[3:]
from trueup.collect.sources.git.process import Git
from trueup.collect.sources.git.diffs.stream import DIFF, read_diffs
git, hashes = Git(Path(sys.argv[1])), sys.argv[2].replace(",", "\\n") + "\\n"
for diff in read_diffs(io.BytesIO(git.run(*DIFF, stdin=hashes.encode()))):
    for patch in diff.patches:
        print(diff.sha.decode(), sum(patch.hunks[3::4]), sum(patch.hunks[1::4]))
"""


def in_new_process(*command: str) -> tuple[float, str]:
    """Return the CPU seconds a command takes, start included, and what it prints."""
    before = children_cpu()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return children_cpu() - before, done.stdout


@contextmanager
def cloned(repo: Path) -> Iterator[str]:
    """Give a checkout that shares the repository's objects: the peers want one."""
    with tempfile.TemporaryDirectory() as work:
        clone = str(Path(work) / "clone")
        subprocess.run(["git", "clone", "-q", "--shared", str(repo), clone], check=True)
        yield clone


def survival(repo: Path, branch: str) -> None:
    """Compare with git-of-theseus at its default of one sample a week."""
    from benchmarks.oracles.landed import Landed, warm_up
    from trueup.collect.sources.git.process import Git

    warm_up()
    cost = measured(lambda: Landed().collect(Git(repo), head_of(repo)))
    ours = cost["python"] + cost["git"]
    print(f"  every line's life, here       {ours:8.2f} s CPU, wall {cost['wall']:.1f} s")
    if importlib.util.find_spec("git_of_theseus") is None:
        print("  git-of-theseus                cannot be imported: left out")
        return
    program = str(Path(sys.executable).with_name("git-of-theseus-analyze"))
    with cloned(repo) as clone, tempfile.TemporaryDirectory() as out:
        options = ("--branch", branch, "--all-filetypes", "--quiet", "--outdir", out)
        theirs, _ = in_new_process(program, clone, *options)
    print(f"  git-of-theseus, weekly        {theirs:8.2f} s CPU: {theirs / ours:.1f} times as much")


def counts(repo: Path, newest: int) -> None:
    """Compare added and deleted lines per file of the newest ordinary commits."""
    command = ["git", f"--git-dir={repo}", "rev-list", "--no-merges", f"-n{newest}", "HEAD"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    hashes = ",".join(told.split())
    paths = [str(ROOT / "src")]
    ours, rows = in_new_process(sys.executable, "-c", _OURS, str(repo), hashes, *paths)
    print(f"  counts of {newest} commits, here   {ours:8.2f} s CPU, {len(rows.splitlines())} files")
    if importlib.util.find_spec("pydriller") is None:
        print("  PyDriller                     cannot be imported: left out")
        return
    with cloned(repo) as clone:
        theirs, rows = in_new_process(sys.executable, "-c", _PYDRILLER, clone, hashes)
    print(
        f"  PyDriller                     {theirs:8.2f} s CPU, {len(rows.splitlines())} files: "
        f"{theirs / ours:.1f} times as much"
    )


def main() -> None:
    """Compare on one repository."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repo", type=Path, required=True)
    parser.add_argument("--branch", default="main")
    parser.add_argument("--newest", type=int, default=500)
    chosen = parser.parse_args()
    print(chosen.repo.parent.name)
    counts(chosen.repo, chosen.newest)
    survival(chosen.repo, chosen.branch)


if __name__ == "__main__":
    main()
