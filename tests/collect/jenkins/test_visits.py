"""Visit after visit: what is asked, what is kept, what Jenkins forgot meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.collect.jenkins.drawn import MARCH, build, caused, checked_out, given, running
from tests.collect.jenkins.server import BRANCHES, Item, JenkinsServer
from tests.collect.jenkins.visiting import Kept, Killed, connection, read, visit
from trueup.collect.sources.jenkins.asking import builds as asking
from trueup.testing.scripted import Answer, Question


def shop_of(count: int) -> tuple[JenkinsServer, Item]:
    """Return a server with a job of so many builds."""
    server = JenkinsServer()
    return server, server.job("shop").put(*(build(number) for number in range(1, count + 1)))


def keys(*numbers: int) -> set[str]:
    return {f"shop#{number}" for number in numbers}


def names(kept: Kept) -> set[str]:
    return {key for _, key in kept.bodies}


def test_a_thousand_builds_are_read_oldest_first_by_ranges_of_a_hundred() -> None:
    """1 question for the job, 2 for 1,050 numbers, 11 for their builds."""
    server, _ = shop_of(1050)
    kept = visit(server)
    assert kept.written == [f"shop#{number}" for number in range(1, 1051)]
    assert len(server.asked) == 1 + 2 + 11
    assert "{950,1050}" in server.asked[3]
    assert kept.notes == []


def test_a_second_visit_with_nothing_new_asks_once_and_keeps_nothing() -> None:
    server, _ = shop_of(150)
    kept = visit(server)
    server.asked.clear()
    kept = visit(server, kept=kept)
    assert (len(server.asked), kept.written, kept.pages) == (1, [], 0)


def test_a_later_visit_asks_for_no_more_than_what_is_new() -> None:
    """Two new builds; the third of the list shows that the job is still the same."""
    server, shop = shop_of(150)
    kept = visit(server)
    server.asked.clear()
    shop.put(build(151), build(152))
    kept = visit(server, kept=kept)
    assert kept.written == ["shop#151", "shop#152"]
    assert len(server.asked) == 2
    assert server.asked[1].endswith("{0,3}")


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_a_visit_killed_after_any_page_goes_on_without_hole_or_repetition(pages: int) -> None:
    server, _ = shop_of(320)
    kept = Kept()
    with pytest.raises(Killed):
        visit(server, kept=kept, killed_after=pages)
    before = set(kept.written)
    kept = visit(server, kept=kept)
    assert names(kept) == keys(*range(1, 321))
    assert not before & set(kept.written)


class Moving(JenkinsServer):
    """Something happens to its job after each list of builds it gave."""

    def __init__(self, happens: Callable[[int], None], numbers: bool) -> None:
        super().__init__()
        self._happens = happens
        self._numbers = numbers
        self._lists = 0

    def answer(self, question: Question) -> Answer:
        """Answer, then let it happen."""
        answer = super().answer(question)
        is_numbers = "duration" not in question.params.get("tree", "")
        if "allBuilds" in question.params.get("tree", "") and is_numbers is self._numbers:
            self._happens(self._lists)
            self._lists += 1
        return answer


def test_builds_that_begin_while_ranges_are_read_push_none_out() -> None:
    """Three more after each range: the list moves down under the reader."""
    server = Moving(lambda n: begun(400 + 3 * n), numbers=False)
    shop = server.job("shop").put(*(build(number) for number in range(1, 400)))

    def begun(first: int) -> None:
        shop.put(*(build(number) for number in range(first, first + 3)))

    kept = visit(server)
    assert names(kept) == keys(*range(1, 400))
    assert len(server.asked) == 2 + 4 + 3 * 3  # three of each later range had moved on
    kept = visit(server, kept=kept)
    assert names(kept) == keys(*range(1, max(shop.builds) + 1 - 3))


def test_builds_deleted_while_they_are_listed_let_no_other_slip_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pages of 10: when 85 to 80 are deleted, the second list begins six further down."""
    monkeypatch.setattr(asking, "NUMBERS", 10)
    monkeypatch.setattr(asking, "PAGE", 10)
    server = Moving(lambda n: shop.discard(*range(80, 86)) if n == 0 else None, numbers=True)
    shop = server.job("shop").put(*(build(number) for number in range(1, 91)))
    kept = visit(server)
    assert names(kept) == keys(*range(1, 80), *range(86, 91))
    (note,) = kept.notes
    assert (note.expected, note.seen, note.skipped) == (90, 84, 6)


