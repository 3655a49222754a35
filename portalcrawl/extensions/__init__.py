"""Scrapy extensions: commits and publication, the progress line, the time limit for closing."""
