"""What sources of incidents share: services, what words name, rows."""
