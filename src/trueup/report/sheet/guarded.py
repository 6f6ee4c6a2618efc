"""How long it is kept, who can tell who is who, and how small a group may be."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from trueup.collect.sources.events.files.surveys import settle
from trueup.config import Settings
from trueup.measure.frames.grouping import roll_up
from trueup.measure.metric import FEWEST_USERS
from trueup.measure.plan import measure
from trueup.model.cohort import FEWEST, LARGEST_RATIO, Cohort
from trueup.report.sheet.page import Grid, Part
from trueup.store.identity import identities_kept
from trueup.store.raw.sizes import ArchiveSize

_ABOUT = {
    "behaviour": "what persons do in sessions",
    "survey": "what persons answer in surveys",
    "pay": "pay",
    "text": "anything read from conversations",
}


def kept(settings: Settings, archives: Sequence[ArchiveSize]) -> Part:
    """Return how long raw records and rows are kept."""
    days = settings.raw.retention_days
    return Part(
        heading="How long it is kept",
        lines=(
            f"Raw records are dropped {days} days after they were last seen at their source."
            if days
            else "Raw records are kept for ever: no number of days is set under raw in "
            "trueup.toml.",
            (
                "Rows in tables stay until their thing is gone at the source, or the workspace is "
                "deleted."
            ),
        ),
        grids=(
            Grid(
                columns=("Source", "Of", "Records", "Past their time", "Oldest last seen"),
                rows=tuple(
                    (
                        one.source,
                        one.target or one.target_id,
                        f"{one.records:,}",
                        f"{one.dropped:,}",
                        day_of(one.oldest_at),
                    )
                    for one in archives
                ),
            ),
        )
        if archives
        else (),
        rests_on="trueup.toml and the archives below raw/",
    )


def known_by(folder: Path) -> Part:
    """Return who can tell who is behind a pseudonym."""
    count = identities_kept(folder)
    rows = [
        (name, mode, who)
        for name, path in (("the workspace", folder), ("identity.db", folder / "identity.db"))
        if (mode := _mode(path)) and (who := _who(path))
    ]
    raw = folder / "raw"
    if raw.exists():
        rows.append(("raw/, with logins as sources give them", _mode(raw), _who(raw)))
    held = (
        "There is no identity.db: nobody can be told from a pseudonym with what is here."
        if count is None
        else f"identity.db holds {count:,} names, addresses or logins, and the key that makes "
        "pseudonyms. Whoever may read it can tell who is behind each of them."
    )
    return Part(
        heading="Who can tell who is who",
        lines=(
            held,
            (
                "That is whoever runs trueup, and whoever administers that machine. Who only reads "
                "reports needs neither file."
            ),
            "Who knows a team and a week well may guess, with no file at all.",
        ),
        grids=(Grid(columns=("Where", "Access", "Who may read it"), rows=tuple(rows)),),
        rests_on="the files of this workspace and their rights, as they are now",
    )


def limits(settings: Settings) -> Part:
    """Return the smallest groups, and where they are enforced."""
    sessions = max(settings.privacy.session_k, FEWEST_USERS)
    in_measure, in_type = _place(roll_up), _place(Cohort)
    fewest = [
        ("delivery, split by who worked", settings.privacy.delivery_k, in_measure),
        ("what AI tools record, split in any way", sessions, in_measure),
        *((_ABOUT.get(about, about), k, in_type) for about, k in FEWEST.items()),
        ("answers that are written down with their group", FEWEST["survey"], _place(settle)),
    ]
    return Part(
        heading="How small a group may be",
        lines=(
            (
                "A smaller group is put together with others, or nothing is shown; and so is a "
                "second one where the first could be worked out by subtraction."
            ),
            (
                f"Of what persons do, answer or earn nobody may have more than "
                f"{100 * LARGEST_RATIO:.0f} % of what a number is made of."
            ),
            "The number of persons can be raised in trueup.toml and not lowered.",
            (
                "This is no proof of anonymity: it keeps numbers from pointing at one person, and "
                "does not keep somebody who knows much already from learning a little more."
            ),
        ),
        grids=(
            Grid(
                columns=("Numbers about", "Fewest persons", "Enforced in"),
                rows=tuple((about, str(k), where) for about, k, where in fewest),
            ),
        ),
        rests_on=f"the settings, {_place(measure)} and {in_type}",
    )


def day_of(at: int | None) -> str:
    """Return a day in UTC; a dash where there is none."""
    if at is None:
        return "\u2013"
    return datetime.fromtimestamp(at / 1e6, UTC).date().isoformat()


def _place(thing: object) -> str:
    """Name what enforces a rule by where it stands in the program."""
    return f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', '')}"


def _mode(path: Path) -> str:
    return stat.filemode(path.stat().st_mode) if path.exists() else ""


def _who(path: Path) -> str:
    if not path.exists():
        return ""
    mode = path.stat().st_mode
    if mode & stat.S_IROTH:
        return "everybody on the machine"
    return "its owner and a group" if mode & stat.S_IRGRP else "its owner alone"
