"""What of a build is kept."""
