"""What git prints of a difference, understood: headers, hunks, combined hunks, paths."""
