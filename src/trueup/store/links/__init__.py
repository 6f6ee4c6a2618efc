"""Links: rows of many sources united into one record, each link with its rule and grade.

How: docs/explanation/how-records-are-linked.md.
"""

from __future__ import annotations

from trueup.store.links.linking import Linked, link

__all__ = ["Linked", "link"]
