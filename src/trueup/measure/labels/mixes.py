"""How sessions with AI tools are gone about: shares of labels, put right, of groups large enough.

Nothing is said on the word of a labeller alone: its mistakes are counted on sessions that persons
read, shares are put right for them, and where it is wrong too often there is no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import ibis
import numpy as np
from numpy.typing import NDArray

from trueup.measure.labels.correcting import Corrected, certainty, corrected
from trueup.measure.labels.given import Gold, Labeller, Level, gold, labellers, levels
from trueup.measure.metric import Tables
from trueup.measure.practices.sessions import WINDOW_DAYS
from trueup.measure.windows import DAY
from trueup.model.cohort import FEWEST, About, Cohort, OfPersons, may_be_shown
from trueup.model.evidence import Abstention, Interval, Measurement, Window
from trueup.model.labelling import OF_TEXT, SCHEMES, Scheme
from trueup.units import RATIO

SHARE = "session_labels_ratio"
FEWEST_READ = 200
"""Sessions read by persons, of those a labeller labelled, below which its mistakes are unknown."""
FEWEST_OF_LABEL = 5
"""Of one label; with fewer nobody knows how often it is taken for another: in made-up worlds
intervals hold the truth in 93 to 98 % with 5 to 9, and of some labels in 83 % with 1 to 4."""
LEAST_CERTAIN = 1.3
"""Sensitivity plus specificity of each label; 1 is as good as drawing lots."""
MOST_UNDECIDED = 0.10
"""Sessions raters are at odds about, of all they read: without them only the easy ones count."""
_SEED = 20260202
_READ_MORE = "Have more sessions read: trueup label --sample 50 --scheme {}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Shares of the labels of a scheme, by one labeller; of the whole organisation.

    Parameters
    ----------
    level
        ``labels``, or the scheme's two ``groups``.
    labelled_by, rater
        What labelled, of `trueup.model.labelling.LABELLED_BY`, and its name.
    shares
        Of each, in the order of the scheme; together 1. Or why they cannot be told.
    """

    scheme: Scheme
    level: Literal["labels", "groups"]
    labelled_by: str
    rater: str
    shares: tuple[OfPersons, ...] | Abstention


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """What one labeller gave: shapes (persons, labels) and (persons, labels, labels)."""

    seen: NDArray[np.int64]
    read: NDArray[np.int64]
    sessions: int
    window: Window

    @property
    def persons(self) -> int:
        """Of whom there are labelled sessions in the window."""
        return int((self.seen.sum(1) > 0).sum())

    @property
    def labelled(self) -> int:
        """Sessions in the window with a label."""
        return int(self.seen.sum())

    @property
    def largest_ratio(self) -> float:
        """Share of these that the most active person has."""
        return float(self.seen.sum(1).max(initial=0) / max(self.labelled, 1))


def mixes(tables: Tables, *, window: Window | None = None) -> tuple[Mix, ...]:
    """Return the shares of labels by every labeller there is, in every scheme, at both levels.

    A rule on counts comes first, then a classifier on the machine of the transcripts, then a model
    at an address; none where no session is recorded.

    Parameters
    ----------
    window
        When sessions began; by default the last 90 days that records reach.
    """
    window = window or recent(tables)
    if window is None:
        return ()
    return tuple(
        Mix(
            scheme=scheme,
            level=level,
            labelled_by=labeller.labelled_by,
            rater=labeller.rater,
            shares=_shares(tables, labeller, levels(scheme)[level], window),
        )
        for scheme in SCHEMES.values()
        for labeller in labellers(tables, scheme)
        for level in _LEVELS
        if level == "groups" or labeller.labelled_by != "metadata"
    )


_LEVELS: tuple[Literal["groups", "labels"], ...] = ("groups", "labels")


def recent(tables: Tables) -> Window | None:
    """Return the last 90 days that sessions are recorded of; None without a session."""
    newest = tables["ai_session"].started_at.max().to_pyarrow().as_py()
    if newest is None:
        return None
    return Window(start_at=newest + 1 - WINDOW_DAYS * DAY, end_at=newest + 1)


def _shares(
    tables: Tables, labeller: Labeller, level: Level, window: Window
) -> tuple[OfPersons, ...] | Abstention:
    truth = gold(tables, labeller.scheme, level)
    if not truth.labels and not truth.undecided:
        return Abstention(
            metric=SHARE,
            reason="No session was read by persons, so mistakes of what labels are not known.",
            remedy=_READ_MORE.format(labeller.scheme.name),
            group=(("scheme", labeller.scheme.name),),
            window=window,
        )
    counted = _count(tables, labeller, level, truth, window)
    about: About = "text" if labeller.labelled_by in OF_TEXT else "behaviour"
    lacking = _lacking(labeller.scheme, level, truth, counted, about)
    if lacking is not None:
        return lacking
    found = corrected(counted.seen, counted.read, seed=_SEED)
    if found is None:
        return _abstention(labeller.scheme, counted, "There are too few persons.", "Wait for more.")
    cohort = Cohort(about=about, persons=counted.persons, largest_ratio=counted.largest_ratio)
    return tuple(
        OfPersons(measured=_measured(labeller, level, place, counted, found), cohort=cohort)
        for place in range(len(level.names))
    )


