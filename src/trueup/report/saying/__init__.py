"""What is said of evidence, piece by piece."""
