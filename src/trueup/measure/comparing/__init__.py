"""The organisation beside the published report."""
