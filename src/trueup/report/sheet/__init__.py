"""The sheet for a works council: what this workspace holds, shows and never does, as it is now."""
