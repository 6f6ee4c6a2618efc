"""`trueup estimate`: what did it cause, and when can nobody know."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.cli.answers import describe_assessment, describe_panel
from trueup.cli.asked import Asked, Rows
from trueup.cli.grouped import grouped
from trueup.cli.options import Format, Json, Place
from trueup.cli.progress import shown
from trueup.cli.terminal import say, say_json
from trueup.errors import ConfigError

if TYPE_CHECKING:
    from trueup.estimate.asking import Ask
    from trueup.estimate.assessment import Assessment
    from trueup.estimate.panel import Panel
    from trueup.estimate.verdict.plan import Plan

EXAMPLES = """Example: trueup estimate --panel f.csv --unit repo --time month --adopted event
--outcome lines_added

Another: trueup estimate --panel f.csv --unit repo --time month --adopted event --outcome lead_time
--scale log --better lower --json
"""


@grouped
def run(
    rows: Rows,
    asked: Asked,
    *,
    plan: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A registered plan: what is asked, frozen beforehand."),
    ] = None,
    write_plan: Annotated[
        bool, typer.Option("--write-plan", help="Write that plan from what is asked, and stop.")
    ] = False,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Of resampling.")] = 20_260_101,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a report too: .html, .md or .json."),
    ] = None,
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Say what adoption did, with an interval, or that nobody can know.

    Units that adopt are compared with units that have not yet. Everything is decided before any
    difference is looked at: the answer names its plan.
    """
    from trueup.estimate.asking import estimate

    _form(output)
    question = _question(rows, asked, plan, is_new=write_plan)
    panel, registered = _panel(rows, question, workspace)
    if write_plan:
        say(_written(registered, plan))
        return
    with shown() as progress:
        assessment = estimate(panel, registered, seed=seed, progress=progress)
    if output is not None:
        _report(assessment, output)
    if as_json:
        say_json({"assessment": describe_assessment(assessment), "panel": describe_panel(panel)})
        return
    say([*assessment.say(), *(f"Note: {remark.says}" for remark in assessment.remarks)])
    say(["", f"Report: {output}"] if output is not None else [])


def _question(rows: Rows, asked: Asked, plan: Path | None, *, is_new: bool) -> Ask | Plan | None:
    """Return what is asked: a registered plan, or what was typed; None for the usual plan."""
    from trueup.estimate.verdict.plan import read_plan

    ask = asked.ask()
    if is_new and plan is None:
        raise ConfigError("--write-plan has no file to write.", hint="Name it with --plan FILE.")
    if plan is not None and not is_new:
        if ask is not None:
            raise ConfigError(
                f"The plan {plan} says what is asked, and so does --outcome.",
                hint="Leave --outcome out, or write a new plan.",
            )
        return read_plan(plan)
    if ask is None and rows.panel is not None:
        raise ConfigError(
            f"No column of {rows.panel} is named as the outcome.",
            hint="Name it with --outcome, or give a plan with --plan.",
        )
    return ask


def _panel(rows: Rows, question: Ask | Plan | None, workspace: Path | None) -> tuple[Panel, Plan]:
    from trueup.estimate.asking import Ask, plan_of
    from trueup.estimate.reading import read_panel
    from trueup.workspace import Workspace

    if rows.panel is None or question is None:
        space = Workspace.open(workspace)
        return space.panel(question, unit=rows.unit, grain=rows.span())
    panel = read_panel(rows.panel, rows.columns(question))
    if isinstance(question, Ask):
        question = plan_of(question, panel, unit=rows.unit or "unit", cluster=rows.cluster)
    return panel, question


def _written(plan: Plan, path: Path | None) -> list[str]:
    from trueup.estimate.verdict.plan import plan_hash, write_plan

    assert path is not None
    write_plan(plan, path)
    return [
        f"Plan {plan_hash(plan)} is written to {path}.",
        f"Edit it, keep it where others see it, then: trueup estimate --plan {path} ...",
    ]


def _form(output: Path | None) -> Format:
    """Return how a report of that name is written; refuse a name that does not say."""
    if output is None or output.suffix in {".html", ".htm"}:
        return "html"
    if output.suffix == ".md":
        return "md"
    if output.suffix == ".json":
        return "json"
    raise ConfigError(
        f"The name {output} does not say how to write the report.",
        hint="End it in .html, .md or .json.",
    )


def _report(assessment: Assessment, output: Path) -> None:
    from trueup.report.edition import edit_assessment, write

    command = shlex.join(["trueup", *sys.argv[1:]])
    report = edit_assessment(assessment, command=command, ran_at=time.time_ns() // 1000)
    write(report, _form(output), output)
