"""Plain files of events: deployments, incidents, people, teams, services, policies, runs."""
