"""The crawl: decides which pages are fetched and how, identifies articles, and records the visits."""
