"""What people are asked: scoring keys, and the tables their answers stand in."""
