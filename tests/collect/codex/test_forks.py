"""Forks and sub-agents repeat the history of their parent, in every way builds were seen to."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.collect.ai.machine import Machine
from tests.collect.codex.rollouts import (
    CHILD,
    OTHER,
    PARENT,
    Line,
    call,
    count,
    event,
    file_of,
    meta,
    name_of,
    turn,
)
from trueup.collect.sources.codex.source import SOURCE

SPAWNED = {"subagent": {"thread_spawn": {"parent_thread_id": PARENT, "depth": 1}}}


def totals(tmp_path: Path, *files: tuple[str, list[Line]]) -> dict[str, int]:
    """Return the tokens of each session."""
    machine = Machine(SOURCE, tmp_path)
    for native, lines in files:
        machine.write(name_of(native), file_of(lines))
    found: dict[str, int] = {}
    for row in machine.collect()["ai_request"]:
        native = row["session_id"].removeprefix("openai-codex:")
        found[native] = found.get(native, 0) + row["uncached_input_tokens"]
    return found


def again(lines: list[Line], seconds: float) -> list[Line]:
    """Stamp lines anew, a millisecond apart, as a fork does."""
    stamped = [count(seconds + place / 1000, 0) for place in range(len(lines))]
    return [{**old, "timestamp": new["timestamp"]} for old, new in zip(lines, stamped, strict=True)]


HISTORY = [turn(1), count(10, 40, 40), count(20, 100, 60)]


def test_a_fork_of_a_session_of_100_that_ends_at_150_adds_50(tmp_path: Path) -> None:
    """Pain 19, ccusage#897: 100 in the parent, 50 in the fork, 150 together."""
    fork = [
        meta(CHILD, 60, forked_from_id=PARENT),
        *again(HISTORY, 60),
        *(turn(70), count(80, 150, 50)),
    ]
    found = totals(tmp_path, (PARENT, [meta(PARENT), *HISTORY]), (CHILD, fork))
    assert found == {PARENT: 100, CHILD: 50}


def test_history_copied_with_its_own_instants_is_the_parents(tmp_path: Path) -> None:
    """ccusage#1460: the copies span many seconds, so no burst gives them away."""
    fork = [meta(CHILD, 60, forked_from_id=PARENT), *HISTORY, turn(70), count(80, 150, 50)]
    found = totals(tmp_path, (PARENT, [meta(PARENT), *HISTORY]), (CHILD, fork))
    assert found == {PARENT: 100, CHILD: 50}


@pytest.mark.parametrize("is_stamped_anew", [True, False])
def test_history_is_left_out_where_the_parent_is_gone(
    tmp_path: Path, *, is_stamped_anew: bool
) -> None:
    history = again(HISTORY, 60) if is_stamped_anew else HISTORY
    fork = [meta(CHILD, 60, forked_from_id=PARENT), *history, turn(70), count(80, 150, 50)]
    assert totals(tmp_path, (CHILD, fork)) == {CHILD: 50}


def test_a_sub_agent_that_replays_its_parent_counts_its_own_work_only(tmp_path: Path) -> None:
    """ccusage#950: named by thread_spawn alone, the counter begins anew behind the copies."""
    child = [
        meta(CHILD, 60) | {"payload": {**meta(CHILD, 60)["payload"], "source": SPAWNED}},
        meta(PARENT),
        *again(HISTORY, 60),
        *(turn(61), count(75, 30, 30), count(90, 55, 25)),
    ]
    found = totals(tmp_path, (PARENT, [meta(PARENT), *HISTORY]), (CHILD, child))
    assert found == {PARENT: 100, CHILD: 55}


def test_a_sub_agent_that_copies_nothing_keeps_all_its_work(tmp_path: Path) -> None:
    """Builds of July 2026: two descriptions of sessions, then own counts; nothing to drop."""
    child = [
        meta(CHILD, 60, thread_source="subagent", parent_thread_id=PARENT),
        meta(PARENT),
        *(turn(60.2), count(68, 46, 46), count(75, 80, 34)),
    ]
    found = totals(tmp_path, (PARENT, [meta(PARENT), *HISTORY]), (CHILD, child))
    assert found == {PARENT: 100, CHILD: 80}


def test_a_fork_whose_counter_begins_where_the_parent_stood_adds_its_own_requests(
    tmp_path: Path,
) -> None:
    """Nothing is copied, and the first sight is 130 in all, 30 of it the latest request."""
    fork = [
        meta(CHILD, 60, forked_from_id=PARENT),
        *(turn(61), count(75, 130, 30), count(90, 150, 20)),
    ]
    assert totals(tmp_path, (CHILD, fork)) == {CHILD: 50}