def test_builds_deleted_after_they_were_listed_cost_no_other() -> None:
    server = Moving(lambda n: shop.discard(5, 6) if n == 0 else None, numbers=True)
    shop = server.job("shop").put(*(build(number) for number in range(1, 251)))
    assert names(visit(server)) == keys(*range(1, 5), *range(7, 251))


def test_a_build_that_ran_is_asked_for_again_until_it_is_over() -> None:
    server, shop = shop_of(2)
    shop.put(running(3))
    kept = visit(server)
    assert read(kept).run("shop#3")["outcome"] is None
    kept = visit(server, kept=kept)
    shop.put(build(3, result="FAILURE"))
    kept = visit(server, kept=kept)
    assert read(kept).run("shop#3")["outcome"] == "failure"
    server.asked.clear()
    visit(server, kept=kept)
    assert len(server.asked) == 1


def test_a_build_that_ran_and_was_deleted_stays_without_an_end() -> None:
    server, shop = shop_of(2)
    shop.put(running(3))
    kept = visit(server)
    shop.discard(3)
    kept = visit(server, kept=kept)
    assert read(kept).run("shop#3")["finished_at"] is None
    server.asked.clear()
    visit(server, kept=kept)
    assert not any("/3/" in asked for asked in server.asked)


@pytest.mark.parametrize("is_reconciling", [False, True])
def test_pain_16_builds_that_jenkins_discards_keep_their_rows(is_reconciling: bool) -> None:
    """No sweep is made of them (`visit` refuses one), not even where all is listed."""
    server, shop = shop_of(30)
    kept = visit(server)
    shop.discard(*range(1, 21))
    shop.put(build(31))
    kept = visit(server, kept=kept, is_reconciling=is_reconciling)
    assert len(read(kept)["pipeline_run"]) == 31
    assert kept.notes == []


def test_builds_discarded_before_the_first_visit_are_counted() -> None:
    """Numbers 1 to 40 were given; ten are left."""
    server, shop = shop_of(40)
    shop.discard(*range(1, 31))
    kept = visit(server)
    for _ in range(2):
        (note,) = kept.notes
        assert (note.subject, note.expected, note.seen, note.skipped) == ("builds", 40, 10, 30)
        kept = visit(server, kept=kept)


def test_reconciling_reads_what_was_never_read_and_nothing_else() -> None:
    """A build whose number was no number at first is seen when everything is listed."""
    server, shop = shop_of(10)
    sound = shop.builds[4]
    shop.builds[4] = {**sound, "number": "four"}
    kept = visit(server)
    assert names(kept) == keys(*range(1, 4), *range(5, 11))
    assert kept.notes[0].skipped == 1
    shop.builds[4] = sound
    kept = visit(server, kept=kept, is_reconciling=True)
    assert kept.written == ["shop#4"]
    assert kept.notes == []


def test_builds_before_a_day_are_not_read_and_do_not_count_as_missing() -> None:
    """Build n begins n hours after 09:00 on 2 March: 15 is the first of 3 March."""
    server, shop = shop_of(40)
    using = connection(since="2026-03-03")
    kept = visit(server, using=using)
    assert (names(kept), kept.notes) == (keys(*range(15, 41)), [])
    server.asked.clear()
    kept = visit(server, kept=kept, using=using)
    assert len(server.asked) == 1
    shop.put(*(build(number) for number in range(41, 400)))
    kept = visit(server, using=using)
    assert names(kept) == keys(*range(15, 400))
    old = visit(server, using=connection(since="2027-01-01"))
    server.asked.clear()
    visit(server, kept=old, using=connection(since="2027-01-01"))
    assert (names(old), len(server.asked)) == (set(), 1)


