"""PagerDuty: incidents of services, with when they were acknowledged and resolved."""
