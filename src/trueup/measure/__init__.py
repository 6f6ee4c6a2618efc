"""The scales: metrics, each written once, at any grain."""
