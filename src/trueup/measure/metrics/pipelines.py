"""How healthy the checks of the code are: passing, lasting, and telling the same twice."""

from __future__ import annotations

import ibis

from trueup.measure.metric import Metric, Quantiles, RatioOfSums, Tables
from trueup.measure.production.pipelines import checks, runs
from trueup.measure.records.authorship import YES
from trueup.units import RATIO, SECONDS

_NEEDS = ("pipeline_run",)
_SCOPE = (
    "A check is a pipeline and a commit: its runs in the order they began. Runs that another run "
    "began, and those cancelled or skipped, are left out."
)
_REMEDY = "Connect the CI system, or the forge that runs it."
_FLAKY = "Luo et al. (2014), An Empirical Analysis of Flaky Tests, FSE"
_DORA = "DORA, Capabilities: continuous integration; test automation"


def _checked(tables: Tables, column: str, *, is_good: bool) -> ibis.Table:
    rows = checks(tables)
    flag = ~rows[column] if is_good else rows[column]
    return rows.mutate(
        person=ibis.null("string"),
        cluster=rows.repository + ":" + rows.pipeline,
        known=YES,
        value=flag.cast("float64"),
        weight=1.0,
    )


def _passed_first(tables: Tables) -> ibis.Table:
    return _checked(tables, "failed_first", is_good=True)


def _passed_last(tables: Tables) -> ibis.Table:
    return _checked(tables, "failed_last", is_good=True)


def _unstable(tables: Tables) -> ibis.Table:
    return _checked(tables, "is_flaky", is_good=False)


def _each(tables: Tables) -> ibis.Table:
    rows = runs(tables)
    return rows.mutate(
        at=rows.started_at,
        person=ibis.null("string"),
        cluster=rows.repository.fill_null("") + ":" + rows.pipeline,
    )


def _lasted(tables: Tables) -> ibis.Table:
    rows = _each(tables)
    known = rows.seconds.notnull()
    return rows.mutate(value=rows.seconds.fill_null(0.0), censored=False, known=known)


def _tests(tables: Tables) -> ibis.Table:
    rows = _each(tables)
    return rows.mutate(
        value=rows.tests_failed.fill_null(0).cast("float64"),
        weight=rows.tests_run.fill_null(0).cast("float64"),
        known=rows.tests_run.notnull() & rows.tests_failed.notnull(),
    )


CHECKS_PASSED_FIRST_RATIO = Metric(
    name="checks_passed_first_ratio",
    question="Which share of checks passes at the first attempt?",
    definition="Checks whose first run succeeded, over all. " + _SCOPE,
    unit=RATIO,
    kind="quality",
    better="higher",
    needs=_NEEDS,
    rows=_passed_first,
    summary=RatioOfSums(of_flags=True, clusters_of="pipelines"),
    n_of="checks",
    version=1,
    references=(_DORA,),
    caveats=(
        "A check that never fails may be one that never tests.",
        "Developers who test before they push raise it; those who let the machine test lower it.",
    ),
    remedy=_REMEDY,
    requires=("pipeline_run",),
    of_artefacts=True,
    source="CI",
)

CHECKS_PASSED_RATIO = Metric(
    name="checks_passed_ratio",
    question="Which share of checks passes in the end, tried again or not?",
    definition="Checks whose last run succeeded, over all. " + _SCOPE,
    unit=RATIO,
    kind="quality",
    better="higher",
    needs=_NEEDS,
    rows=_passed_last,
    summary=RatioOfSums(of_flags=True, clusters_of="pipelines"),
    n_of="checks",
    version=1,
    references=(_DORA,),
    caveats=("Trying again until it passes raises it: read it beside flaky_checks_ratio.",),
    remedy=_REMEDY,
    requires=("pipeline_run",),
    of_artefacts=True,
    source="CI",
)

FLAKY_CHECKS_RATIO = Metric(
    name="flaky_checks_ratio",
    question="Which share of checks says two things of one commit?",
    definition="Checks of which one run failed and another succeeded, over all. " + _SCOPE,
    unit=RATIO,
    kind="quality",
    better="lower",
    needs=_NEEDS,
    rows=_unstable,
    summary=RatioOfSums(of_flags=True, clusters_of="pipelines"),
    n_of="checks",
    version=1,
    references=(_FLAKY,),
    caveats=(
        "Only what was run again can show it.",
        "A scheduled run of an old commit that fails because something outside changed counts.",
    ),
    qualifier="at least",
    remedy=_REMEDY,
    requires=("pipeline_run",),
    of_artefacts=True,
    source="CI",
)

PIPELINE_RUN_SECONDS = Metric(
    name="pipeline_run_seconds",
    question="How long does a pipeline run?",
    definition="From start to end of runs that succeeded, failed or timed out; waiting for a "
    "machine is left out, and so are runs that another run began.",
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_lasted,
    summary=Quantiles(shares=(0.5, 0.75, 0.9), clusters_of="pipelines", with_mean=True),
    n_of="runs",
    version=1,
    references=(_DORA,),
    caveats=("Failing early shortens it.", "Short and long pipelines are put together."),
    remedy=_REMEDY,
    unknown_because="have no instant of start or end",
    requires=("pipeline_run",),
    of_artefacts=True,
    source="CI",
)

FAILED_TESTS_RATIO = Metric(
    name="failed_tests_ratio",
    question="Which share of tests that are run fails?",
    definition="Tests failed over tests run, summed over runs that report them.",
    unit=RATIO,
    kind="quality",
    better="lower",
    needs=_NEEDS,
    rows=_tests,
    summary=RatioOfSums(clusters_of="pipelines"),
    n_of="runs",
    version=1,
    references=(_DORA,),
    caveats=("Adding tests that pass lowers it.", "A test that fails is doing its work."),
    remedy="Let pipelines report their tests (JUnit).",
    unknown_because="report no tests",
    requires=("pipeline_run.tests_run",),
    of_artefacts=True,
    source="CI",
)
