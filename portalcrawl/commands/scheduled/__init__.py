"""What ``scrapy schedule`` shows."""
