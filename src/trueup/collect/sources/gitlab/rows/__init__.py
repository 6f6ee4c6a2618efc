"""From records to rows of canonical tables; nothing here asks the server."""
