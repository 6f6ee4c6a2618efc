"""What reached users and what went wrong on the way: deployments, runs, defects."""
