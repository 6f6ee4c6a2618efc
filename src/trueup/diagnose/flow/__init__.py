"""Judging how work flows by counts alone: what comes to a stage, what leaves it, what waits."""
