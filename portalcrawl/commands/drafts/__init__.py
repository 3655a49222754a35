"""``scrapy portals discover``."""
