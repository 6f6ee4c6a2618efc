"""How a source behind an interface is run: fetched, kept, read, set beside earlier rows."""
