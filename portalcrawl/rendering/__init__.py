"""Pages in a real browser: found, started when the first page needs it, bounded, and gone at every end.

    settings, browsers                values: bounds, and where a browser is
    keeper, processes, home           the browser's processes: none outlives the crawl
    gate, proxy                       where a page in the browser may go
    actions                           what a reader would do: wait, answer, click, scroll
    engine                            one browser, by scrapy-playwright
    renderer                          all of them: deadlines, losses, recycling, memory

Nothing here imports Playwright before a page needs it.
"""
