"""Data of others that oracles read: where it is, or one named skip; never a silent one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

VARIABLE = "TRUEUP_REFERENCE_DATA"


def reference(*parts: str, unread: str) -> Path:
    """Return a file or folder of the reference data.

    Without the variable the test is skipped, and says what stays unread; with it, what is missing
    is a failure.
    """
    given = os.environ.get(VARIABLE)
    if not given:
        pytest.skip(f"{VARIABLE} is not set: {unread}")
    found = Path(given).joinpath(*parts)
    if not found.exists():
        pytest.fail(f"{VARIABLE} is set, and {'/'.join(parts) or 'its folder'} is not there")
    return found
