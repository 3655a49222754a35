"""Stores of published feeds: a folder or an object store."""
