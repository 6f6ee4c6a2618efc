"""The life of every line: differences read once, replayed over the whole graph of commits."""
