"""What AI tools and their vendors tell of one use, made one; and what it went into."""
