"""Codex: rollouts of the command line, the editors and the desktop; output of ``codex exec``."""