def _measured(
    labeller: Labeller, level: Level, place: int, counted: _Counted, found: Corrected
) -> Measurement:
    read = int(counted.read.sum())
    return Measurement(
        metric=SHARE,
        version=1,
        value=float(found.shares[place]),
        unit=RATIO,
        interval=Interval(
            low=float(found.low[place]),
            high=float(found.high[place]),
            method="bootstrap over persons, put right for mistakes of what labelled",
        ),
        n=counted.labelled,
        n_of="sessions",
        clusters=counted.persons,
        window=counted.window,
        coverage=counted.labelled / max(counted.sessions, 1),
        source=f"{labeller.rater}, held against {read:,} sessions read by persons",
        group=(("label", level.names[place]), ("scheme", labeller.scheme.name)),
    )


def _lacking(
    scheme: Scheme, level: Level, truth: Gold, counted: _Counted, about: About
) -> Abstention | None:
    """Return why nothing can be said; None where something can."""
    read = counted.read.sum(0)
    n, each = int(read.sum()), read.sum(1)
    more = _READ_MORE.format(scheme.name)
    decided = len(truth.labels) + truth.undecided
    if n < FEWEST_READ:
        reason = (
            f"Its mistakes are not known: {n} of the sessions it labelled were read by persons, "
            f"{FEWEST_READ} are needed."
        )
        return _abstention(scheme, counted, reason, more)
    if truth.undecided > MOST_UNDECIDED * decided:
        reason = f"Raters are at odds about {truth.undecided} of {decided} sessions."
        third = "Have a third person read those, in a sheet as rater 3."
        return _abstention(scheme, counted, reason, third)
    if not may_be_shown(about, counted.persons, counted.largest_ratio):
        reason = "The sessions are of too few persons, or one of them has most."
        wait = f"It takes {FEWEST[about]} persons, none with over 40 % of the sessions."
        return _abstention(scheme, counted, reason, wait)
    if each.min() < FEWEST_OF_LABEL:
        rarest = level.names[int(each.argmin())]
        reason = f"Of {n} sessions that persons read {each.min()} are {rarest}: too few to know."
        return _abstention(scheme, counted, reason, more)
    sure = certainty(read)
    if sure.min() < LEAST_CERTAIN:
        worst = level.names[int(sure.argmin())]
        reason = (
            f"What labelled is wrong too often: sensitivity and specificity of {worst} add up to "
            f"{sure.min():.2f}, where {LEAST_CERTAIN} is needed and drawing lots has 1."
        )
        return _abstention(scheme, counted, reason, "Try another labeller, or the two groups.")
    return None


def _abstention(scheme: Scheme, counted: _Counted, reason: str, remedy: str) -> Abstention:
    return Abstention(
        metric=SHARE,
        reason=reason,
        remedy=remedy,
        group=(("scheme", scheme.name),),
        n=counted.labelled,
        n_of="sessions",
        window=counted.window,
    )


def _count(
    tables: Tables, labeller: Labeller, level: Level, truth: Gold, window: Window
) -> _Counted:
    session = tables["ai_session"]
    session = session.filter(session.parent_session_id.isnull() & session.person_id.notnull())
    session = session.select(
        "started_at", own_id="session_id", person=session.person_id.cast("string")
    )
    within = session.filter(
        (session.started_at >= window.start_at) & (session.started_at < window.end_at)
    )
    seen = _by_person(within, labeller.rows)
    read = _pairs(session, labeller.rows, truth.labels)
    people = sorted({row["person"] for row in (*seen, *read)})
    person, name = ({one: at for at, one in enumerate(names)} for names in (people, level.names))
    counted = np.zeros((len(people), len(name)), dtype=np.int64)
    pairs = np.zeros((len(people), len(name), len(name)), dtype=np.int64)
    for row in seen:
        if row["label"] in level.of:
            counted[person[row["person"]], name[level.of[row["label"]]]] += row["n"]
    for row in read:
        if row["label"] in level.of:
            true = name[truth.labels[row["session_id"]]]
            pairs[person[row["person"]], true, name[level.of[row["label"]]]] += 1
    every = int(within.count().to_pyarrow().as_py())
    return _Counted(seen=counted, read=pairs, sessions=every, window=window)


def _by_person(session: ibis.Table, rows: ibis.Table) -> list[dict[str, Any]]:
    found = session.inner_join(rows, session.own_id == rows.session_id)
    each = found.group_by("person", "label").agg(n=found.count()).order_by("person", "label")
    listed: list[dict[str, Any]] = each.to_pyarrow().to_pylist()
    return listed


def _pairs(session: ibis.Table, rows: ibis.Table, truth: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the labelled sessions that persons read, with whose they are."""
    rows = rows.filter(rows.session_id.isin(sorted(truth)))
    found = session.inner_join(rows, session.own_id == rows.session_id)
    found = found.select("person", "session_id", "label").order_by("session_id")
    listed: list[dict[str, Any]] = found.to_pyarrow().to_pylist()
    return listed
