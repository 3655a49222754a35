"""Reads the article from the visible page, without any knowledge of the portal."""
