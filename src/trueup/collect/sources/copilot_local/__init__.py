"""Copilot on this machine: sessions of its command line, and spans that editors keep."""
