"""A made-up world, written down as rows of the canonical tables."""
