"""GitHub, its cloud and its server: changes, issues, runs, deployments, releases, teams."""
