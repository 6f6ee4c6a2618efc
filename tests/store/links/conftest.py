"""Fixtures of the tests of links."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.links.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Give an empty workspace."""
    return World(tmp_path / ".trueup")
