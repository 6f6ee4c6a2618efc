"""Fixtures of the command line's tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.stage import Staged

Stage = Callable[[Callable[..., Any]], Staged]


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Put a workspace that answers as told where the commands look for theirs."""

    def put(answer: Callable[..., Any]) -> Staged:
        staged = Staged(answer)
        monkeypatch.setattr("trueup.workspace.Workspace", staged)
        return staged

    return put
