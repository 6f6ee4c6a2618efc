"""Windsurf: lines its agent offered and had taken, messages, and who has a seat."""
