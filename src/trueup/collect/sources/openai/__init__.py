"""OpenAI's own account of an organisation: tokens and cost of its interface, by day."""
