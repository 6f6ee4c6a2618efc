"""The desk where sessions get labels: what there is, sheets for persons, labellers on request."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from trueup.collect.connector import Connector, Progress, Silent
from trueup.config import Connection, Settings
from trueup.errors import ConfigError
from trueup.measure.labels.given import agreements
from trueup.measure.labels.mixes import FEWEST_READ, Mix, mixes, recent
from trueup.measure.labels.sampling import draw, labelled_already, read_already, to_label
from trueup.model.evidence import Abstention, Finding, Window
from trueup.model.labelling import SCHEMES, Scheme
from trueup.store.warehouse import Warehouse

if TYPE_CHECKING:
    from trueup.collect.labelling.prompts import Transcripts
    from trueup.measure.labels.learning.learned import Learned
    from trueup.store.reading import Tables

By = Literal["local", "endpoint"]
CollectOne = Callable[[Progress, Connector, str, str], None]
RATERS = ("rater 1", "rater 2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of how sessions are gone about.

    Parameters
    ----------
    window
        Of the sessions; None where none is recorded.
    read
        Sessions that persons gave a label, by scheme.
    agreements
        How far each two raters agree, by scheme.
    """

    window: Window | None
    read: Mapping[str, int]
    agreements: Mapping[str, tuple[Finding, ...]]
    mixes: tuple[Mix, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """Sheets that were written.

    Parameters
    ----------
    sessions
        How many are on each.
    elsewhere
        Sessions that could not be drawn, for their transcripts are not on this machine.
    """

    files: tuple[Path, ...]
    sessions: int
    elsewhere: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a labeller would do, before it does.

    Parameters
    ----------
    rater
        Its name, as its labels will have it.
    place
        Where prompts would be read: a host, or this machine.
    sessions
        Ids of those it would label.
    done
        How many it labelled before.
    elsewhere
        How many have no transcript on this machine.
    """

    by: By
    scheme: Scheme
    rater: str
    place: str
    sessions: tuple[str, ...]
    done: int
    elsewhere: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a labeller did.

    Parameters
    ----------
    unlabelled
        Sessions without a readable prompt, or for which no single label came back.
    """

    labelled: int
    unlabelled: int


class Labelling:
    """Labels of the sessions of a workspace.

    Parameters
    ----------
    collect_one
        Lands what a connector reads of one target.
    """

    def __init__(
        self, folder: Path, settings: Settings, warehouse: Warehouse, collect_one: CollectOne
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._warehouse = warehouse
        self._collect_one = collect_one

    def standing(self) -> Standing:
        """Return shares of labels, how far raters agree, and what is missing."""
        with self._warehouse.tables() as tables:
            window = recent(tables)
            schemes = SCHEMES.values() if window is not None else ()
            return Standing(
                window=window,
                read={scheme.name: len(read_already(tables, scheme)) for scheme in schemes},
                agreements={
                    scheme.name: agreements(tables, scheme, window)
                    for scheme in schemes
                    if window is not None
                },
                mixes=mixes(tables, window=window),
            )

    def sample(self, scheme: Scheme, size: int, folder: Path) -> Sampled:
        """Write a sheet for each of two raters: the same sessions, none that persons read before.

        Raises
        ------
        ConfigError
            There is a sheet already, or no session to read.
        CollectError
            A sheet cannot be written.
        """
        from trueup.collect.labelling.sheets import write_sheet

        here = self._transcripts()
        with self._warehouse.tables() as tables:
            every, elsewhere = to_label(tables, here.sessions)
            known = read_already(tables, scheme)
        there = [one for one in every if one.session_id not in known]
        if not there:
            raise ConfigError(
                "No session that nobody has read yet has its transcript on this machine.",
                hint="Collect first, on the machine where Claude Code or Codex keeps its logs. "
                "Sessions of nobody known are left out: the option person says whose they are.",
            )
        drawn = draw(there, size, seed=len(known))
        rows = [
            (one.session_id, one.tool, one.month, str(here.place(one.session_id))) for one in drawn
        ]
        files = tuple(
            folder / f"labels-{scheme.name}-{len(known)}-{rater.replace(' ', '-')}.csv"
            for rater in RATERS
        )
        for file, rater in zip(files, RATERS, strict=True):
            write_sheet(file, scheme.name, rater, rows)
        return Sampled(files=files, sessions=len(drawn), elsewhere=elsewhere)

    def take(self, files: Sequence[Path], progress: Progress | None = None) -> tuple[str, ...]:
        """Land labels of files: sheets that were filled in, or what another labeller wrote.

        Returns
        -------
        tuple of str
            What of them could not be used, and why.

        Raises
        ------
        CollectError, ConfigError
            None could be read.
        """
        from trueup.collect.running.connector import Manner
        from trueup.collect.running.round import Round
        from trueup.store.raw.archive import Archives

        done = Round(progress or Silent())
        connection = Connection(source="events", name="labels", targets=tuple(map(str, files)))
        done.run(
            [connection],
            partial(Archives, self._folder),
            Manner(),
            partial(self._collect_one, done.progress),
        )
        with self._warehouse.tables() as tables:
            rows = tables.arrow("coverage", ["repository_id", "subject", "skipped", "reason"])
        landed = {target_id for _, target_id in done.read}
        said = [
            f"{row['subject']}: {row['reason']}"
            for row in rows.to_pylist()
            if row["repository_id"] in landed
            and row["skipped"]
            and not row["subject"].startswith("columns of")  # a sheet has some of its own
        ]
        return (*said, *(f"{place}: {error.fact}" for place, error in done.failed))

    def plan(self, by: By, scheme: Scheme) -> Planned:
        """Return what a labeller would do; nothing is read or sent.

        Raises
        ------
        ConfigError
            The settings do not allow it.
        """
        rater, place = self._who(by)
        here = self._transcripts()
        with self._warehouse.tables() as tables:
            there, elsewhere = to_label(tables, here.sessions)
            done = labelled_already(tables, scheme, rater) if by == "endpoint" else frozenset()
        return Planned(
            by=by,
            scheme=scheme,
            rater=rater,
            place=place,
            sessions=tuple(one.session_id for one in there if one.session_id not in done),
            done=len(done),
            elsewhere=elsewhere,
        )

    def run(self, planned: Planned, progress: Progress | None = None) -> Ran | Abstention:
        """Label, as planned, and land the labels; what was labelled before a fault is kept.

        Raises
        ------
        CollectError
            The address refuses, or gives no answer again and again.
        """
        watching = progress or Silent()
        watching.stage(f"labelling {len(planned.sessions):,} sessions", len(planned.sessions))
        found: dict[str, str] = {}
        try:
            if planned.by == "endpoint":
                self._ask(planned, found, watching)
            else:
                lacking = self._learn(planned, found, watching)
                if lacking is not None:
                    return lacking
        finally:
            self._land(planned, found, watching)
        return Ran(labelled=len(found), unlabelled=len(planned.sessions) - len(found))

    def _who(self, by: By) -> tuple[str, str]:
        """Return the name of a labeller and where it works; raise where it may not."""
        from trueup.collect.labelling.endpoint import Endpoint
        from trueup.measure.labels.learning.learned import RATER

        if by == "endpoint":
            with Endpoint(self._settings.labels, Silent()) as endpoint:
                return endpoint.rater, endpoint.host
        if not self._settings.labels.local:
            raise ConfigError(
                "Prompts are not read: nobody has allowed it.",
                hint="Write local = true under [labels] in trueup.toml, and tell whose they are.",
            )
        return RATER, "this machine"

    def _ask(self, planned: Planned, found: dict[str, str], progress: Progress) -> None:
        from trueup.collect.labelling.endpoint import Endpoint

        with Endpoint(self._settings.labels, progress) as endpoint:
            for session, prompts in self._transcripts().prompts(planned.sessions):
                label = endpoint.label(planned.scheme, prompts)
                if label is not None:
                    found[session] = label
                progress.advance(1)

    def _learn(
        self, planned: Planned, found: dict[str, str], progress: Progress
    ) -> Abstention | None:
        from trueup.measure.labels.sampling import counts

        here = self._transcripts()
        with self._warehouse.tables() as tables:
            learned = _learned(tables, planned.scheme, here)
            if isinstance(learned, Abstention):
                return learned
            acts = counts(tables, planned.sessions)
        for session, prompts in here.prompts(planned.sessions):
            held_out = learned.held_out.get(session)
            found[session] = held_out or learned.label(prompts, acts[session])
            progress.advance(1)
        return None

    def _land(self, planned: Planned, found: Mapping[str, str], progress: Progress) -> None:
        from trueup.collect.labelling.sheets import write_labels

        if not found:
            return
        file = self._folder / "labels" / f"labels-{planned.scheme.name}-{planned.by}.csv"
        by, at = (planned.by, planned.rater), time.time_ns() // 1000
        write_labels(file, found, scheme=planned.scheme.name, by=by, at=at)
        self.take([file], progress)

    def _transcripts(self) -> Transcripts:
        from trueup.collect.labelling.prompts import Transcripts

        return Transcripts(self._settings)


def _learned(tables: Tables, scheme: Scheme, here: Transcripts) -> Learned | Abstention:
    """Return a classifier taught with what persons read, or why there is none."""
    from trueup.measure.labels.given import gold, levels
    from trueup.measure.labels.learning.features import features
    from trueup.measure.labels.learning.learned import learn
    from trueup.measure.labels.sampling import counts

    truth = gold(tables, scheme, levels(scheme)["labels"]).labels
    acts = counts(tables, truth)
    known = {session: features(prompts, acts[session]) for session, prompts in here.prompts(truth)}
    if len(known) < FEWEST_READ:
        return Abstention(
            metric="session_labels_ratio",
            reason=f"{len(known)} sessions that persons agree on have their transcript on this "
            f"machine; {FEWEST_READ} are needed to learn from.",
            remedy=f"Have more read: trueup label --sample 50 --scheme {scheme.name}.",
            group=(("scheme", scheme.name),),
            n=len(known),
            n_of="sessions",
        )
    return learn(known, truth)
