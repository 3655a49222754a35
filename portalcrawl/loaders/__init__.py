"""From the parts of a page to items: articles and teasers with final ids, times and texts."""
