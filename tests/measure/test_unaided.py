"""What people who use AI tools do without them, by their own choice."""

from __future__ import annotations

import numpy as np

from tests.measure.asking import ask, measured
from tests.measure.forge import Forge
from tests.measure.tools import Tools
from trueup.model.evidence import Abstention


class Both(Tools, Forge):
    """A forge, and people who use a tool on some changes and not on others."""


def falling(slope: float, authors: int = 40, months: int = 12) -> Both:
    """Each author lands one change a month without AI; the share that passes falls in a line.

    All had a session on 1 May 2026; ten others never had one, and all of theirs pass.
    """
    world, random = Both("2027-12-31"), np.random.default_rng(5)
    for author in range(authors):
        world.use(f"s{author}", f"p{author}", "2026-05-01", "1", 1)
    world.tie("s0", None, 1.0, "x")
    for month in range(months):
        for author in range(authors + 10):
            opened = 1 + 30 * month + author / 10
            user = author < authors
            passes = not user or random.random() < 0.7 + slope * (opened / 365.25)
            landed = opened + 1 if passes else None
            world.proposed(f"{author}-{month}", opened, landed, author=f"p{author}")
    return world


def test_the_trend_of_unaided_work_is_that_of_people_who_use_ai() -> None:
    """480 changes of 40 authors, from 70 % to 30 %; those of the ten others are not in it."""
    found = measured("unaided_first_pass_ratio_per_year", falling(-0.4))
    assert found.n == 480
    assert found.interval is not None
    assert found.interval.low < -0.4 < found.interval.high
    assert found.interval.high < -0.15


def test_changes_with_a_session_or_a_mark_are_not_unaided() -> None:
    world = falling(0.0, authors=12, months=6)
    before = measured("unaided_first_pass_ratio_per_year", world).n
    world.tie("s1", "1-3", 1.0)
    world.add("ai_attribution", target_kind="change", target_id="2-3", tool="cursor", role="author")
    assert measured("unaided_first_pass_ratio_per_year", world).n == before - 2


def test_without_sessions_nothing_is_said() -> None:
    (found,) = ask("unaided_first_pass_ratio_per_year", Both())
    assert isinstance(found, Abstention)
