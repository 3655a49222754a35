"""Renders pages in Chromium. Playwright is imported only when the first page needs it.

render_settings, browser_path     the limits of rendering; where the browser is installed
supervisor, process_group         ensure that no process of the browser outlives the crawl
processes                         processes of this machine
request_filter, proxy             which requests a page may make
page_actions                      wait for a page, press its buttons, scroll
browser                           one browser, driven by scrapy-playwright
renderer                          all browsers of a crawl: deadlines, retries, recycling, memory
handlers                          Scrapy's download handlers with rendering added
"""
