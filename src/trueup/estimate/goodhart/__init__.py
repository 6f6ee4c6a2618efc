"""Whether tokens were used up for their own sake once they were counted: at team level only."""
