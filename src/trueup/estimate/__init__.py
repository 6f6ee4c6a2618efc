"""The balance: what was caused, by which design, between which bounds, or that nobody can know."""
