"""Answers of verbs, as lines for a terminal and as plain values for a machine."""
