"""What is dropped before anything is written, and what the archive holds of what was not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from trueup.collect.catalogue import find_source, source_names
from trueup.errors import ConfigError
from trueup.report.sheet.page import Grid, Part
from trueup.store.raw.fields import MOST, ArchiveField

_LONG = 80
"""Characters: a longer text may be a sentence somebody wrote."""


def dropped(sources: Iterable[str], fields: Sequence[ArchiveField]) -> Part:
    """Return what each source drops, and which fields of its records are kept.

    Parameters
    ----------
    sources
        Those that brought rows, or are connected.
    """
    long = [one for one in fields if one.longest > _LONG]
    longest = max((one.longest for one in fields), default=0)
    return Part(
        heading="What is dropped before it is written",
        lines=(
            (
                "Words are dropped at the door, before the first write and not afterwards: what "
                "is never written cannot be asked for later."
            ),
            (
                "Where a server answers, words below the keys named here are read for what they "
                "refer to and not kept; the tests of each source put words there and look for them."
            ),
            "A source that reads files or git keeps the fields listed below and nothing else.",
            f"The archive holds {len(fields)} kinds of fields, seen in the newest {MOST} records "
            f"of each kind; the longest text among them has {longest} characters."
            if fields
            else "There is no archive of raw records in this workspace.",
            f"{len(long)} of these fields hold a text of more than {_LONG} characters: look at "
            "them first."
            if long
            else f"None of them holds a text of more than {_LONG} characters.",
        ),
        grids=(
            Grid(columns=("Source", "Dropped"), rows=tuple(_of_sources(sources))),
            *([_held(long, "Fields with long texts")] if long else []),
            _held(fields, "Every field the archive of raw records holds"),
        ),
        rests_on="the lists each source is written with and the archive below raw/",
    )


def _of_sources(sources: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in sorted(set(sources)):
        keys = words_dropped(name)
        if keys is None:
            yield name, "all but the columns above: nothing raw is kept of it"
        elif keys:
            yield name, f"words under {', '.join(sorted(keys))}"
        else:
            yield name, "all but its fields below"


def words_dropped(name: str) -> frozenset[str] | None:
    """Return the keys whose words a source drops; empty where it keeps named fields alone.

    None is said of what is no source behind an interface: git, and what linking works out.
    """
    if name not in source_names():
        return None
    try:
        source = find_source(name)
    except ConfigError:  # a package that is broken is named where it is connected
        return None
    own: frozenset[str] = getattr(source, "texts", frozenset())
    return source.server.texts | own if source.server is not None else own


def _held(fields: Sequence[ArchiveField], fold: str) -> Grid:
    return Grid(
        columns=("Source", "Record", "Field", "Holds"),
        rows=tuple((one.source, one.kind, one.path, _holds(one)) for one in fields),
        fold=fold,
    )


def _holds(field: ArchiveField) -> str:
    return f"text, up to {field.longest} characters" if field.longest else field.holds
