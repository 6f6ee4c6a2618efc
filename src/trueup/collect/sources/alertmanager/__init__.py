"""Prometheus Alertmanager: alerts, remembered from one collection to the next."""
