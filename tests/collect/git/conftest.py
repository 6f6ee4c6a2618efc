"""Fixtures of the git source's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collect.git.building import Building


@pytest.fixture
def building(tmp_path: Path) -> Iterator[Building]:
    """Give an empty bare repository to build in."""
    made = Building(tmp_path / "made")
    yield made
    made.finish()
