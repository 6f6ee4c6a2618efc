"""The handle: one file per verb; each parses, calls the workspace once, prints."""
