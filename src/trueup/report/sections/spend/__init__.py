"""What the tokens bought."""
