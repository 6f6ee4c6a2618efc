"""Anthropic's own account of an organisation: tokens, cost, and what Claude Code did."""
