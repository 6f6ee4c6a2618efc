"""What people say when they are asked: scored, with how sure, in groups of ten or more."""
