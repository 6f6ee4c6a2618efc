from trueup.estimate.asking import Ask as Ask
from trueup.estimate.asking import estimate_panel as estimate_panel
from trueup.estimate.reading import PanelColumns as PanelColumns
from trueup.estimate.reading import read_panel as read_panel
from trueup.estimate.verdict.plan import read_plan as read_plan
from trueup.workspace import Workspace as Workspace

__version__: str

__all__ = [
    "Ask",
    "PanelColumns",
    "Workspace",
    "__version__",
    "estimate_panel",
    "read_panel",
    "read_plan",
]
