from __future__ import annotations

import pytest

from tests.collect.web.asking import TOKEN


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SHOP_TOKEN", TOKEN)
    return TOKEN
