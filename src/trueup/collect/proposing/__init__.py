"""What is there to be connected: read off repositories, proposed, written into trueup.toml."""
