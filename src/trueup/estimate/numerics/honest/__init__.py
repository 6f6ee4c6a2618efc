"""Intervals that stay true when trends were not quite parallel."""
