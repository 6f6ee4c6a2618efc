"""Experiments: consenting people do some days or tasks without AI, by lot."""
