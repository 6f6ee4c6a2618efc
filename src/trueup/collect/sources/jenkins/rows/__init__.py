"""From builds to rows."""
