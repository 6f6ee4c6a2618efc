"""Flow: changes as items that pass stations where people work, wait, and come back."""
