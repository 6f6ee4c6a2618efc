"""Teams and repositories by week and month, as panels."""
