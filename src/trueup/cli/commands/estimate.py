"""`trueup estimate`: what did it cause, and when can nobody know.

A plan goes through the same verb, in three steps: ``--write-plan FILE`` drafts it, ``--register
FILE`` freezes it in the workspace, and without either the registered plan is the one answered.
Plans about a table of one's own are registered under the name of its file.
"""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.cli.answers import describe_assessment, describe_panel
from trueup.cli.asked import Asked, Plans, Rows
from trueup.cli.grouped import grouped
from trueup.cli.options import Format, Json, Place
from trueup.cli.progress import shown
from trueup.cli.terminal import say, say_json
from trueup.errors import ConfigError, TrueupError

if TYPE_CHECKING:
    from trueup.estimate.asking import Ask
    from trueup.estimate.assessment import Assessment
    from trueup.estimate.panel import Panel
    from trueup.estimate.verdict.plan import Plan
    from trueup.estimate.verdict.register import Registration

EXAMPLES = """Example: trueup estimate --panel f.csv --unit repo --time month --adopted event
--outcome lines_added

A plan first: trueup estimate --panel f.csv --unit repo --time month --adopted event
--outcome lead_time --scale log --better lower --write-plan plan.toml

Then frozen: trueup estimate --panel f.csv --unit repo --time month --adopted event
--register plan.toml

Then answered: trueup estimate --panel f.csv --unit repo --time month --adopted event --json
"""


@grouped
def run(
    rows: Rows,
    asked: Asked,
    plans: Plans,
    *,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Of resampling.")] = 20_260_101,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a report too: .html, .md or .json."),
    ] = None,
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Say what adoption did, with an interval, or "cannot tell".

    Units that adopt are compared with units that have not yet. Everything is decided before any
    difference is looked at: a plan is written, registered, and from then on the one answered.
    """
    from trueup.estimate.asking import estimate
    from trueup.workspace import plans_of

    _form(output)
    given, ask = plans.read(), asked.ask()
    _refuse_both(given, ask)
    if given is not None and plans.register is not None:
        _register(rows, given, plans.because, workspace, as_json=as_json)
        return
    if plans.write_plan is not None:
        _draft(rows, ask, plans.write_plan, workspace, as_json=as_json)
        return
    versions = plans_of(workspace).versions(rows.subject)
    panel, plan = _panel(rows, given or ask or _in_force(rows, versions), workspace)
    with shown() as progress:
        assessment = estimate(panel, plan, seed=seed, progress=progress, versions=versions)
    if output is not None:
        _report(assessment, output)
    if as_json:
        say_json({"assessment": describe_assessment(assessment), "panel": describe_panel(panel)})
        return
    say([*assessment.say(), *(f"Note: {remark.says}" for remark in assessment.remarks)])
    say(["", f"Report: {output}"] if output is not None else [])


def _refuse_both(given: Plan | None, ask: Ask | None) -> None:
    if given is not None and ask is not None:
        raise ConfigError(
            "A plan says what is asked, and so does --outcome.",
            hint="Leave --outcome out, or write a new plan with --write-plan.",
        )


def _in_force(rows: Rows, versions: Sequence[Registration]) -> Plan | None:
    """Return the registered plan, unless other units or periods of the workspace are asked for."""
    named = rows.panel is None and (rows.unit is not None or rows.grain is not None)
    return versions[-1].plan if versions and not named else None


def _panel(rows: Rows, question: Ask | Plan | None, workspace: Path | None) -> tuple[Panel, Plan]:
    from trueup.estimate.asking import Ask, plan_of
    from trueup.estimate.reading import read_panel
    from trueup.workspace import Workspace

    if rows.panel is None:
        space = Workspace.open(workspace)
        return space.panel(question, unit=rows.unit, grain=rows.span())
    if question is None:
        raise ConfigError(
            f"No column of {rows.panel} is named as the outcome.",
            hint="Name it with --outcome, or give a plan with --plan.",
        )
    panel = read_panel(rows.panel, rows.columns(question))
    if isinstance(question, Ask):
        question = plan_of(question, panel, unit=rows.unit or "unit", cluster=rows.cluster)
    return panel, question


def _draft(
    rows: Rows, ask: Ask | None, path: Path, workspace: Path | None, *, as_json: bool
) -> None:
    from trueup.estimate.asking import draft, seen_at_draft
    from trueup.estimate.verdict.plan import plan_hash, write_plan
    from trueup.workspace import Workspace

    if rows.panel is None:
        space = Workspace.open(workspace)
        plan = space.write_plan(path, ask, unit=rows.unit, grain=rows.span())
    else:
        panel, asked = _panel(rows, ask, workspace)
        plan = draft(asked, panel)
        write_plan(plan, path, notes=seen_at_draft(plan, panel))
    if as_json:
        say_json({"plan": str(path), "hash": plan_hash(plan), "registered_on": None})
        return
    say(
        [
            f"Draft {plan_hash(plan)} is written to {path}.",
            f"Edit it, then freeze it: trueup estimate --register {path} ...",
            "The day of registration becomes part of the hash.",
        ]
    )


def _register(
    rows: Rows, plan: Plan, because: str, workspace: Path | None, *, as_json: bool
) -> None:
    from trueup.workspace import Workspace

    space = Workspace.open(workspace)
    seen = _seen(rows, plan, workspace)
    kept = space.register(plan, because=because, subject=rows.subject)
    if as_json:
        answer = {"plan": str(kept.path), "hash": kept.plan_hash, "version": kept.version}
        say_json({**answer, "registered_on": kept.registered_on.isoformat(), "seen": seen})
        return
    which = f"version {kept.version} of the plan for {_called(rows)}"
    say(
        [
            f"Registered {kept.registered_on}, hash {kept.plan_hash}: {which}.",
            seen,
            f"Kept in {kept.path}. Tell the hash to those who will act on the answer.",
        ]
    )


def _called(rows: Rows) -> str:
    return rows.subject if rows.panel else "this workspace"


def _seen(rows: Rows, plan: Plan, workspace: Path | None) -> str:
    """Try the plan on the rows there are, and say how much of the answer they already hold."""
    try:
        panel, _ = _panel(rows, plan, workspace)
    except TrueupError as error:
        if rows.panel is not None and rows.panel.exists():
            raise
        return f"It cannot be tried on rows yet: {error.fact}"
    rows_after = int(panel.treated.sum())
    return f"Rows after adoption that can be seen already: {rows_after:,} of {panel.n_rows:,} rows."


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
