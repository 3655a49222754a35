"""Metrics for Prometheus: read at each scrape, served on loopback."""
