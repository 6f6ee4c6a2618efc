"""The model railway: made-up worlds whose truth is known."""
