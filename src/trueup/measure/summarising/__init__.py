"""Frames as findings: sums, waits, curves, and the interval of each."""
