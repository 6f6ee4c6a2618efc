"""One file per mechanism, each with a ``MECHANISM`` named after it."""
