"""Fixtures of the store's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from trueup.store.identity import Vault
from trueup.store.warehouse import Warehouse


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a place for a workspace that is not there yet."""
    return tmp_path / ".trueup"


@pytest.fixture
def warehouse(folder: Path) -> Warehouse:
    """Give an empty warehouse."""
    return Warehouse.open(folder)


@pytest.fixture
def vault(folder: Path) -> Vault:
    """Give the vault of the same workspace."""
    return Vault.open(folder)
