"""One file per part of the page; each turns findings into blocks and computes nothing."""
