"""From the records of a session to rows, by the words of each tool."""
