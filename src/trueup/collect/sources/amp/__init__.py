"""Amp: threads it keeps on this machine."""
