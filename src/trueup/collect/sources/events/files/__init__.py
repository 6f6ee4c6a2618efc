"""From files to lines, and from lines to records."""
