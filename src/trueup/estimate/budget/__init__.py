"""When a budget runs out: a forecast where it has proved itself on the past, else scenarios."""
