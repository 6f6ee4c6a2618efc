"""What raw records take is counted as it lies on the disk."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from trueup.collect.recorded import Record
from trueup.store.raw.archive import Archive
from trueup.store.raw.sizes import archive_sizes

DAY = 86_400_000_000


def test_each_archive_says_its_room_its_records_and_how_far_back_it_can_be_read_again(
    tmp_path: Path,
) -> None:
    """Three records of days 1 to 3; one goes, and of the two left the body of day 1 is dropped."""
    with closing(Archive.open(tmp_path, "shop", "s/1", target="acme", address="https://s")) as one:
        records = [
            Record(kind="change", key=str(day), body={"day": day}, fetched_at=day * DAY)
            for day in (1, 2, 3)
        ]
        one.keep("changes", records, "end")
        one.sweep("change", frozenset(("1", "2")), "deleted", 4 * DAY)
        one.drop_bodies(before=2 * DAY, up_to=one.last_sequence())
    (found,) = archive_sizes(tmp_path)
    assert (found.source, found.target, found.target_id) == ("shop", "acme", "s/1")
    assert (found.records, found.dropped, found.oldest_at) == (2, 1, 2 * DAY)
    files = (tmp_path / "raw" / "shop").iterdir()
    assert found.size_bytes == sum(file.stat().st_size for file in files)


def test_a_workspace_without_raw_records_has_none(tmp_path: Path) -> None:
    assert archive_sizes(tmp_path) == ()
