"""What limits you, what to do next Monday, and what we cannot tell."""
