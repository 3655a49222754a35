"""Between page and state: which article a page is, whether it has changed, and what becomes of it."""
