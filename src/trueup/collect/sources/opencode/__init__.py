"""opencode: sessions in its database, and in the files older versions kept beside it."""
