"""The public test kit: made-up worlds whose truth is known, to try trueup on and to test it by."""
