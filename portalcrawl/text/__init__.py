"""Functions on plain text: cleaning, datelines, names of people, fingerprints. Imports neither Scrapy nor lxml."""
