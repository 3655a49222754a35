"""The commands that the project adds to Scrapy's own."""
