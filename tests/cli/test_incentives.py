"""Who gains from a gain, asked of the verb that plays models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Stage
from tests.cli.stage import run
from trueup.cli.foreseeing.incentives import read_gain
from trueup.errors import ConfigError
from trueup.model.evidence import Abstention
from trueup.simulate.incentives.findings import NOT_OBSERVED, RIVALS

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's
PAY = (
    "band,function,headcount,currency,base,bonus,promotions,quits,outside_offer_ratio\n"
    "Zedband,backend,120,EUR,60000,2000,14,9,0.12\n"
)


def asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str]:
    """Return the exit code and what was said, complaints included."""
    code = run(monkeypatch, ["simulate", *words])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_a_gain_is_a_number_or_its_interval() -> None:
    assert read_gain("0.3").interval is None
    found = read_gain("0.2..0.5")
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (0.2, 0.5)
    assert found.value == pytest.approx((1.2 * 1.5) ** 0.5 - 1)  # the middle of logarithms


@pytest.mark.parametrize("written", ["", "30%", "0.5..0.2", "0.1..0.2..0.3", "nan", "-1", "inf"])
def test_what_is_no_gain_is_refused(written: str) -> None:
    with pytest.raises(ConfigError, match="is no gain"):
        read_gain(written)


def test_the_answer_says_the_terms_the_range_and_the_rivals_and_no_cell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "pay.csv").write_text(PAY, encoding="utf-8")
    code, told = asked(
        monkeypatch, capsys, "--gain", "0.2..0.45", "--hr", str(tmp_path / "pay.csv")
    )
    assert code == 0
    assert "bottleneck first" in told.splitlines()[1]
    assert f"{NOT_OBSERVED}: 0 " in told
    for rival in RIVALS:
        assert rival.says in told
    assert "per person and year" in told
    assert "what others see of output" in told
    assert "Zedband" not in told


def test_a_machine_gets_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = asked(monkeypatch, capsys, "--gain", "0.3", "--json")
    found = json.loads(told)["incentives"]
    assert code == 0
    assert found["break_even"]["value"] == pytest.approx(1 / 1.3)
    assert found["hours_unseen"]["heading"] == NOT_OBSERVED
    assert "value" not in found["hours_unseen"]


def test_a_gain_that_may_be_none_is_cannot_tell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = asked(monkeypatch, capsys, "--gain", "-0.1..0.3")
    assert (code, "cannot tell" in told) == (0, True)
    _, told = asked(monkeypatch, capsys, "--gain", "-0.1..0.3", "--json")
    assert json.loads(told)["incentives"]["abstention"]["kind"] == "abstention"


@pytest.mark.parametrize(
    "words",
    [
        ("--hr", "pay.csv"),
        ("--gain", "0.3", "--demand", "arriving"),
        ("--gain", "0.3", "--what-if", "coders=1"),
    ],
)
def test_the_two_models_are_not_asked_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    code, told = asked(monkeypatch, capsys, *words)
    assert (code, "Leave the other options out" in told) == (2, True)


def test_the_gain_a_workspace_measured_is_asked_of_the_workspace(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    none = Abstention(metric="incentives", reason="No plan is registered.", remedy="Give one.")
    staged = stage(lambda: none)
    code, told = asked(monkeypatch, capsys, "--gain", "measured", "--hr", "pay.csv")
    assert (code, "No plan is registered." in told) == (0, True)
    verb, (given,), how = staged.asked[-1]
    assert (verb, given, how["pay"]) == ("incentives", None, Path("pay.csv"))
    asked(monkeypatch, capsys, "--gain", "0.3", "--workspace", "elsewhere")
    verb, (given,), how = staged.asked[-1]
    assert (verb, given.value, how["pay"]) == ("incentives", 0.3, None)


def test_an_empty_workspace_measured_no_gain(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, told = asked(
        monkeypatch, capsys, "--gain", "measured", "--workspace", str(tmp_path / "w")
    )
    assert (code, "No plan is registered." in told) == (0, True)
    assert "trueup simulate --gain 0.2..0.45" in told


def test_with_a_workspace_the_doctor_is_asked_before_incentives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, told = asked(monkeypatch, capsys, "--gain", "0.3", "--workspace", str(tmp_path / "w"))
    assert (code, "Read the diagnosis of the bottleneck first" in told) == (0, True)
