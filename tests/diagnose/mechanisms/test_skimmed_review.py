"""Made-up reviews: where marked changes are skimmed, where not, too few, and where it seems so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from tests.measure.forge import Forge
from trueup.config import Settings
from trueup.diagnose.case import Case
from trueup.diagnose.diagnosis import Absent, Answer, Diagnosis
from trueup.diagnose.mechanisms.skimmed_review import examine, judge
from trueup.measure.comparing.looked_at import Looked, LookedAt, compare
from trueup.model.evidence import Abstention, Window

WORLDS = 24


@dataclass(frozen=True, kw_only=True)
class Reviews:
    """Thirty authors in six repositories; half of their changes are marked.

    Parameters
    ----------
    closeness
        Comments on marked changes, over those on others like them.
    passing
        By how much more often marked changes land without anybody's look.
    larger
        How many times as large marked changes are.
    elsewhere
        How much more of the changes of repositories in which little is said are marked.
    habit
        How much less is said on changes of those who mark most, whatever they change.
    """

    closeness: float = 1.0
    passing: float = 0.0
    larger: float = 1.0
    elsewhere: float = 0.0
    habit: float = 0.0
    changes: int = 1_500
    authors: int = 30

    def looked(self, seed: int) -> Looked:
        random, n = np.random.default_rng(seed), self.changes
        author = random.integers(0, self.authors, n)
        repository = (author + random.integers(0, 2, n)) % 6
        quarter = random.integers(0, 4, n)
        liking = np.linspace(-1, 1, self.authors)[random.permutation(self.authors)]
        quiet = np.array([-1, -1, -1, 1, 1, 1])[repository]
        odds = 0.5 * liking[author] + self.elsewhere * quiet + 0.3 * (quarter - 1.5)
        marked = random.random(n) < 1 / (1 + np.exp(-odds))
        lines = np.exp(random.normal(4, 1.2, n)) * np.where(marked, self.larger, 1.0)
        words = 0.25 * lines**0.5 * np.exp(-0.5 * quiet - self.habit * liking[author])
        words *= np.where(marked, self.closeness, 1.0) * random.gamma(1.5, 1 / 1.5, n)
        unseen = random.random(n) < 0.12 + 0.06 * (quiet > 0) + self.passing * marked
        return Looked(
            kind=repository * 4 + quarter,
            author=author,
            marked=marked,
            lines=np.ceil(lines),
            comments=np.where(unseen, 0, random.poisson(words)).astype(float),
            unseen=unseen,
            by_machine=random.random(n) < 0.3,
            window=Window(start_at=0, end_at=1),
        )

    def compared(self, seed: int) -> LookedAt | Abstention:
        return compare(self.looked(seed), k=5, draws=299)


@cache
def answers(world: Reviews) -> Counter[type[Answer]]:
    return Counter(type(judge(world.compared(seed))) for seed in range(WORLDS))


SKIMMED = Reviews(closeness=0.6, passing=0.1)
LARGER_AND_ELSEWHERE = Reviews(larger=0.5, elsewhere=1.0)


def test_where_marked_changes_are_skimmed_it_is_found_eight_times_in_ten() -> None:
    assert answers(SKIMMED)[Diagnosis] >= 0.8 * WORLDS


@pytest.mark.parametrize(
    "world", [Reviews(), Reviews(changes=120), LARGER_AND_ELSEWHERE, Reviews(larger=2.5)]
)
def test_where_they_are_not_it_is_found_once_in_twenty_times_at_most(world: Reviews) -> None:
    """Read as closely; too few to tell; smaller and in quieter repositories; larger."""
    assert (
        answers(world)[Diagnosis] <= 0.1 * WORLDS
    )  # of 30 worlds: .05 and an error and more of chance


def test_where_they_are_read_as_closely_it_is_absent_more_often_than_not_told() -> None:
    found = answers(Reviews())
    assert found[Absent] > found[Abstention]


def test_with_little_to_compare_nobody_can_tell() -> None:
    assert answers(Reviews(changes=120))[Absent] <= 0.1 * WORLDS
    few = Reviews(authors=6, changes=400).compared(1)
    assert isinstance(few, Abstention)
    assert "10 are needed" in few.reason


def test_the_naive_comparison_sees_skimming_where_there_is_none() -> None:
    """Half as large, and in repositories in which little is said: without kinds it seems so."""
    found = [LARGER_AND_ELSEWHERE.compared(seed) for seed in range(10)]
    fooled = 0
    for one in found:
        assert isinstance(one, LookedAt)
        assert one.crude_comments.interval is not None
        fooled += one.crude_comments.interval.high < 0
    assert fooled >= 9


def test_those_who_mark_most_being_heard_least_leaves_a_rival_standing() -> None:
    """Marked or not, they get fewer comments: within authors nothing is left."""
    judged = [judge(Reviews(habit=2.0).compared(seed)) for seed in range(6)]
    found = [one for one in judged if isinstance(one, Diagnosis)]
    assert found
    for one in found:
        standing = {rival.name for rival in one.rivals if rival.answer == "may explain it"}
        assert one.strength == "weak"
        assert "who_writes_them" in standing


def test_a_diagnosis_names_both_signs_its_rivals_and_what_to_do() -> None:
    found = judge(SKIMMED.compared(3))
    assert isinstance(found, Diagnosis)
    assert found.strength == "moderate"
    assert "fewer comments" in found.claim
    assert {rival.name for rival in found.rivals} >= {"size_place_and_time", "easier_to_read"}
    (remedy,) = found.remedies
    assert isinstance(remedy.gain, Abstention)


def test_kinds_count_by_what_they_can_tell() -> None:
    """By hand. Kind one: marked 2 and 4 comments, others 6; kind two: marked 4, others 1, 1, 4.

    Weights 2 x 1 / 3 and 1 x 3 / 4: marked (2/3 x 3 + 3/4 x 4), others (2/3 x 6 + 3/4 x 2);
    5 / 5.5 - 1 = -1/11. The kind with marked ones alone is left out.
    """
    comments = np.array([2.0, 4, 6, 4, 1, 1, 4, 99])
    marked = np.array([1, 1, 0, 1, 0, 0, 0, 1], dtype=bool)
    one = Looked(
        kind=np.array([0, 0, 0, 1, 1, 1, 1, 2]).repeat(20),
        author=np.arange(160) % 40,
        marked=marked.repeat(20),
        lines=np.full(160, 50.0),
        comments=comments.repeat(20),
        unseen=np.zeros(160, dtype=bool),
        by_machine=np.zeros(160, dtype=bool),
        window=Window(start_at=0, end_at=1),
    )
    found = compare(one, k=5)
    assert isinstance(found, LookedAt)
    assert found.comments.value == pytest.approx(-1 / 11)
    assert found.compared.value == pytest.approx(3 / 4)


def test_from_records_of_a_forge_to_the_answer() -> None:
    """Twelve authors with ten marked and ten other changes each: two comments on others, none."""
    world = Forge()
    for author in range(12):
        for number in range(20):
            name, opened = f"{author}-{number}", 1 + number
            world.proposed(
                name, opened, opened + 1, author=f"p{author}", lines_added=40, lines_deleted=0
            )
            if number % 2:
                world.add(
                    "ai_attribution",
                    target_kind="change",
                    target_id=name,
                    tool="cursor",
                    role="author",
                )
                world.review(name, opened + 0.5, f"q{author % 3}", "approved")
            else:
                for _ in range(1 + number % 4):
                    world.comment(name, opened + 0.5, f"q{author % 3}")
    found = examine(Case(world.ready(), Settings()))
    assert isinstance(found, Diagnosis)
    assert found.evidence[0].value.value == pytest.approx(-1.0)
    assert isinstance(examine(Case(Forge().ready(), Settings())), Abstention)
