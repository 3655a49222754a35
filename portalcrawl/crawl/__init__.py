"""The crawl between page and state: which article a page is, what it brings, and where links stop leading."""
