"""From a registered plan to one of five answers."""
