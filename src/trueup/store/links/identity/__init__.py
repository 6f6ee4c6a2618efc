"""Who is who: which accounts belong to one person, by which rule, and what the operator decided."""
