"""Intervals that hold with few clusters."""
