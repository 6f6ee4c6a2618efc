"""What a connection to LiteLLM may say."""

from __future__ import annotations

from collections.abc import Mapping

from trueup.collect.ai.reports.days import SINCE_LATELY

OPTIONS: Mapping[str, str] = {
    **SINCE_LATELY,
    "teams": "table of ids or names of LiteLLM's teams to names of teams; unset: LiteLLM's own",
}
