"""Tables become panels: keys, periods and adoption are read, checked, and what is odd is said."""

from trueup.estimate.reading.building import panel_from_table, read_panel
from trueup.estimate.reading.columns import PanelColumns

__all__ = ["PanelColumns", "panel_from_table", "read_panel"]
