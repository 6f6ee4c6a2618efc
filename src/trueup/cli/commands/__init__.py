"""One module per verb, found by its name; each holds one function, `run`."""
