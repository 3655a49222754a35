"""Metrics for Prometheus: figures that are read when they are asked for, served on loopback."""
