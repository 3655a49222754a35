"""The parts of ``scrapy inspect``: fetch one page, show it, save it as a test case."""
