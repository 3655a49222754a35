"""Extraction of raw values from one parsed page. Does not depend on items and loaders."""
