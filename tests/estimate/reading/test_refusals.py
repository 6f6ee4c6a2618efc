"""Bad rows get a clear error, odd ones a remark; nothing is dropped in silence."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.estimate.reading.tables import COLUMNS, grid, read, table
from trueup.errors import EstimateError
from trueup.estimate.panel import Panel
from trueup.estimate.question import Question, Scale
from trueup.estimate.reading import PanelColumns, panel_from_table, read_panel
from trueup.estimate.reading.balance import balance
from trueup.estimate.reading.limits import refuse_values

MONTHS = ["2025-01", "2025-02", "2025-03"]
FOUR = {"a": "2025-02", "b": "2025-03", "c": None, "d": None}


def kinds(panel: Panel) -> set[str]:
    """Return what the remarks are about."""
    return {remark.kind for remark in panel.remarks}


def with_outcome(values: list[float | None]) -> Panel:
    """Return a panel of four units and three months with these outcomes."""
    rows = grid(MONTHS, FOUR).drop_columns(["y"]).append_column("y", pa.array(values, pa.float64()))
    return panel_from_table(rows, COLUMNS, source="written")


def test_duplicate_keys_are_refused_and_up_to_five_are_named() -> None:
    rows = pa.concat_tables([grid(MONTHS, FOUR)] * 2)
    with pytest.raises(EstimateError, match="12 keys of 'repo' and 'month'") as refused:
        panel_from_table(rows, COLUMNS, source="written")
    assert refused.value.fact.endswith(
        "a 2025-01, a 2025-02, a 2025-03, b 2025-01, b 2025-02 and 7 more."
    )


def test_one_key_is_one_key() -> None:
    rows = pa.concat_tables([grid(MONTHS, FOUR), grid(MONTHS, FOUR).slice(0, 1)])
    with pytest.raises(EstimateError, match="1 key of 'repo' and 'month' has more than one row"):
        panel_from_table(rows, COLUMNS, source="written")


def test_the_order_of_the_rows_means_nothing() -> None:
    rows = grid(MONTHS, FOUR)
    shuffled = rows.take(np.random.default_rng(1).permutation(rows.num_rows))
    one, other = (panel_from_table(t, COLUMNS, source="written") for t in (rows, shuffled))
    assert one.digest() == other.digest()


def test_a_column_that_is_not_there_names_the_nearest() -> None:
    columns = dataclasses.replace(COLUMNS, unit="rep")
    with pytest.raises(EstimateError) as refused:
        panel_from_table(grid(MONTHS, FOUR), columns, source="written")
    assert refused.value.fact == "There is no column 'rep'."
    assert refused.value.hint.startswith("Did you mean 'repo'?")


@pytest.mark.parametrize("column", ["repo", "month"])
def test_an_empty_key_is_refused_with_its_row(column: str) -> None:
    rows = table("repo month y event\na 2025-01 1 .\na 2025-02 1 .")
    place = rows.column_names.index(column)
    empty = pa.array([rows.column(column)[0].as_py(), None], pa.string())
    with pytest.raises(EstimateError, match=f"{column!r} is empty in 1 row: 2"):
        panel_from_table(rows.set_column(place, column, empty), COLUMNS, source="written")


def test_text_where_numbers_belong_is_refused_with_the_text() -> None:
    with pytest.raises(EstimateError, match="text where numbers belong: 'many', '1,5'") as refused:
        read("repo month y event\na 2025-01 many .\na 2025-02 1,5 .")
    assert "decimals with a point" in refused.value.hint


def test_empty_cells_of_an_outcome_stay_unknown_and_are_said() -> None:
    panel = read("repo month y event\na 2025-01 NA .\na 2025-02 1.5 .\nb 2025-01 . .")
    assert np.isnan(panel.column("y")).tolist() == [True, False, True]
    assert "not known in 2 of 3 rows" in " ".join(remark.says for remark in panel.remarks)


def test_infinite_values_are_refused_where_they_are() -> None:
    with pytest.raises(EstimateError, match="infinite in 2 rows: a 2025-02, d 2025-03"):
        with_outcome([1, np.inf, *[2.0] * 9, -np.inf])


def test_gaps_within_a_unit_are_kept_and_counted() -> None:
    panel = read("repo month y event\na 2025-01 1 .\na 2025-04 1 .\nb 2025-02 1 .\nb 2025-03 1 .")
    (gap,) = (remark for remark in panel.remarks if remark.kind == "gaps")
    assert (gap.rows, gap.units) == (2, 1)
    assert np.isnan(panel.wide("y")[0, 1:3]).all()


def test_units_seen_once_are_named() -> None:
    panel = read("repo month y event\na 2025-01 1 .\na 2025-02 1 .\nb 2025-02 1 .")
    (alone,) = (remark for remark in panel.remarks if remark.kind == "singletons")
    assert (alone.units, alone.says.endswith(": b.")) == (1, True)


def test_who_comes_late_and_who_leaves_is_counted_by_arm() -> None:
    panel = read(
        """repo month y event
        a 2025-01 1 2025-02
        a 2025-02 1 2025-02
        b 2025-02 1 .
        b 2025-03 1 .
        c 2025-01 1 .
        c 2025-02 1 .
        c 2025-03 1 ."""
    )
    (gone,) = (remark for remark in panel.remarks if remark.kind == "attrition")
    assert gone.says == (
        "Not all units are there throughout: of 1 that adopt, 0 appear late and 1 disappear early; "
        "of 2 that do not, 1 appear late and 0 disappear early."
    )


def test_a_full_panel_has_nothing_but_its_shape_to_say() -> None:
    alike = with_outcome([1.0, 2, 3, 3, 4, 5, 1, 2, 3, 3, 4, 5])
    assert kinds(alike) == {"grain"}


def test_hours_beside_seconds_are_noticed_and_plain_differences_are_not() -> None:
    mixed = with_outcome([2.0, 3, 4, 7200, 9000, 9900, 3, 3, 3, 2, 2, 5])
    (units,) = (remark for remark in mixed.remarks if remark.kind == "units_of_measure")
    assert (units.units, "in 1 unit" in units.says) == (1, True)
    spread = with_outcome([1.0, 1, 1, 10, 10, 10, 100, 100, 100, 1000, 1000, 1000])
    assert "units_of_measure" not in kinds(spread)


@pytest.mark.parametrize(
    ("scale", "values", "says"),
    [
        ("count", [-1.0] + [1.0] * 11, "below nought in 1 row"),
        ("log", [0.0] + [1.0] * 11, "nought or below in 1 row"),
    ],
)
def test_values_a_scale_has_no_meaning_for_are_refused(
    scale: Scale, values: list[float | None], says: str
) -> None:
    with pytest.raises(EstimateError, match=says):
        refuse_values(with_outcome(values), Question(outcome="y", scale=scale))
    refuse_values(with_outcome(values), Question(outcome="y", scale="level"))


def test_balance_compares_only_what_was_before_anyone_adopted() -> None:
    """First adoption is 2025-02, so only 2025-01 counts: a 1, b 3 (mean 2); c 5, d 9 (mean 7).

    Variances 2 and 8, pooled deviation sqrt(5): (2 - 7) / sqrt(5) = -2.236.
    """
    panel = with_outcome([1.0, 50, 50, 3, 50, 50, 5, 50, 50, 9, 50, 50])
    (row,) = balance(panel, ("y",))
    assert (row.adopters, row.others, row.n_adopters, row.n_others) == (2.0, 7.0, 2, 2)
    assert row.apart == pytest.approx(-2.2360679775)
    assert "y 2 among adopters, 7 among the others (-2.24" in panel.remarks[-1].says


def test_a_cluster_is_kept_for_all_rows_of_a_unit() -> None:
    rows = "repo month y event team\na 2025-01 1 . x\na 2025-02 1 . y\nb 2025-01 1 . x"
    with pytest.raises(EstimateError, match="1 unit in more than one 'team': a"):
        read(rows, dataclasses.replace(COLUMNS, cluster="team"))


def test_units_of_one_cluster_share_its_code() -> None:
    rows = "repo month y event team\na 2025-01 1 . x\nb 2025-01 1 . y\nc 2025-01 1 . x"
    panel = read(rows, dataclasses.replace(COLUMNS, cluster="team"))
    assert panel.cluster.tolist() == [0, 1, 0]


@pytest.mark.parametrize("name", ["f.csv", "f.tsv", "f.parquet", "f.feather", "semi.csv"])
def test_every_kind_of_file_gives_the_same_panel(name: str, tmp_path: Path) -> None:
    import pyarrow.feather
    import pyarrow.parquet
    from pyarrow import csv

    rows, path = grid(MONTHS, {"007": "2025-02", "b": None}), tmp_path / name
    if name.endswith("parquet"):
        pyarrow.parquet.write_table(rows, path)
    elif name.endswith("feather"):
        pyarrow.feather.write_feather(rows, path)
    else:
        separator = {"f.csv": ",", "f.tsv": "\t", "semi.csv": ";"}[name]
        csv.write_csv(rows, path, csv.WriteOptions(delimiter=separator))
    panel = read_panel(path, COLUMNS)
    assert panel.units == ("007", "b")
    assert panel.digest() == panel_from_table(rows, COLUMNS, source="x").digest()


def test_a_file_that_is_not_there_or_not_a_table_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(EstimateError, match="There is no file"):
        read_panel(tmp_path / "gone.csv", COLUMNS)
    (tmp_path / "bad.parquet").write_text("repo,month\n")
    with pytest.raises(EstimateError, match=r"bad\.parquet cannot be read as a table"):
        read_panel(tmp_path / "bad.parquet", COLUMNS)


def test_the_real_counties_adopt_when_their_file_says() -> None:
    """`mpdta` of the R package did: 500 counties, 20 adopt in 2004, 40 in 2006, 131 in 2007."""
    import moderndid

    rows = moderndid.load_mpdta().to_arrow()
    columns = PanelColumns(
        unit="countyreal", time="year", outcomes=("lemp",), adopted="first.treat"
    )
    panel = panel_from_table(rows, columns, source="mpdta")
    counts = {panel.periods[code]: int((panel.adopted_in == code).sum()) for code in (1, 3, 4)}
    assert (panel.n_units, panel.n_rows) == (500, 2500)
    assert counts == {"2004": 20, "2006": 40, "2007": 131}
