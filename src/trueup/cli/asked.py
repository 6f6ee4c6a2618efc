"""The options of `trueup estimate`: where the rows are, what is asked, and by which plan."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from trueup.errors import ConfigError

if TYPE_CHECKING:
    from trueup.estimate.asking import Ask
    from trueup.estimate.reading import PanelColumns
    from trueup.estimate.verdict.plan import Plan

Grain = Literal["day", "week", "month", "quarter", "year", "period"]
Scale = Literal["level", "log", "count"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Where the rows are, and which column is what."""

    panel: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="CSV, TSV, Parquet or Arrow file: a row for each unit and period.",
            show_default="teams, else repositories, by month, from the workspace",
        ),
    ] = None
    unit: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Who is seen: a team, a repository.",
            show_default="unit; in the workspace, team, else repository",
        ),
    ] = None
    time: Annotated[
        str,
        typer.Option(
            metavar="COLUMN",
            help="When: dates, weeks (2025-W05), months (2025-01), years, numbers.",
        ),
    ] = "time"
    adopted: Annotated[
        str,
        typer.Option(
            metavar="COLUMN",
            help="First treated period (empty: never), or 0 before and 1 since, or periods since.",
        ),
    ] = "adopted"
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="What shares shocks: a company.", show_default="each unit"
        ),
    ] = None
    grain: Annotated[
        Grain | None,
        typer.Option(
            help="What a period is.", show_default="as the times say; in the workspace, month"
        ),
    ] = None

    @property
    def subject(self) -> str:
        """What a plan is registered for: the file, or the workspace's own records."""
        return self.panel.name if self.panel else "workspace"

    def span(self) -> Literal["week", "month"] | None:
        """Return how long a period of the workspace is; None where nothing is said."""
        if self.grain is None:
            return None
        return "week" if self.grain == "week" else "month"

    def columns(self, asked: Ask | Plan) -> PanelColumns:
        """Return which column of the file is what."""
        from trueup.estimate.asking import Ask, columns_of

        who = self.unit or "unit"
        if isinstance(asked, Ask):
            return asked.columns(
                who, self.time, self.adopted, cluster=self.cluster, grain=self.grain
            )
        return columns_of(asked, who, self.time, self.adopted, cluster=self.cluster)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """Which plan is answered, written or frozen; at most one of the three files."""

    plan: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Answer this plan, and say whether it is the registered one.",
            show_default="the registered one, if any",
        ),
    ] = None
    write_plan: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the plan of what is asked as TOML, and stop."),
    ] = None
    register: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Freeze this plan in the workspace, print its hash, and stop."
        ),
    ] = None
    because: Annotated[
        str,
        typer.Option(metavar="WORDS", help="With --register: why it replaces the one in force."),
    ] = ""

    def __post_init__(self) -> None:
        files = {"--plan": self.plan, "--write-plan": self.write_plan, "--register": self.register}
        named = [option for option, file in files.items() if file is not None]
        if len(named) > 1:
            raise ConfigError(
                f"{' and '.join(named)} cannot be done at once.",
                hint="Write a plan, then register it, then answer it.",
            )
        if self.because and self.register is None:
            raise ConfigError(
                "--because says why a plan is replaced, and none is registered here.",
                hint="Name the new plan with --register FILE.",
            )

    def read(self) -> Plan | None:
        """Return the plan that is answered or frozen; None where no file is named."""
        from trueup.estimate.verdict.plan import read_plan

        file = self.plan or self.register
        return read_plan(file) if file else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked, unless a plan says it."""

    outcome: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="What may have changed.")
    ] = None
    scale: Annotated[
        Scale | None,
        typer.Option(
            help="As a difference, or as a proportion of a positive or of a counted outcome.",
            show_default="count for whole numbers, else level",
        ),
    ] = None
    better: Annotated[Literal["higher", "lower"], typer.Option(help="Which direction is good.")] = (
        "higher"
    )
    smallest: Annotated[
        float | None,
        typer.Option(
            metavar="NUMBER",
            help="Smallest change that matters: 0.05 is five per cent.",
            show_default="0.05; must be said for level",
        ),
    ] = None
    horizon: Annotated[
        int | None,
        typer.Option(
            metavar="PERIODS", help="Average over so many after adoption.", show_default="all seen"
        ),
    ] = None
    controls: Annotated[
        Literal["not_yet", "never"], typer.Option(help="Whom adopters are compared with.")
    ] = "not_yet"
    method: Annotated[str, typer.Option(metavar="NAME", help="Which recipe answers.")] = (
        "callaway_santanna"
    )
    covariate: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Makes units comparable; repeatable."),
    ] = None
    guardrail: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN[:lower]",
            help="Must not suffer; repeatable; lower is better with :lower.",
        ),
    ] = None
    moderator: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="May change the answer; repeatable."),
    ] = None
    dose: Annotated[
        str, typer.Option(metavar="COLUMN", help="Exposure, to look for a threshold in.")
    ] = ""

    def ask(self) -> Ask | None:
        """Return the question, None where no outcome is named."""
        from trueup.estimate.asking import Ask

        if self.outcome is None:
            return None
        return Ask(
            outcome=self.outcome,
            scale=self.scale,
            better=self.better,
            smallest=self.smallest,
            horizon=self.horizon,
            controls=self.controls,
            covariates=tuple(self.covariate or ()),
            guardrails=tuple(self.guardrail or ()),
            method=self.method,
            dose=self.dose,
            moderators=tuple(self.moderator or ()),
        )
