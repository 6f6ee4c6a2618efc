"""`trueup measure`: one metric, at any grain."""

from __future__ import annotations

from typing import Annotated

import typer

from trueup.cli.dates import read_window
from trueup.cli.findings import beside_as_json, beside_in_words, describe, in_words
from trueup.cli.options import Every, Json, Place, Since, Until
from trueup.cli.terminal import columns, say, say_json

EXAMPLES = "Example: trueup measure line_survival_ratio --by origin --every quarter"


def run(
    metric: Annotated[
        str | None,
        typer.Argument(
            metavar="METRIC", help="Name of the metric.", show_default="list all of them"
        ),
    ] = None,
    *,
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DIMENSION",
            help="Split by repository, origin, tool, model, actor_kind or file_kind; repeatable.",
        ),
    ] = None,
    every: Annotated[
        Every | None, typer.Option(help="Repeat for each of these.", show_default="whole window")
    ] = None,
    since: Since = None,
    until: Until = None,
    published: Annotated[
        bool, typer.Option("--published", help="Every row of the published report, beside it.")
    ] = False,
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Measure one metric on what the workspace holds.

    A split by origin, tool, model or actor kind needs enough authors in each part, else that
    part is not shown; a split by person does not exist. With --published all rows of the
    published report are computed as that report computes them, without METRIC.
    """
    from trueup.measure.catalogue import all_metrics
    from trueup.workspace import Workspace

    if published:
        found = Workspace.open(workspace).beside_published()
        if as_json:
            say_json(beside_as_json(found))
        else:
            say(beside_in_words(found))
        return

    if metric is None:
        questions = {name: known.question for name, known in all_metrics().items()}
        if as_json:
            say_json({"metrics": questions})
        else:
            say(columns(questions))
        return

    space = Workspace.open(workspace)
    window = read_window(since, until, space.settings.workspace.timezone)
    findings = space.measure(metric, by=by or (), every=every, window=window)
    if as_json:
        say_json({"metric": metric, "findings": [describe(finding) for finding in findings]})
    else:
        say(in_words(findings))
