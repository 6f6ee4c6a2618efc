"""What is asked of the server, and in which order, so that a stop leaves no hole."""
