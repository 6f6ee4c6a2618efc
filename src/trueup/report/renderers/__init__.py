"""One file per form a report can be written in."""
