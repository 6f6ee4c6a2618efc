"""The schema of each kind of event, as it is published."""
