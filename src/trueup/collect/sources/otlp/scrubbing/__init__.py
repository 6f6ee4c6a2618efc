"""What is kept of a record: names, numbers and labels on a list, and no text."""
