"""Who gains from the gain: the gain that was measured, after the diagnosis of the bottleneck."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trueup.diagnose.case import Case
from trueup.diagnose.catalogue import find_mechanism
from trueup.diagnose.diagnosis import Absent, Answer, Diagnosis
from trueup.errors import EstimateError, TrueupError
from trueup.estimate.assessment import Assessment
from trueup.estimate.experiments.answering.answer import ExperimentAnswer
from trueup.estimate.verdict.plan import not_throughput
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention
from trueup.model.rival import Rival
from trueup.simulate.incentives.answer import answer
from trueup.simulate.incentives.findings import RIVALS, Incentives
from trueup.simulate.incentives.payroll import Payroll, read_payroll
from trueup.simulate.incentives.terms import Gain, gain_of
from trueup.units import RELATIVE

METRIC = "incentives"
LIMITING = "limiting_stage"
_TIME = "task_time"
_SAY = "Give one: trueup simulate --gain 0.2..0.45."


def measured_gain(
    assessment: Assessment | None,
    experiments: Sequence[ExperimentAnswer | Abstention] = (),
    *,
    unanswered: str = "",
) -> Gain | Abstention:
    """Return the gain the workspace itself measured, with its interval.

    An experiment on the time of tasks tells the gain at equal effort. The registered plan tells
    what was delivered, where its outcome is throughput and is compared in proportion: the gain is
    at least that.

    Parameters
    ----------
    unanswered
        Which plan is registered, and why it could not be answered; empty where none is.
    """
    for one in experiments:
        if isinstance(one, Abstention) or one.plan.outcome != _TIME:
            continue
        if one.verdict.answer != "cannot tell":
            return gain_of(one.itt, "time_per_task")
    if assessment is None:
        why = f"The plan is {unanswered}" if unanswered else "No plan is registered."
        return _untold(f"No gain was measured. {why}")
    found = delivered(assessment)
    if found is None:
        return _untold(f"{assessment.plan!r} does not tell by how much more is delivered.")
    if not assessment.standing.registered_on and not assessment.made_up:
        return _untold("The plan that was answered is not registered.")
    return gain_of(found, "delivered")


def delivered(assessment: Assessment | None) -> Estimate | None:
    """Return by how much more is delivered, in proportion; None where no design tells that."""
    if assessment is None or assessment.verdict.answer == "cannot tell":
        return None
    question, fit = assessment.primary.question, assessment.primary.primary
    if isinstance(fit, Abstention) or question.better != "higher" or not_throughput(question):
        return None
    found = fit.estimate
    return found if found.unit == RELATIVE and not found.group else None


def _untold(reason: str) -> Abstention:
    return Abstention(metric=METRIC, reason=reason, remedy=_SAY)


def bottleneck(found: Answer | None) -> Rival:
    """Return what looking for a limiting stage found, as a rival of incentives."""
    asked = RIVALS[-1]
    if isinstance(found, Diagnosis):
        return Rival(name=asked.name, answer="may explain it", says=found.claim)
    if isinstance(found, Absent):
        return Rival(name=asked.name, answer="ruled out", says=found.because)
    return asked


def limiting(case: Case) -> Answer | None:
    """Look for a stage that limits the whole; None where nothing here looks for one."""
    try:
        return find_mechanism(LIMITING).examine(case)
    except EstimateError:
        return None


def who_gains(
    gain: Gain,
    *,
    assessment: Assessment | None = None,
    limit: Answer | None = None,
    pay: Path | None = None,
) -> Incentives | Abstention:
    """Answer who gains, with what was delivered and what limits the whole beside it.

    Parameters
    ----------
    pay
        File of pay; None where there is none.

    Raises
    ------
    TrueupError
        The file cannot be used; see `trueup.simulate.incentives.payroll.read_payroll`.
    """
    payroll: Payroll | None = None if pay is None else read_payroll(pay)
    arrived = None if gain.is_least else delivered(assessment)
    return answer(gain, delivered=arrived, payroll=payroll, bottleneck=bottleneck(limit))


def reported_gains(
    pay: str,
    assessment: Assessment | None,
    experiments: Sequence[ExperimentAnswer | Abstention],
    found: Sequence[Diagnosis | Absent],
) -> Incentives | Abstention | None:
    """Return what a report says of who gains; None without a file of pay or a measured gain.

    Parameters
    ----------
    pay
        As the settings name it; empty for none.
    found
        What the doctor found and did not find.
    """
    if not pay:
        return None
    gain = measured_gain(assessment, experiments)
    if isinstance(gain, Abstention):
        return None
    limit = next((one for one in found if one.mechanism == LIMITING), None)
    try:
        return who_gains(gain, assessment=assessment, limit=limit, pay=Path(pay))
    except TrueupError as error:
        # what the file says of small cells stays out of a report
        return Abstention(
            metric=METRIC, reason="The file of pay cannot be used.", remedy=error.hint
        )
