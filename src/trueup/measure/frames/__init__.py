"""Rows as arrays, cut by window and by group."""
