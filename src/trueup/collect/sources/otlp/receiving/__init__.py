"""OTLP over HTTP: decoded, scrubbed, on disk before it is acknowledged."""
