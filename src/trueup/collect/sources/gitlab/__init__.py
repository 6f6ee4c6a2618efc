"""GitLab: merge requests, issues, pipelines, deployments, releases, groups; see `source`."""
