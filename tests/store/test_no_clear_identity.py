"""Nobody's name or address leaves the vault: a whole collection, checked against git itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trueup.config import Settings
from trueup.testing.repository import Plan, make_repository
from trueup.workspace import Workspace


def clear_identities(repository: Path) -> set[str]:
    """Ask git for every name and address of authors and committers."""
    shown = subprocess.run(
        ["git", "-C", str(repository), "log", "--all", "--format=%an%n%ae%n%cn%n%ce"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(shown.stdout.splitlines())


def texts(folder: Path) -> set[str]:
    """Return every text and byte string in the segments."""
    found: set[str] = set()
    for path in folder.glob("segments/*/*.parquet"):
        for column in pq.read_table(path).columns:
            plain = column.combine_chunks()
            plain = plain.flatten() if pa.types.is_list(plain.type) else plain
            found.update(str(value) for value in plain.unique().to_pylist())
    return found


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give a made-up repository and the workspace it was collected into."""
    place = tmp_path_factory.mktemp("collected")
    repository = make_repository(place / "made.git", Plan(weeks=6, authors=12))
    Workspace(place / ".trueup", Settings()).collect([repository])
    return repository, place / ".trueup"


def test_no_name_or_address_git_knows_is_in_any_segment(collected: tuple[Path, Path]) -> None:
    repository, folder = collected
    clear, stored = clear_identities(repository), texts(folder)
    assert len(clear) > 20
    assert len(stored) > 200
    everything = "\n".join(stored).lower()
    assert [identity for identity in clear if identity.lower() in everything] == []


def test_no_name_or_address_git_knows_is_in_any_other_file(collected: tuple[Path, Path]) -> None:
    repository, folder = collected
    clear = [identity.encode() for identity in clear_identities(repository)]
    vault = folder / "identity.db"
    others = [path for path in folder.rglob("*") if path.is_file() and path != vault]
    assert len(others) > 10
    assert [p.name for p in others if any(who in p.read_bytes() for who in clear)] == []
    assert all(who in vault.read_bytes() for who in clear)
