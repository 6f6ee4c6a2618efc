"""A classifier of sessions that learns from those persons read; it keeps numbers, never text."""
