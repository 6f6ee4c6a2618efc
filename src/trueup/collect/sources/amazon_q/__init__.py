"""Daily reports on users of Amazon Q Developer and Kiro, as AWS writes them into a bucket."""
