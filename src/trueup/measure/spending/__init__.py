"""What AI tools cost and what came of it, answered in one go."""
