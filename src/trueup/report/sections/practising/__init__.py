"""Practice over time, and what came after it."""
