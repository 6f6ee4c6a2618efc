"""The metrics, one file per family; `trueup.measure.catalogue` finds them by scanning."""
