"""One crawl from its arguments to its published feeds."""
