"""Incentives: whether whoever gets faster has a reason to show it, as a model of pay and effort."""
