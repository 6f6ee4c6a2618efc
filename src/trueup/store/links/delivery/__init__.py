"""Changes on their way: one row each, what deployed them, what they were for, what they broke."""
