"""The whole sheet, read from the workspace and from the program at the moment it is written."""

from __future__ import annotations

from pathlib import Path

from trueup import __version__
from trueup.config import Settings
from trueup.report.sheet.collected import collected
from trueup.report.sheet.dropped import dropped
from trueup.report.sheet.guarded import kept, known_by, limits
from trueup.report.sheet.never import never
from trueup.report.sheet.page import Sheet
from trueup.report.sheet.shown import recall, shown
from trueup.store.manifest import LINKS
from trueup.store.raw.fields import archive_fields
from trueup.store.raw.sizes import archive_sizes
from trueup.store.reading import Tables


def make_sheet(folder: Path, settings: Settings, tables: Tables, *, now: int) -> Sheet:
    """Return the sheet on the workspace in `folder`.

    Parameters
    ----------
    now
        Epoch microseconds UTC.

    Raises
    ------
    StoreError
        An archive or identity.db is damaged.
    """
    filled, remembered = tables.filled(), recall(folder)
    sources = {one.source for one in filled} | {one.source for one in settings.connections}
    promised, broken = never(remembered)
    return Sheet(
        workspace=folder.resolve().parent.name,
        made_at=now,
        digest=tables.digest,
        tool_version=__version__,
        parts=(
            promised,
            collected(filled),
            dropped(sources - {LINKS}, archive_fields(folder)),
            kept(settings, archive_sizes(folder)),
            known_by(folder),
            limits(settings),
            shown(remembered),
        ),
        broken=broken,
    )
