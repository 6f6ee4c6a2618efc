"""What a design is made of, and what it can see."""