@pytest.mark.parametrize("last", [0, 9035])
def test_a_counter_before_any_turn_is_the_parents_whatever_it_says_of_the_latest_request(
    tmp_path: Path, last: int
) -> None:
    """Seen of the desktop in August 2026: 3.1 billion before the first turn, then 748,286 more."""
    start = 3_157_908_247
    fork = [
        meta(CHILD, 60, forked_from_id=PARENT, thread_source="subagent"),
        *(count(63, start, last), turn(64), count(90, start + 748_286, 748_286)),
    ]
    assert totals(tmp_path, (CHILD, fork)) == {CHILD: 748_286}


def test_numbered_lines_say_themselves_where_the_own_ones_begin(tmp_path: Path) -> None:
    """Lines before the third are the parent's, though they look like late work of its own."""
    numbered = [
        meta(CHILD, 60, parent_thread_id=PARENT, subagent_history_start_ordinal=3),
        *(turn(65), count(70, 5_000_000, 5_000_000)),
        *(turn(80), count(90, 30_100, 30_100)),
    ]
    lines = [{**one, "ordinal": place} for place, one in enumerate(numbered)]
    assert totals(tmp_path, (CHILD, lines)) == {CHILD: 30_100}


def test_work_of_a_fork_in_the_second_of_its_birth_is_its_own(tmp_path: Path) -> None:
    """The parent is there and knows nothing of the second count, however fast it came."""
    fork = [
        meta(CHILD, 60, forked_from_id=PARENT),
        *again(HISTORY, 60),
        *(turn(60.4), count(60.9, 150, 50)),
    ]
    found = totals(tmp_path, (PARENT, [meta(PARENT), *HISTORY]), (CHILD, fork))
    assert found == {PARENT: 100, CHILD: 50}


def test_a_sub_agent_whose_first_request_is_as_large_as_its_parents_made_it_itself(
    tmp_path: Path,
) -> None:
    """Both begin with 40, eight seconds after the sub-agent was made: no copy comes so late."""
    child = [
        meta(CHILD, 60, thread_source="subagent", parent_thread_id=PARENT),
        *(turn(60.2), count(68, 40, 40)),
    ]
    found = totals(tmp_path, (PARENT, [meta(PARENT), *HISTORY]), (CHILD, child))
    assert found == {PARENT: 100, CHILD: 40}


def test_copies_that_are_written_late_are_known_by_coming_at_once(tmp_path: Path) -> None:
    """Five seconds after the fork was made, 40 and 100 within a millisecond; the parent is gone."""
    fork = [
        meta(CHILD, 60, forked_from_id=PARENT),
        *again(HISTORY, 65),
        *(turn(70), count(80, 150, 50)),
    ]
    assert totals(tmp_path, (CHILD, fork)) == {CHILD: 50}


def test_a_request_whose_own_sight_was_lost_is_in_the_next_one(tmp_path: Path) -> None:
    """100 were copied; the first own sight is 150, and only 20 of it are the latest request."""
    fork = [
        meta(CHILD, 60, forked_from_id=PARENT),
        *again(HISTORY, 60),
        *(turn(70), count(80, 150, 20)),
    ]
    found = totals(tmp_path, (PARENT, [meta(PARENT), *HISTORY]), (CHILD, fork))
    assert found == {PARENT: 100, CHILD: 50}


def test_a_fork_is_read_again_once_its_parent_is_there(tmp_path: Path) -> None:
    """Alone, work in the second of its birth looks copied; the parent knows nothing of it."""
    machine = Machine(SOURCE, tmp_path)
    fork = [meta(CHILD, 60, forked_from_id=PARENT), turn(60.1), count(60.5, 30, 30)]
    machine.write(name_of(CHILD), file_of(fork))
    assert machine.collect().total() == 0
    machine.write(name_of(PARENT), file_of([meta(PARENT), *HISTORY]))
    assert machine.collect().total() == 130


def test_siblings_with_counts_of_the_same_size_are_two(tmp_path: Path) -> None:
    """Each of two sub-agents uses 46 in one request: 92 of their own."""
    files = [
        (
            native,
            [
                meta(native, 60, parent_thread_id=PARENT, thread_source="subagent"),
                *(turn(60.2), count(68, 46, 46)),
            ],
        )
        for native in (CHILD, OTHER)
    ]
    found = totals(tmp_path, (PARENT, [meta(PARENT), *HISTORY]), *files)
    assert found == {PARENT: 100, CHILD: 46, OTHER: 46}


