"""Least squares and Poisson pseudo-likelihood with unit and period effects, in closed form."""
