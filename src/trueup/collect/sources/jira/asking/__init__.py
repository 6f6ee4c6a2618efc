"""What a Jira server is asked, and in which order."""
