"""What tests share: sites to crawl, the commands as users run them, pages of our own."""
