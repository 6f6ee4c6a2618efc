"""Stages an item passes through, by the kind of item: what is waited for, and how it ends.

Boundaries of a change follow each other without a gap from *draft* to *merge*, and from *deploy*
to *soak*; *develop* and *release* are the whole way as git alone sees it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STAGES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "change": MappingProxyType(
            {
                "develop": "first commit to landing; ends landed",
                "release": "landing to the first release that has it; ends released",
                "task": "work on its first work item begun to opened; ends opened",
                "draft": "opened to put up for review; ends ready, landed or given_up",
                "pickup": "ready to the first review by another person; "
                "ends reviewed, landed_unreviewed or given_up_unreviewed",
                "review": "first review to last approval; "
                "ends approved, landed_unapproved or given_up_unapproved",
                "merge": "last approval to landing; ends landed or given_up",
                "deploy": "landing to the first production deployment; ends deployed",
                "soak": "in production to seven days without an incident of it, begun anew by "
                "each; ends settled or incident; the end may lie ahead of what was collected",
            }
        ),
        "work_item": MappingProxyType(
            {
                "queue": "waiting to be begun; ends in the next stage",
                "active": "being worked on; ends in the next stage",
                "review": "being reviewed; ends in the next stage",
                "qa": "being tested; ends in the next stage",
            }
        ),
        "incident": MappingProxyType(
            {
                "unacknowledged": "opened to acknowledged; ends acknowledged",
                "open": "opened to resolved; ends resolved",
            }
        ),
    }
)
"""Item kind -> stage -> meaning."""
