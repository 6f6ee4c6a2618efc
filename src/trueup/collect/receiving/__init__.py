"""What is sent instead of asked for: one server, with a door for each kind of message."""
