"""Files of Agent Trace: which lines of which files an AI wrote, as tools recorded it."""
