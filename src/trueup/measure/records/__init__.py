"""What the tables say of commits, changes, reviews and work items, each row with who did it."""
