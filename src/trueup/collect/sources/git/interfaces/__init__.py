"""What a Python package offers to those who import it, release by release; nothing is executed."""
