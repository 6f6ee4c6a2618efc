"""Whether outcomes jump at some threshold of dose, and whether these data can tell."""
