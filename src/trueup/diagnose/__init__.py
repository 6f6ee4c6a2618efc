"""The doctor: from what was measured and estimated to a mechanism, its rivals and a remedy."""
