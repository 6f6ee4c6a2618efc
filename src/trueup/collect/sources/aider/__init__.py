"""aider: the log of its analytics, where somebody keeps one."""
