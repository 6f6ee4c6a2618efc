"""What the balance says, section by section: the verdict, its parts, its checks, its limits."""
