"""GitHub Copilot: reports of its use by day, seats, and what was billed."""
