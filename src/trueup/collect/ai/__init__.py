"""What sources of AI use share: tokens in disjoint buckets, logs, places."""
