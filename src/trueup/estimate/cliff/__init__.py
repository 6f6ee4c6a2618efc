"""Whether outcomes jump at some dose: existence, location, rival shapes, and what is said."""
