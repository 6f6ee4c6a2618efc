"""A file of pay: read of ten people or more, refused otherwise, and kept for the whole alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trueup.errors import ConfigError, PersonIsNotAUnit, SourceUnavailable
from trueup.simulate.incentives.payroll import Payroll, read_payroll, weighted_slope

HEAD = "band,function,headcount,currency,base,bonus,promotions,quits"
TWO = f"{HEAD}\nL3,backend,30,EUR,60000,2000,3,2\nL4,backend,10,EUR,80000,6000,1,0\n"


def read(tmp_path: Path, text: str) -> Payroll:
    path = tmp_path / "pay.csv"
    path.write_text(text, encoding="utf-8")
    return read_payroll(path)


def test_means_are_of_people_not_of_cells(tmp_path: Path) -> None:
    # (30 * 62,000 + 10 * 86,000) / 40 = 68,000
    found = read(tmp_path, TWO)
    assert (found.people, found.cells, found.currency, found.pay) == (40, 2, "EUR", 68_000)
    assert (found.promotions, found.quits) == (4, 2)
    assert (found.promotion_raise, found.outside_offer, found.slope) == (None, None, None)


def test_a_cell_of_nine_people_is_refused_and_one_of_ten_is_not(tmp_path: Path) -> None:
    with pytest.raises(PersonIsNotAUnit, match=r"pay.csv:3 is a cell of 9 people") as refused:
        read(tmp_path, TWO.replace("L4,backend,10", "L4,backend,9"))
    assert "Merge it" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TWO.replace("band,", "login,", 1), "lacks band"),
        (TWO.replace("quits\n", "quits,employee\n"), "has the column 'employee'"),
        (TWO.replace("L4,backend", "L3,backend"), "has L3 and backend twice"),
        (TWO.replace("10,EUR", "10,USD"), "has 2 currencies"),
        (TWO.replace("EUR", " "), "1 currencies, or one unnamed"),
        (TWO.replace("60000", "60k"), "pay.csv:2 says '60k' as base"),
        (TWO.replace("60000", "nan"), "says 'nan' as base"),
        (TWO.replace("60000", "-1"), "says '-1' as base"),
        (TWO.replace(",30,", ",30.5,"), "says '30.5' as headcount"),
        (TWO.replace(",3,2\n", ",31,2\n"), "more promotions than people"),
        (TWO.replace(",3,2\n", ",3,2,7\n"), "more or fewer values than columns"),
        (TWO.replace(",3,2\n", ",3\n"), "more or fewer values than columns"),
        (TWO.replace("60000,2000", "0,0"), "a cell without pay"),
        (f"{HEAD}\n", "has no rows"),
        ("", "lacks band"),
        (f'{HEAD}\n"L3', "is no CSV file"),
        (f"{HEAD},raise_ratio\nL3,backend,30,EUR,1,1,3,2,3\n", "says '3' as raise_ratio"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, text)
    assert said in refused.value.fact
    assert refused.value.hint


def test_semicolons_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeff" + TWO.replace(",", ";")).pay == 68_000


def test_a_file_that_is_not_there_or_not_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable):
        read_payroll(tmp_path / "none.csv")
    (tmp_path / "pay.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceUnavailable):
        read_payroll(tmp_path / "pay.csv")


def test_shares_that_some_cells_lack_are_means_over_those_that_tell(tmp_path: Path) -> None:
    text = (
        f"{HEAD},promotion_raise_ratio,outside_offer_ratio\n"
        "L3,backend,30,EUR,60000,0,3,2,0.10,\nL4,backend,10,EUR,80000,0,1,0,0.18,0.2\n"
    )
    found = read(tmp_path, text)
    # (30 * .10 + 10 * .18) / 40 = .12
    assert found.promotion_raise == pytest.approx(0.12)
    assert found.outside_offer == pytest.approx(0.2)


def test_raises_go_with_output_over_eight_cells_and_nothing_is_said_of_seven(
    tmp_path: Path,
) -> None:
    # pay rises by the cube root of output exactly: the slope is 1 / 3, without error
    rows = [
        f"L{n},all,{10 + n},EUR,60000,0,1,1,{(1 + n / 10) ** (1 / 3) - 1:.12f},{n / 10}"
        for n in range(8)
    ]
    head = f"{HEAD},raise_ratio,output_change_ratio"
    slope = read(tmp_path, "\n".join([head, *rows])).slope
    assert slope is not None
    assert slope.value == pytest.approx(1 / 3)
    assert slope.freedom == 6
    assert slope.error == pytest.approx(0, abs=1e-9)
    assert read(tmp_path, "\n".join([head, *rows[:7]])).slope is None


def test_the_slope_and_its_error_are_those_of_statsmodels() -> None:
    # statsmodels 0.15: WLS(y, [1, x], weights=w).fit(cov_type="HC3")
    x = np.array([0.02, 0.31, 0.12, 0.45, 0.07, 0.22, 0.38, 0.15])
    y = np.array([0.021, 0.034, 0.03, 0.062, 0.018, 0.041, 0.037, 0.02])
    weights = np.array([10.0, 60, 25, 14, 33, 40, 12, 21])
    slope = weighted_slope(x, y, weights)
    assert slope is not None
    assert slope.value == pytest.approx(0.07630504707482458)
    assert slope.error == pytest.approx(0.028510994490580668)
    assert weighted_slope(np.ones(8), y, weights) is None
