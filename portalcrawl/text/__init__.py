"""White space, datelines, names of people and fingerprints of texts; imports neither Scrapy nor lxml."""
