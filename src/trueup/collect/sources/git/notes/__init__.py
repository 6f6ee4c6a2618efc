"""git-ai notes: read, scrubbed, carried to the commits their lines landed with."""
