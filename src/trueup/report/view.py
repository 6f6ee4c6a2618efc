"""What every section is composed from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from trueup.diagnose.examining import Diagnosed
from trueup.estimate.asking.spending import Spending
from trueup.estimate.assessment import Assessment
from trueup.estimate.experiments.answering.answer import ExperimentAnswer
from trueup.estimate.experiments.plan import ExperimentPlan
from trueup.estimate.offloading.unaided import Unaided
from trueup.estimate.practices.asking import AfterPractice
from trueup.estimate.practices.classes import Visible
from trueup.measure.comparing.beside import BesidePublished
from trueup.measure.labels.mixes import Mix
from trueup.measure.practices.practice import Practices
from trueup.measure.production.linkage import Linkage
from trueup.measure.repository import MOST_APART
from trueup.measure.surveys.results import SurveyResult
from trueup.model.evidence import Abstention
from trueup.report.document import Definition
from trueup.report.findings import Evidence, Findings
from trueup.report.sentence import Name
from trueup.simulate.incentives.findings import Incentives

Experiment = tuple[ExperimentPlan, ExperimentAnswer | Abstention]
"""What was planned, and how it was answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A repository the report speaks of.

    Parameters
    ----------
    repository_id
        As in the ``repository`` member of groups.
    name
        As a reader calls it.
    head
        Commit its history was read from; empty where it has none.
    """

    repository_id: str
    name: str
    head: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """One row of the coverage table, as collected."""

    repository_id: str
    subject: str
    expected: int | None
    seen: int
    skipped: int
    reason: str = ""
    remedy: str = ""

    @property
    def is_hole(self) -> bool:
        """Whether something is missing, counted or, as beyond the edge of a clone, not."""
        uncounted = self.expected is None and not self.seen and bool(self.remedy)
        return bool(self.skipped) or (self.expected or 0) > self.seen or uncounted


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """When, with what and on which rows the report was made.

    Parameters
    ----------
    unweighed
        Which plan is registered, and why it could not be answered; empty where none is.
    """

    tool_version: str
    digest: str
    ran_at: int
    command: str
    unweighed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What is recorded besides git.

    Parameters
    ----------
    rows
        How many rows each canonical table holds, by its name; a table without rows may be left
        out.
    lacking
        Why some questions about the whole delivery record were not asked: what they lack.
    beside
        Published figures beside one's own; None where git is all there is.
    linkage
        How much of what belongs together is tied together.
    spending
        What AI tools cost; None where no use of any is recorded.
    practices
        How AI tools are put to work, by repository and by team.
    surveys
        What people say.
    levels
        Whether three levels of practice are in the data; None where that was not asked.
    after_practice
        What came after practice, and how unequal output is.
    diagnosed
        What the doctor found, did not find, and could not tell.
    experiments
        What experiments said.
    incentives
        Who gains from the gain; None without a file of pay or a gain that was measured.
    unaided
        What days show on which AI tools failed; None where no session is recorded.
    mixes
        What sessions are called, by whatever labelled them.
    """

    rows: Mapping[str, int] = field(default_factory=dict)
    lacking: tuple[Abstention, ...] = ()
    beside: BesidePublished | None = None
    linkage: tuple[Linkage, ...] = ()
    spending: Spending | None = None
    practices: Practices = field(default_factory=Practices)
    surveys: tuple[SurveyResult, ...] = ()
    levels: Visible | Abstention | None = None
    after_practice: AfterPractice = field(default_factory=AfterPractice)
    diagnosed: Diagnosed = field(default_factory=Diagnosed)
    experiments: tuple[Experiment, ...] = ()
    incentives: Incentives | Abstention | None = None
    unaided: tuple[Unaided, ...] | Abstention | None = None
    mixes: tuple[Mix, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All a section may read.

    Parameters
    ----------
    records
        What is recorded besides git.
    assessment
        What the balance said; None where no plan was weighed.
    truth
        The truth put into a made-up organisation, by outcome.
    """

    findings: Findings
    repositories: tuple[Subject, ...]
    coverage: Sequence[CoverageRow]
    run: Run
    definitions: Sequence[Definition]
    records: Records = field(default_factory=Records)
    assessment: Assessment | None = None
    truth: Mapping[str, float] | None = None

    def holds(self, *tables: str) -> bool:
        """Whether any of these canonical tables has rows."""
        return any(self.records.rows.get(table) for table in tables)

    @property
    def is_table_alone(self) -> bool:
        """Whether all there is is a reader's own table: nothing was collected."""
        return self.assessment is not None and not self.repositories and not self.findings

    @property
    def together(self) -> Evidence:
        """What is known of everything together: of the one repository, if there is only one."""
        only = self.repositories[0].repository_id if len(self.repositories) == 1 else None
        whole = Evidence(self.findings)
        if only is None or any(whole.of(metric) for metric in self.findings):
            return whole
        return Evidence(self.findings, only)

    @property
    def several(self) -> bool:
        """Whether more than one repository was read."""
        return len(self.repositories) > 1

    @property
    def apart(self) -> bool:
        """Whether several repositories were read, and few enough to be looked at one by one."""
        return 1 < len(self.repositories) <= MOST_APART

    @property
    def subject(self) -> Name:
        """What the report is about, in a few words."""
        names = [each.name for each in self.repositories]
        if not names and self.assessment is not None:
            return Name(self.assessment.plan)
        if self.several and not self.apart:
            return Name(f"{len(names):,} repositories")
        if len(names) <= 2:
            return Name(" and ".join(names) or "no repository")
        return Name(f"{names[0]}, {names[1]} and {len(names) - 2} more")

    def each(self) -> Iterator[tuple[Name, Evidence]]:
        """Yield every repository's name with what is known of it; of many, all as one."""
        if self.several and not self.apart:
            yield self.subject, self.together
            return
        for subject in self.repositories:
            scope = (
                self.together
                if not self.several
                else Evidence(self.findings, subject.repository_id)
            )
            yield Name(subject.name), scope
