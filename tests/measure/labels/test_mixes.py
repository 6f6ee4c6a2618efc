"""Labels in a workspace become shares, or an abstention that says what is missing."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from tests.measure.building import at
from tests.measure.drawing import Drawing
from trueup.measure.labels.given import agreements, gold, levels
from trueup.measure.labels.mixes import Mix, mixes, recent
from trueup.model.cohort import OfPersons
from trueup.model.evidence import Abstention, Measurement
from trueup.model.labelling import MODES, PATTERNS

DAY = 86_400_000_000
END = at("2026-06-30")
HARD, EASY = "delegation", "conceptual_inquiry"


class Read(Drawing):
    """Sessions of persons in turn; a labeller and persons give labels."""

    def __init__(self, persons: int = 25, sessions: int = 600, tool: str = "codex") -> None:
        super().__init__()
        self.sessions = [f"codex:{number}" for number in range(sessions)]
        for number, session in enumerate(self.sessions):
            self.add(
                "ai_session",
                session_id=session,
                person_id=f"p{number % persons}",
                tool=tool,
                started_at=END - (number % 80) * DAY,
            )

    def label(
        self, session: str, label: str, rater: str, by: str = "local", scheme: str = "patterns"
    ) -> None:
        self.add(
            "ai_session_label",
            label_id=f"{session}|{scheme}|{rater}|{len(self.rows['ai_session_label'])}",
            session_id=session,
            scheme=scheme,
            label=label,
            labelled_by=by,
            rater=rater,
            labelled_at=END + len(self.rows["ai_session_label"]),
        )

    def of(self, by: str, level: str) -> Mix:
        (found,) = (m for m in mixes(self) if (m.labelled_by, m.level) == (by, level))
        return found


def world(read: int = 250, persons: int = 25, wrong: float = 0.1, delegated: float = 0.8) -> Read:
    """A share of sessions is delegated; the labeller takes `wrong` of either kind for the other.

    The first `read` sessions are read by a person, who is right.
    """
    made, chance = Read(persons), random.Random(7)
    for number, session in enumerate(made.sessions):
        true, other = (HARD, EASY) if chance.random() < delegated else (EASY, HARD)
        made.label(session, other if chance.random() < wrong else true, "ours 1")
        if number < read:
            made.label(session, true, "rater 1", "person")
    return made


def shares(mix: Mix) -> Mapping[str, Measurement]:
    assert not isinstance(mix.shares, Abstention), mix.shares.reason
    return {dict(one.measured.group)["label"]: one.measured for one in mix.shares}


def reason(mix: Mix) -> str:
    assert isinstance(mix.shares, Abstention)
    return mix.shares.reason


def test_shares_are_put_right_and_of_a_cohort_for_text() -> None:
    """.8 delegated, a tenth of each mistaken: naive .74. Put right: .8, and the interval has it."""
    mix = world().of("local", "groups")
    found = shares(mix)
    share = found["handed_over"]
    assert share.interval is not None
    assert share.value == pytest.approx(0.8, abs=0.03)
    assert share.interval.low < 0.8 < share.interval.high
    assert found["thought_through"].value == pytest.approx(1 - share.value)
    assert (share.n, share.clusters, share.coverage) == (600, 25, 1.0)
    assert share.source == "ours 1, held against 250 sessions read by persons"
    assert isinstance(mix.shares, tuple)
    assert [one.cohort.about for one in mix.shares] == ["text", "text"]
    assert all(isinstance(one, OfPersons) for one in mix.shares)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (world(read=199), "199 of the sessions it labelled were read"),
        (world(wrong=0.4), "wrong too often"),
        (world(persons=19), "too few persons"),
        (world(delegated=0.99), "too few to know"),
    ],
)
def test_too_little_read_a_poor_labeller_a_small_group_and_a_rare_label_give_no_share(
    made: Read, why: str
) -> None:
    assert why in reason(made.of("local", "groups"))


def test_labels_nobody_was_seen_to_have_leave_the_six_untold_and_the_two_groups_told() -> None:
    made = world()
    assert "too few to know" in reason(made.of("local", "labels"))
    assert shares(made.of("local", "groups"))


def test_a_person_with_most_of_the_sessions_is_not_shown_within_a_crowd() -> None:
    made = world()
    for row in made.rows["ai_session"][:250]:
        row["person_id"] = "p0"
    assert "one of them has most" in reason(made.of("local", "groups"))


def test_raters_at_odds_leave_a_session_undecided_and_too_many_leave_no_gold() -> None:
    made = world(read=250)
    for session in made.sessions[:20]:
        made.label(session, "hybrid", "rater 2", "person")
    truth = gold(made, PATTERNS, levels(PATTERNS)["labels"])
    assert (len(truth.labels), truth.undecided) == (230, 20)
    assert shares(made.of("local", "groups"))
    for session in made.sessions[20:60]:
        made.label(session, "hybrid", "rater 2", "person")
    assert "at odds" in reason(made.of("local", "groups"))


def test_a_third_rater_decides_and_a_label_thought_over_counts_as_it_is_now() -> None:
    made = Read(sessions=3)
    for rater, label in (("rater 1", HARD), ("rater 2", EASY), ("rater 3", EASY)):
        made.label("codex:0", label, rater, "person")
    made.label("codex:1", HARD, "rater 1", "person")
    made.label("codex:1", EASY, "rater 1", "person")
    truth = gold(made, PATTERNS, levels(PATTERNS)["labels"])
    assert truth.labels == {"codex:0": EASY, "codex:1": EASY}


def test_raters_who_differ_within_a_group_agree_on_the_group() -> None:
    made = Read(sessions=1)
    made.label("codex:0", "delegation", "rater 1", "person")
    made.label("codex:0", "iterative_debugging", "rater 2", "person")
    assert gold(made, PATTERNS, levels(PATTERNS)["labels"]).undecided == 1
    assert gold(made, PATTERNS, levels(PATTERNS)["groups"]).labels == {"codex:0": "handed_over"}


def test_agreement_of_two_raters_is_kappa_on_the_sessions_both_read() -> None:
    """20 and 15 alike, 5 and 10 not: kappa .4 (by hand in test_agreement)."""
    made = Read(sessions=60)
    pairs = [*[(HARD, HARD)] * 20, *[(HARD, EASY)] * 5, *[(EASY, HARD)] * 10, *[(EASY, EASY)] * 15]
    for session, (one, other) in zip(made.sessions, pairs, strict=False):
        made.label(session, one, "rater 1", "person")
        made.label(session, other, "rater 2", "person")
    made.label(made.sessions[55], HARD, "rater 1", "person")
    window = recent(made)
    assert window is not None
    (found,) = agreements(made, PATTERNS, window)
    assert isinstance(found, Measurement)
    assert found.value == pytest.approx(0.4)
    assert found.n == 50
    (none,) = agreements(made, MODES, window)
    assert isinstance(none, Abstention)


def test_the_rule_on_counts_is_held_against_what_persons_read_and_needs_fewer_persons() -> None:
    """Eight persons. One prompt and acts: the rule says automation. It is wrong in a fifth."""
    made, chance = Read(persons=8, sessions=400), random.Random(3)
    for number, session in enumerate(made.sessions):
        is_whole = number % 10 < 7
        acts = {"prompt": 1 if is_whole else 4, "tool_call": 3}
        for kind, count in acts.items():
            made.add("ai_activity", session_id=session, kind=kind, count=count, happened_at=END)
        true = is_whole != (chance.random() < 0.1)
        if number < 220:
            made.label(session, "directive" if true else "learning", "rater 1", "person", "modes")
    mix = made.of("metadata", "groups")
    share = shares(mix)["automation"]
    assert isinstance(mix.shares, tuple)
    assert mix.shares[0].cohort.about == "behaviour"
    assert share.interval is not None
    assert share.interval.low < 0.7 * 0.9 + 0.3 * 0.1 < share.interval.high
    assert share.source.startswith("rule of handed_over_sessions_ratio 1,")


def test_without_labels_the_rule_alone_is_there_and_says_what_is_missing() -> None:
    made = Read(sessions=30)
    (found,) = mixes(made)
    assert (found.labelled_by, found.scheme) == ("metadata", MODES)
    assert "No session was read by persons" in reason(found)
    assert mixes(Drawing()) == ()
