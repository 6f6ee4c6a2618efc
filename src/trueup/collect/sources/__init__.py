"""One file or folder per source; none knows another."""
