"""Precision and recall of the attribution rules against commits labelled by hand.

Usage::

    python benchmarks/attribution_accuracy.py LABELS.csv REPOSITORY=GIT_DIRECTORY ...
        [--word LABEL=ROLE ...]

The labels have columns repository, sha, marker, tool, doubt. `marker` holds one role or
several separated by ``;``, ``,`` or ``+``: author, reviewer, disclosure,
disclosure_negative, or none; ``--word`` translates a labeller's other words. `doubt` is
empty, 0, no or false where there is none; every figure is given with and without the doubtful.
Intervals are Wilson's, 95 %.
"""

from __future__ import annotations

import argparse
import csv
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from trueup.collect.attribution import CommitText, RuleTable, load_rules
from trueup.collect.sources.git.process import Git
from trueup.model.tables import ROLES

WORDS = {
    "": "",
    "0": "",
    "no": "",
    "none": "",
    "false": "",
    "unmarked": "",
    "unknown": "",
    "1": "author",
    "yes": "author",
    "true": "author",
    "marked": "author",
    "disclosure-negative": "disclosure_negative",
    "negative disclosure": "disclosure_negative",
    **{role: role for role in ROLES},
}
FORMAT = "%H%x00%an%x00%ae%x00%cn%x00%ce%x00%P%x00%B%x01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One labelled commit beside what the rules say of it."""

    repository: str
    sha: str
    said: frozenset[str]
    said_tool: str
    found: frozenset[str]
    found_tools: frozenset[str]
    rules: tuple[str, ...]
    doubtful: bool


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share (Wilson 1927, equation of the score test)."""
    if trials == 0:
        return 0.0, 1.0
    z = 1.959963984540054
    share = hits / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2))
    half /= 1 + z * z / trials
    return max(0.0, middle - half), min(1.0, middle + half)


def roles_of(marker: str, words: dict[str, str]) -> frozenset[str]:
    """Translate a labeller's marker cell into roles."""
    roles = set()
    for part in re.split(r"[;,+|/]", marker):
        word = part.strip().lower()
        if word not in words:
            sys.exit(f"Unknown marker {word!r}: translate it with --word '{word}=ROLE'.")
        roles.add(words[word])
    return frozenset(roles - {""})


def read_commit(git: Git, sha: str) -> CommitText:
    """Read what attribution sees of one commit."""
    raw = git.run("log", "-1", "--no-mailmap", f"--format={FORMAT}", sha, "--")
    fields = raw.decode("utf-8", "replace").split("\x01")[0].split("\x00")
    _, name, email, committer, committer_email, parents, message = fields
    return CommitText(name, email, committer, committer_email, message, " " in parents)


def cases(
    labels: Path, places: dict[str, Path], words: dict[str, str], table: RuleTable
) -> Iterable[Case]:
    """Yield every labelled commit with the rules' answer."""
    with labels.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            place = places.get(row["repository"])
            if place is None:
                sys.exit(f"No git directory given for {row['repository']!r}.")
            marks = table.classify(read_commit(Git(place), row["sha"]))
            yield Case(
                repository=row["repository"],
                sha=row["sha"],
                said=roles_of(row["marker"] or "", words),
                said_tool=(row["tool"] or "").strip().lower(),
                found=frozenset(mark.role for mark in marks),
                found_tools=frozenset(mark.tool for mark in marks),
                rules=tuple(sorted({mark.rule_id for mark in marks})),
                doubtful=(row.get("doubt") or "").strip().lower()
                not in {"", "0", "no", "none", "false"},
            )


def line_of(name: str, several: Sequence[Case], role: str) -> str:
    """Return one line of the table: precision and recall of one role."""
    both = sum(role in case.said and role in case.found for case in several)
    said = sum(role in case.said for case in several)
    found = sum(role in case.found for case in several)
    return f"{name:34} {_share(both, found):34} {_share(both, said):34}"


def _share(hits: int, trials: int) -> str:
    if trials == 0:
        return "none to judge"
    low, high = wilson(hits, trials)
    return f"{hits}/{trials} = {hits / trials:.3f} ({low:.3f} to {high:.3f})"


def print_report(several: Sequence[Case]) -> None:
    """Print the table and every disagreement by sha."""
    sure = [case for case in several if not case.doubtful]
    print(f"{len(several)} commits labelled, {len(several) - len(sure)} of them in doubt")
    for title, chosen in (("all", several), ("without the doubtful", sure)):
        print(f"\n{title:34} {'precision (95 % interval)':34} {'recall (95 % interval)':34}")
        print(line_of("marked (role author)", chosen, "author"))
        for role in ROLES[1:]:
            print(line_of(role, chosen, role))
        for repository in sorted({case.repository for case in chosen}):
            part = [case for case in chosen if case.repository == repository]
            print(line_of(f"  author, {repository}", part, "author"))
    _print_confusions(several)


def _print_confusions(several: Sequence[Case]) -> None:
    print("\nDisagreements in role (label / rules):")
    for case in several:
        if case.said != case.found:
            doubt = " (in doubt)" if case.doubtful else ""
            print(
                f"  {case.repository} {case.sha} {_words(case.said)} / {_words(case.found)}"
                f" by {', '.join(case.rules) or 'no rule'}{doubt}"
            )
    print("\nTools (label / rules), where both see a mark:")
    pairs = Counter(
        (case.said_tool, _words(case.found_tools)) for case in several if case.said and case.found
    )
    for (said, found), count in pairs.most_common():
        print(f"  {count:4} {said or '-'} / {found}")


def _words(several: Iterable[str]) -> str:
    return "+".join(sorted(several)) or "none"


def main() -> None:
    """Read the command line and print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("labels", type=Path)
    parser.add_argument("places", nargs="+", metavar="REPOSITORY=GIT_DIRECTORY")
    parser.add_argument("--word", action="append", default=[], metavar="LABEL=ROLE")
    given = parser.parse_args()
    places = {name: Path(place) for name, _, place in (p.partition("=") for p in given.places)}
    words = {**WORDS}
    for item in given.word:
        label, _, role = item.partition("=")
        words[label.strip().lower()] = "" if role == "none" else role
    table = load_rules()
    print(f"Rule table version {table.version}")
    print_report(list(cases(given.labels, places, words, table)))


if __name__ == "__main__":
    main()
