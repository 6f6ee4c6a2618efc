"""Pure functions on arrays: no panel, no question, no file."""
