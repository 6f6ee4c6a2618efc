"""Jenkins: builds of jobs, in folders and of branches, and what they deployed."""
