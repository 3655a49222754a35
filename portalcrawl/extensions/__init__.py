"""Scrapy extensions: commits and publication, progress line, time limit for closing."""
