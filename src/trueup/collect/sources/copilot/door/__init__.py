"""What is kept of what GitHub answers about Copilot."""
