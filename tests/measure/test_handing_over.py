"""Sessions and changes drawn by hand: what was handed over whole, and what came before AI did."""

from __future__ import annotations

import pytest

from tests.measure.asking import abstention, answers, ask, measured
from tests.measure.building import at
from tests.measure.forge import Forge
from tests.measure.tools import Tools
from trueup.model.evidence import Abstention, Measurement

WHOLE = {"prompt": 1, "tool_call": 5}


class Handing(Tools, Forge):
    """A forge whose changes sessions went into, and what was done in each session."""

    def acts(self, session: str, person: str, parent: str = "", /, **counts: int) -> None:
        self.add(
            "ai_session",
            session_id=session,
            person_id=person,
            parent_session_id=parent or None,
            started_at=at("2026-06-01"),
            tool="claude-code",
        )
        for kind, count in counts.items():
            self.add(
                "ai_activity",
                session_id=session,
                happened_at=at("2026-06-01"),
                kind=kind,
                count=count,
            )


def sessions() -> Handing:
    """Eight sessions of eight persons, and three that do not count.

    ========  =============================================  ==========
    of        acts                                           handed over
    ========  =============================================  ==========
    a, b, c   1 prompt, 5 calls of tools                     whole
    d         1 prompt, 3 edits accepted, 2 runs of tests    whole
    e         4 prompts, 5 calls                             no
    f         1 prompt, 5 calls, 1 rejected                  no
    g         1 prompt, a plan, 5 calls                      no
    h         1 prompt, 5 calls, interrupted                 no
    i         2 prompts and nothing else: a question         left out
    a'        of a subagent of a                             left out
    j         5 calls, nobody says how many prompts          not known
    ========  =============================================  ==========
    """
    world = Handing()
    for name in ("a", "b", "c"):
        world.acts(name, name, **WHOLE)
    world.acts("d", "d", prompt=1, edit_accepted=3, test_run=2)
    world.acts("e", "e", prompt=4, tool_call=5)
    world.acts("f", "f", prompt=1, tool_call=5, tool_rejected=1)
    world.acts("g", "g", prompt=1, tool_call=5, plan=1)
    world.acts("h", "h", prompt=1, tool_call=5, interrupted=1)
    world.acts("i", "i", prompt=2)
    world.acts("a2", "a", "a", **WHOLE)
    world.acts("j", "j", tool_call=5)
    return world


def test_sessions_of_one_prompt_and_nothing_held_back_are_handed_over_whole() -> None:
    """a, b, c and d of eight; of nine in which the tool acted, eight say how many prompts."""
    found = measured("handed_over_sessions_ratio", sessions())
    assert (found.value, found.n, found.coverage) == pytest.approx((4 / 8, 8, 8 / 9))


def test_sessions_of_seven_persons_are_shown_for_no_group() -> None:
    """Seven in one team and one in another are eight together, whatever k is asked for."""
    world = sessions()
    for name in "abcdefgh":
        world.member(name, "large" if name != "h" else "small")
    found = answers("handed_over_sessions_ratio", world, by=("team",), k=1)
    shown = {dict(group)["team"] for group, one in found.items() if isinstance(one, Measurement)}
    assert shown == {"other teams (fewer than 8 authors)"}


def test_where_most_sessions_name_no_prompt_nothing_is_said() -> None:
    world = Handing()
    world.acts("a", "a", **WHOLE)
    for name in "bcd":
        world.acts(name, name, tool_call=2)
    assert isinstance(abstention("handed_over_sessions_ratio", world), Abstention)


def begun() -> Handing:
    """Changes with a session on 3 June each, and when their commits were written.

    ====  ======================  ==========================  =================
    name  commits                 marked                      own attempt first
    ====  ======================  ==========================  =================
    a     2 and 4 June            the second                  yes
    b     3 June, noon            it                          no: after the session
    c     2 June                  it                          no: it is marked
    d     2 June                  none                        yes
    e     nobody sees them        -                           not known
    ====  ======================  ==========================  =================
    """
    world = Handing()
    for name, *days in (("a", 2, 4), ("b", 3.5), ("c", 2), ("d", 2), ("e",)):
        world.proposed(str(name), 5, 6)
        world.commits_of(str(name), *map(float, days))
        world.use(f"s{name}", f"p{name}", "2026-06-03", "1", 1)
        world.tie(f"s{name}", str(name), 1.0)
    for marked in ("a-1", "b-0", "c-0"):
        world.mark(f"r:{marked}", "claude-code")
    return world


def test_an_attempt_of_ones_own_is_a_commit_without_mark_before_the_first_session() -> None:
    """a and d of four; e is not known."""
    found = measured("own_attempt_first_ratio", begun())
    assert (found.value, found.n, found.coverage) == pytest.approx((2 / 4, 4, 4 / 5))


def test_the_first_session_of_several_decides() -> None:
    """d has another on 1 June, before its commit: one of four is left."""
    world = begun()
    world.use("early", "pd", "2026-06-01", "1", 1)
    world.tie("early", "d", 1.0)
    assert measured("own_attempt_first_ratio", world).value == pytest.approx(1 / 4)


def test_a_draft_without_mark_comes_before_marked_commits() -> None:
    """Of a, b and c, which have a marked commit, a begins with another."""
    found = measured("unmarked_draft_first_ratio", begun())
    assert (found.value, found.n) == pytest.approx((1 / 3, 3))


def test_what_git_merged_is_seen_and_what_it_squashed_is_not() -> None:
    """Merged: an unmarked commit on 1 June, a marked one on 2 June. Squashed: one marked commit.

    The merge itself, with its two parents, is not a commit anybody wrote.
    """
    world = Handing()
    for name, landing in (("m", "merge"), ("s", "squash")):
        world.add(
            "change",
            change_id=name,
            landing=landing,
            landed_commit_id=f"{name}-last",
            landed_at=at("2026-06-03"),
            author_account_id="ann",
            state="merged",
        )
    world.commit("merge", "2026-05-30", change="m", parent_shas=["x", "y"], tool="claude-code")
    world.commit("m-first", "2026-06-01", change="m", parent_shas=["x"])
    world.commit("m-last", "2026-06-02", change="m", parent_shas=["x"], tool="claude-code")
    world.commit("s-last", "2026-06-02", change="s", parent_shas=["x"], tool="claude-code")
    found = measured("unmarked_draft_first_ratio", world)
    assert (found.value, found.n, found.coverage) == pytest.approx((1.0, 1, 1 / 2))


def test_without_any_session_the_metric_names_the_source() -> None:
    (found,) = ask("handed_over_sessions_ratio", Handing())
    assert isinstance(found, Abstention)
    assert "Connect AI tools" in found.remedy
