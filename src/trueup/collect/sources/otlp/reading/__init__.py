"""From lines to sessions: what was received is gathered by what it is of, each record once."""
