"""What is recorded of people who consented to an experiment, by day and by task."""
