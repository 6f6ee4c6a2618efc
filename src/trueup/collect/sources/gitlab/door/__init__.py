"""What is kept of an answer: texts are read once, their marks and lengths stay, they go."""
