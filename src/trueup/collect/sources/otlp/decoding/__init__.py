"""What a body says, whichever of the two forms of OTLP it has."""
