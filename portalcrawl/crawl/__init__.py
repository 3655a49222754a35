"""The crawl itself: which pages are fetched and how, which article a page is, and what is recorded of a visit."""
