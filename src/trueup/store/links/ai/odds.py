"""How likely a commit holds what a session made, where no tool says so.

The figures were fitted to made-up worlds whose truth is known, by ``benchmarks/sessions.py``;
they are of those worlds until an organisation's named commits say otherwise.
"""

from __future__ import annotations

LONGEST_HOURS = 14 * 24
"""A commit made longer after a session's last write is not held to have it."""
AFTER_HOURS = 2
"""A commit made longer after a session's end is not held to be of it, where no path says so."""
LEAST = 0.05
"""Links less likely are not made."""

FILES = {
    "constant": 1.28,
    "log_hours": -0.53,
    "several": 2.52,
    "covered": 0.85,
    "is_anybody": -1.03,
}
"""Log odds that the next commit of a written path holds what was written. ``log_hours``: of the
natural logarithm of 1 + hours in between; ``several``: of that of the paths shared; ``covered``:
of the share of the commit's paths the session wrote; ``is_anybody``: the session's person is not
known."""
BRANCH = {"inside": 0.21, "soon": -0.42}
"""Log odds that a commit of the same person is of a session that is not known to have written
anything: made during it, or up to `AFTER_HOURS` later."""


def files_odds() -> str:
    """Return the probability of rule "files" in SQL."""
    f = FILES
    return (
        f"1 / (1 + exp(-({f['constant']} + {f['log_hours']} * ln(1 + hours) "
        f"+ {f['several']} * ln(paths) + {f['covered']} * covered "
        f"+ CASE WHEN is_anybody THEN {f['is_anybody']} ELSE 0 END)))"
    )


def branch_odds() -> str:
    """Return the probability of rule "branch" in SQL."""
    b = BRANCH
    return f"1 / (1 + exp(-(CASE WHEN hours <= 0 THEN {b['inside']} ELSE {b['soon']} END)))"
