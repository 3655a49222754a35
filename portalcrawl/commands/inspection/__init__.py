"""What ``scrapy inspect`` does: get one page, tell what it gives, save it as a test case."""
