"""What sessions are called: prompts read on the machine they lie on, and labels that leave it."""
