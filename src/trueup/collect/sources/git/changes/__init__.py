"""Commits and what they say, divided into landed changes and releases; no diff is read."""
