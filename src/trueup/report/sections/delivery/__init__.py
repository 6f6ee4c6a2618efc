"""Sections of the whole delivery record; none where nothing of it is recorded."""
