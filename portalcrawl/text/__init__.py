"""Strings to strings: white space, datelines, names of people, fingerprints. No Scrapy, no files."""
