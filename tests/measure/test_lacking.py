"""What is lacking is what metrics, when asked, abstain for."""

from __future__ import annotations

from tests.measure.building import World, at
from tests.measure.forge import Forge
from trueup.measure.catalogue import all_metrics, find_metric
from trueup.measure.comparing.lacking import Lacks, lacks
from trueup.measure.comparing.published import FIGURES
from trueup.measure.plan import measure
from trueup.measure.records.presence import missing
from trueup.model.evidence import Measurement


def lacking(found: Lacks) -> set[str]:
    return {name for each in found.kinds for name in each.metrics}


def drawn() -> Forge:
    """Two changes of a forge, one of them reviewed, and an incident; no commit, no work item."""
    world = Forge()
    world.proposed("a", 1, 3)
    world.proposed("b", 2, 5, author="bob")
    world.add(
        "review",
        review_id="r1",
        change_id="a",
        reviewer_account_id="bob",
        submitted_at=at("2026-06-02"),
    )
    world.add("incident", incident_id="i", opened_at=at("2026-06-03"))
    return world


def test_where_nothing_is_recorded_nothing_can_be_answered_and_every_published_row_stays_open() -> (
    None
):
    found = lacks(World(repositories=()).ready())
    assert (found.asked, found.answered) == (len(all_metrics()), 0)
    open_rows = {row for each in found.kinds for row in each.rows}
    assert open_rows == {figure.row for figure in FIGURES if figure.metric}


def test_no_metric_that_is_said_to_lack_records_gives_a_number() -> None:
    tables = drawn().ready()
    said = lacking(lacks(tables))
    answering = {
        name
        for name in (*said, "unreviewed_changes_ratio")
        if any(isinstance(each, Measurement) for each in measure(find_metric(name), tables))
    }
    assert answering == {"unreviewed_changes_ratio"}


def test_a_metric_that_abstains_for_want_of_a_kind_is_said_to_lack_it_and_no_other_is() -> None:
    """But those of git, which name no kind: where there is no commit they find nothing."""
    tables = drawn().ready()
    metrics = all_metrics().values()
    wanting = {metric.name for metric in metrics if missing(metric, tables, None)}
    of_git = {m.name for m in metrics if m.source.startswith("git") and not m.requires}
    assert "work_item_age_seconds" in wanting
    assert wanting <= lacking(lacks(tables)) <= wanting | of_git


def test_each_kind_names_its_metrics_its_published_rows_and_what_would_bring_it() -> None:
    """Restarts need work items and their moves: row work_restarts of the 2026 report is theirs."""
    kinds = {each.kind: each for each in lacks(drawn().ready()).kinds}
    for kind in ("work_item", "work_item_transition"):
        assert "work_restarts_per_item" in kinds[kind].metrics
        assert "work_restarts" in kinds[kind].rows
        assert kinds[kind].remedy.startswith("Connect the tracker")
    assert "commits_per_week" in kinds["commit"].metrics
    assert "change.opened_at" not in kinds
    assert "incident" not in kinds


def test_a_kind_no_metric_needs_is_named_where_nothing_can_be_split_without_it() -> None:
    kinds = {each.kind: each for each in lacks(drawn().ready()).kinds}
    assert (kinds["membership"].split, kinds["service"].split) == ("team", "service")


def test_any_record_of_use_will_do_where_one_is_enough() -> None:
    """Copilot reports days and no sessions: lines of a day are use too."""
    kind = "ai_session|ai_request|ai_activity|ai_lines"
    world = drawn()
    kinds = {each.kind: each for each in lacks(world.ready()).kinds}
    assert "ai_active_developers_ratio" in kinds[kind].metrics
    assert "adopt_dev_wau" in kinds[kind].rows
    world.add("ai_lines", layer="accepted", happened_at=at("2026-06-02"), person_id="bob")
    assert kind not in {each.kind for each in lacks(world.ready()).kinds}


def test_what_costs_most_is_said_first() -> None:
    counts = [len(each.metrics) for each in lacks(drawn().ready()).kinds]
    assert counts == sorted(counts, reverse=True)
