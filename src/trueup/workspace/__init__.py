"""The front door: a workspace, with one method per verb."""

from trueup.collect.running.collected import Collected
from trueup.workspace.effects import plans_of
from trueup.workspace.front import Workspace
from trueup.workspace.written import Format, ReportWritten

__all__ = ["Collected", "Format", "ReportWritten", "Workspace", "plans_of"]
