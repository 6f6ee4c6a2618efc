"""Events that are sent instead of written: taken, held against their schema, kept in a file."""