@pytest.mark.parametrize("builds_of_the_new_one", [1, 3, 5, 120])
def test_pain_16_a_branch_made_anew_counts_from_one_and_takes_no_row_away(
    builds_of_the_new_one: int,
) -> None:
    """The job of a change that was closed is deleted, and made anew when it is opened again."""
    server = JenkinsServer()
    web = server.job("web", BRANCHES)
    web.below["PR-7"] = Item().put(*(build(number) for number in (1, 2, 3)))
    kept = visit(server, "web")
    later = [build(n, timestamp=MARCH + 10**9 + n) for n in range(1, builds_of_the_new_one + 1)]
    web.below["PR-7"] = Item().put(*later)
    kept = visit(server, "web", kept)
    assert names(kept) == {
        *(f"web/PR-7#{number}" for number in (1, 2, 3)),
        *(f"web/PR-7#{number}~2" for number in range(1, builds_of_the_new_one + 1)),
    }
    assert kept.notes == []
    again = visit(server, "web", kept)
    assert again.written == []


def test_a_branch_that_is_gone_keeps_its_builds() -> None:
    server = JenkinsServer()
    web = server.job("web", BRANCHES)
    web.below = {"main": Item().put(build(1)), "PR-7": Item().put(build(1))}
    kept = visit(server, "web")
    del web.below["PR-7"]
    kept = visit(server, "web", kept, is_reconciling=True)
    assert len(read(kept, "web")["pipeline_run"]) == 2


def test_of_fifty_branches_only_those_with_new_builds_are_asked() -> None:
    server = JenkinsServer()
    web = server.job("web", BRANCHES)
    web.below = {f"b{number}": Item().put(build(1)) for number in range(50)}
    kept = visit(server, "web")
    server.asked.clear()
    web.below["b7"].put(build(2))
    kept = visit(server, "web", kept)
    assert kept.written == ["web/b7#2"]
    assert len(server.asked) == 2


def test_other_options_read_builds_again_and_keep_those_that_are_discarded() -> None:
    server, shop = shop_of(3)
    shop.put(build(2, caused(), checked_out(), given(TO="live")))
    kept = visit(server)
    shop.discard(1)
    using = connection(deployments={"shop": "$TO"})
    kept = visit(server, kept=kept, using=using)
    assert kept.written == ["shop#2", "shop#3"]
    found = read(kept, using=using)
    assert found.only("deployment", run_id="jenkins:ci.example.org:shop#2")["environment"] == (
        "production"
    )
    assert len(found["pipeline_run"]) == 3


def test_a_job_that_says_nothing_of_its_builds_is_told_and_not_taken_for_another() -> None:
    """Its builds are not read a second time under other names when it says so again."""
    server, shop = shop_of(3)
    kept = visit(server)
    shop.next_number = 0
    kept = visit(server, kept=kept)
    (note,) = kept.notes
    assert (note.subject, note.expected, note.skipped) == ("jobs", 1, 1)
    shop.next_number = 4
    kept = visit(server, kept=kept)
    assert (kept.notes, names(kept)) == ([], keys(1, 2, 3))


def test_one_build_that_says_neither_number_nor_day_hides_none_of_those_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pages of 10: the last of the first says no number, the last of the second no day."""
    monkeypatch.setattr(asking, "NUMBERS", 10)
    monkeypatch.setattr(asking, "PAGE", 10)
    server, shop = shop_of(50)
    shop.builds[41]["number"] = None
    shop.builds[32]["timestamp"] = "soon"
    kept = visit(server, using=connection(since="2026-03-01"))
    assert names(kept) == keys(*range(1, 41), *range(42, 51))
