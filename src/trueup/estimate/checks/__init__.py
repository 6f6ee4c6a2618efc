"""One file per attempt to break a design."""
