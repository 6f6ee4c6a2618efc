"""What a connection to LiteLLM may say."""

from __future__ import annotations

from collections.abc import Mapping

from trueup.collect.ai.bills.days import SINCE

OPTIONS: Mapping[str, str] = {
    **SINCE,
    "teams": "table of ids or names of LiteLLM's teams to names of teams; unset: LiteLLM's own",
}
