"""What is asked of GitLab, in which order; nothing here knows a row."""
