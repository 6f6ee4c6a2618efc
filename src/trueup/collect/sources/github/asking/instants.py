"""Instants that checkpoints hold until the next visit."""

from __future__ import annotations

from datetime import datetime
from typing import TypeGuard


def is_readable(said: object) -> TypeGuard[str]:
    """Say whether an instant can be read when it is compared at a later visit."""
    try:
        return isinstance(said, str) and datetime.fromisoformat(said).tzinfo is not None
    except ValueError:
        return False
