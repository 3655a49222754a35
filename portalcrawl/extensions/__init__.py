"""What happens beside the crawl: commits by time, publication, progress, a bounded end."""
