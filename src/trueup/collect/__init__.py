"""The doors: one contract for every source, and the sources themselves."""
