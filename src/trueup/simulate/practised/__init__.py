"""What a made-up organisation practised and delivered, counted without its records."""
