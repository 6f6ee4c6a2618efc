"""Which repositories there are, and what each clone holds: address, refs, tags, gaps."""
