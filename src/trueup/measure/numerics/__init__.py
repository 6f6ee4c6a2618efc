"""Pure functions on arrays: no tables, no units, no grouping."""
