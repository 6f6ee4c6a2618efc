"""Questions as people put them, the plan where none is registered, and their answers."""

from trueup.estimate.asking.answer import estimate, estimate_panel
from trueup.estimate.asking.ask import Ask, columns_of, plan_of
from trueup.estimate.asking.draft import draft, seen_at_draft

__all__ = ["Ask", "columns_of", "draft", "estimate", "estimate_panel", "plan_of", "seen_at_draft"]
