"""What sessions with AI tools are called, by whom, and shares put right for mistakes."""
