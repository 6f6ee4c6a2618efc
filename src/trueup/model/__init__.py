"""The nouns: canonical tables and the shapes of what may be said about them. No I/O."""
