"""Git history: commits, files, hunks, every line's life, landed changes, releases, AI marks."""
