"""Cursor: what a team asked of it, took over from it, committed with it and was charged for it."""
