"""What is asked of a Jenkins server, and in which order."""
