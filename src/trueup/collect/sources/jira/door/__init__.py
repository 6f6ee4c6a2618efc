"""What is kept of an answer before anything else sees it: no text."""
