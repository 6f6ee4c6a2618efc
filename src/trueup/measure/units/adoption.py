"""When a unit counts as having adopted: the first weeks on end with enough exposure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NEVER = -1


def adoption(users: Floats, active: Floats, share: float, weeks_running: int) -> Ints:
    """Return the week of adoption of each unit, -1 where it is not seen to adopt.

    The first of `weeks_running` consecutive weeks in each of which `users` are more than `share`
    of `active`; a week without anyone active breaks the run.

    Parameters
    ----------
    users, active
        Developers who use AI, and who are active; or changes that are marked, and that landed;
        ``(units, weeks)``.
    """
    over = (active > 0) & (users > share * active)
    runs = np.cumsum(np.pad(over, ((0, 0), (1, 0))), axis=1)
    last = max(0, over.shape[1] - weeks_running + 1)
    held = runs[:, weeks_running:] - runs[:, :-weeks_running] if last else runs[:, :0]
    held = held[:, :last] == weeks_running
    if not last:
        return np.full(over.shape[0], NEVER)
    return np.where(held.any(axis=1), held.argmax(axis=1), NEVER)


def adoption_remark(share: float, weeks_running: int, *, by_sessions: bool) -> dict[str, object]:
    """Say by which rule a unit counts as having adopted, and what exposure is.

    Parameters
    ----------
    by_sessions
        Exposure is of developers; else of landed changes.
    """
    exposure = (
        "of its active developers use AI tools, by sessions and marked commits"
        if by_sessions
        else "of its landed changes carry the mark of an AI tool: no session is recorded, and "
        "what carries no mark is unknown"
    )
    says = (
        f"A unit adopts in the first of {weeks_running} weeks on end in which more than "
        f"{share:.0%} {exposure}."
    )
    return {"kind": "adoption", "says": says.replace("%", " %"), "rows": 0}
