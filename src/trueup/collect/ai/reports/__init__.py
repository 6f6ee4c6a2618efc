"""What sources share whose vendor reports use by day and person: counts, files, people, seats."""
