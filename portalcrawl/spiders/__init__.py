"""Requests and callbacks."""
