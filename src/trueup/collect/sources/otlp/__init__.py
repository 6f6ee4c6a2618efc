"""Telemetry of AI tools, as OpenTelemetry carries it: received, scrubbed, kept, read."""
