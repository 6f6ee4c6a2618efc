"""Mutated payloads of every vendor: does anything crash, is every loss counted, do rows land.

Usage::

    PYTHONPATH=. python benchmarks/damaged_payloads.py [--payloads 10000] [--only github ...]

A made-up organisation is served; every second item of every answer carries one damage: a missing
field, a null, a wrong type, a huge or impossible value, half a surrogate pair, a list in place of
an object. Each collection is looked at record by record, and once more when nothing is damaged
any more. Ends with 1 where anything did not hold.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.ring.damaging import SOURCES, Verdict, judged
from trueup.simulate.payloads.story import Organisation
from trueup.simulate.payloads.telling import tell
from trueup.simulate.scenario import Scenario, Work

WORLD = Scenario(
    teams=2,
    people_per_team=60,
    weeks=8,
    seed=31,
    is_detailed=False,
    work=Work(incident_ratio=0.5, revert_ratio=0.1, mend_ratio=0.1),
)
SHARES = {"github": 0.3, "gitlab": 0.4, "jira": 0.17, "pagerduty": 0.08, "events": 0.05}


def run(told: Organisation, source: str, payloads: int, folder: Path) -> Verdict:
    """Damage so many payloads of a source, round after round."""
    started = time.perf_counter()
    found = judged(told, source, folder, payloads=payloads)
    took = time.perf_counter() - started
    said = ", ".join(f"{name} {number:,}" for name, number in sorted(found.counts.items()))
    print(f"{source:10s} {took:6.1f} s  wrong {len(found.wrong)}  {said}", flush=True)
    for line in found.wrong[:20]:
        print(f"  {line[:300]}", file=sys.stderr)
    return found


def main() -> int:
    """Print a line for each source, and the whole."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payloads", type=int, default=10_000)
    parser.add_argument("--only", nargs="+", choices=SOURCES, default=SOURCES)
    given = parser.parse_args()
    told, whole = tell(WORLD), Verdict()
    shares = sum(SHARES[source] for source in given.only)
    with tempfile.TemporaryDirectory() as place:
        for source in given.only:
            payloads = round(given.payloads * SHARES[source] / shares)
            whole.add(run(told, source, payloads, Path(place) / source))
    print(f"{whole.counts['mutated']:,} mutated payloads, {len(whole.wrong)} wrong")
    return 1 if whole.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
