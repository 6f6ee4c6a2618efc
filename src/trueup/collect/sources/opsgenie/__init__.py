"""Opsgenie: incidents of services, and alerts where they stand for incidents."""