def test_an_empty_fork_uses_nothing_though_settings_changed_in_what_it_copies(
    tmp_path: Path,
) -> None:
    """A change of settings between two counts of the parent is no border of the fork."""
    history = [
        *(turn(1), count(10, 40, 40)),
        event(15, "thread_settings_applied", thread_settings={"model": "gpt-5.2"}),
        count(20, 100, 60),
    ]
    fork = [meta(CHILD, 60, forked_from_id=PARENT), *again(history, 60)]
    found = totals(tmp_path, (PARENT, [meta(PARENT), *history]), (CHILD, fork))
    assert found == {PARENT: 100}


def test_a_fork_of_a_fork_counts_only_what_it_did_itself(tmp_path: Path) -> None:
    """100, then 50, then 25 more."""
    second = [*HISTORY, turn(70), count(80, 150, 50)]
    found = totals(
        tmp_path,
        (PARENT, [meta(PARENT), *HISTORY]),
        (CHILD, [meta(CHILD, 60, forked_from_id=PARENT), *again(HISTORY, 60), *second[3:]]),
        (
            OTHER,
            [
                meta(OTHER, 99, forked_from_id=CHILD),
                *again(second, 99),
                turn(110),
                count(120, 175, 25),
            ],
        ),
    )
    assert found == {PARENT: 100, CHILD: 50, OTHER: 25}


def test_what_was_done_in_copied_history_is_not_done_again(tmp_path: Path) -> None:
    """One prompt and one call are the parent's; one call is the fork's, with the parent's model."""
    machine = Machine(SOURCE, tmp_path)
    history = [
        turn(1, "gpt-5.2"),
        event(2, "user_message", message="hello"),
        call(5, "shell", '{"command":["bash","-lc","pytest"]}'),
        count(20, 100, 100),
    ]
    fork = [
        meta(CHILD, 60, forked_from_id=PARENT),
        *again(history, 60),
        call(75, "shell", '{"command":["bash","-lc","ls"]}', "c2"),
        count(80, 150, 50),
    ]
    machine.write(name_of(PARENT), file_of([meta(PARENT), *history]))
    machine.write(name_of(CHILD), file_of(fork))
    rows = machine.collect()
    assert rows.acts() == {
        ("prompt", None): 1,
        ("tool_call", "shell"): 2,
        ("test_run", None): 1,
    }
    models = {row["session_id"][-1]: row["model"] for row in rows["ai_request"]}
    assert models == {"a": "gpt-5.2", "b": "gpt-5.2"}
    parents = {row["session_id"][-1]: row["parent_session_id"] for row in rows["ai_session"]}
    assert parents == {"a": None, "b": f"openai-codex:{PARENT}"}


FAMILY = {
    PARENT: [meta(PARENT), *HISTORY],
    CHILD: [meta(CHILD, 60, forked_from_id=PARENT), *HISTORY[:2], turn(70), count(80, 90, 50)],
    OTHER: [
        meta(OTHER, 61, parent_thread_id=PARENT, thread_source="subagent"),
        *again(HISTORY, 61),
        *(turn(70), count(81, 25, 25)),
    ],
}


@pytest.mark.parametrize("order", list(permutations(FAMILY)))
def test_the_order_in_which_files_come_to_be_known_changes_nothing(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    """100 + 50 + 25, whichever file is collected on its own first."""
    machine = Machine(SOURCE, tmp_path)
    for native in order:
        machine.write(name_of(native), file_of(FAMILY[native]))
        rows = machine.collect()
    assert rows.total() == 175


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_reading_growing_files_in_any_steps_comes_to_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Cut at any byte, in any order, collected in between and twice at the end."""
    machine = Machine(SOURCE, tmp_path_factory.mktemp("logs"))
    whole = {name_of(native): file_of(lines).encode() for native, lines in FAMILY.items()}
    for _ in range(data.draw(st.integers(0, 2))):
        name = data.draw(st.sampled_from(sorted(whole)))
        cut = data.draw(st.integers(0, len(whole[name])))
        machine.write(name, whole[name][:cut])
        machine.collect()
    for name in data.draw(st.permutations(sorted(whole))):
        machine.write(name, whole[name])
    first = machine.collect()
    kept = machine.changes()
    assert machine.collect().total() == first.total() == 175
    assert machine.changes() == kept
