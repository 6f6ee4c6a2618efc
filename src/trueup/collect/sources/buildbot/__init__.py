"""Buildbot: builds of builders, what started them, and what they deployed."""
