from __future__ import annotations

from pathlib import Path

import pytest

from tests.pains.office import Office


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(tmp_path, monkeypatch)
