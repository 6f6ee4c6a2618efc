"""What `trueup init` asks, and what it and `trueup doctor` say of connections."""
