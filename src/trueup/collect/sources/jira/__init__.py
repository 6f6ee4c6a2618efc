"""Jira: work items and all that happened to them, of its cloud and of a data center."""
