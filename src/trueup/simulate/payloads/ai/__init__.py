"""What vendors of AI tools would tell of a made-up organisation, in their own forms."""
