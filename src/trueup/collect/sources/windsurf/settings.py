"""What a connection to Windsurf may say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from trueup.collect.ai.reports.days import SINCE

OPTIONS: Mapping[str, str] = SINCE
CLOUD = "https://server.codeium.com/api/v1"
TEAM = "team"
LOOKED_BACK = timedelta(days=365)
