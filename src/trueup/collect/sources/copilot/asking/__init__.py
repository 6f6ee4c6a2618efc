"""What of GitHub is asked about Copilot: reports by day, seats, bills."""
