"""Charts of what AI tools use up and cost."""
