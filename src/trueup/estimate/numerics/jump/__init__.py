"""Jumps at an unknown dose, as pure functions of arrays."""
