"""Scrapy settings of the project; docs/settings.md says what each of the product's own means."""

import os

from portalcrawl import __version__

BOT_NAME = "portalcrawl"
SPIDER_MODULES = ["portalcrawl.spiders"]
NEWSPIDER_MODULE = "portalcrawl.spiders"
COMMANDS_MODULE = "portalcrawl.commands"

# The product's own.
DATA_DIR = os.environ.get("PORTALCRAWL_DATA_DIR") or "data"
JSONL_FEEDS = True
STATE_ENABLED = True
STATE_URL = os.environ.get("PORTALCRAWL_STATE_URL") or None  # the SQLite file in DATA_DIR
COMMIT_ITEMS = 100
COMMIT_SECONDS = 5.0
RECRAWL_AGES = [600, 3_600, 21_600, 86_400, 604_800]
RETRY_FAILED_AFTER = 3_600
RUN_LOCK_WAIT = 0
RUN_NOT_AFTER = None  # seconds since 1970: a run that comes later does not begin; the scheduler sends it along
SCHEDULE_FILE = os.environ.get("PORTALCRAWL_SCHEDULE") or "schedule.toml"
FEED_RETENTION = None  # nothing is ever removed by itself
PORTAL_PROFILES = None
CLOSING_GRACE = 15.0
PROGRESS_ENABLED = True

# Politeness: a portal's profile, and -s, say otherwise.
USER_AGENT = f"portalcrawl/{__version__}"
ROBOTSTXT_OBEY = True
DOWNLOAD_DELAY = 0.25
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 4

# Bounds: nothing that a site sends takes more time or memory than this.
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 10 * 1024 * 1024
READ_TIMEOUT = 20
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 5
METAREFRESH_MAXDELAY = 6  # seconds: what is shown for longer is meant to be read
METAREFRESH_IGNORE_TAGS = ["noscript", "script", "style", "template", "textarea", "title"]
RETRY_TIMES = 2

# Pages in a browser: docs/rendering.md.
RENDER_BROWSER = None  # the one that is found
RENDER_SANDBOX = None  # on, but for root, who can't have it
RENDER_PAGES = 2
RENDER_CONTEXTS = 8
RENDER_TIMEOUT = 30
RENDER_SETTLE = 10
RENDER_START_TIMEOUT = 30
RENDER_RECYCLE = 100
RENDER_MEMORY = 1_500

# Parts.
SCHEDULER = "portalcrawl.scheduler.PortalScheduler"
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
DOWNLOADER = "portalcrawl.downloader.EndingDownloader"
LOG_FORMATTER = "portalcrawl.logformatter.ShortLogFormatter"
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "portalcrawl.middlewares.repeated_patterns.RepeatsMiddleware": 40,
    "portalcrawl.middlewares.origins.OriginMiddleware": 50,
    "portalcrawl.middlewares.robots.RobotsMiddleware": 100,
    "portalcrawl.middlewares.refresh.RefreshMiddleware": 580,
    "portalcrawl.middlewares.charset.CharsetMiddleware": 585,
    "portalcrawl.middlewares.compression.CompressionMiddleware": 590,
    "portalcrawl.middlewares.proxies.ProxyMiddleware": 750,
}
ITEM_PIPELINES = {
    "portalcrawl.pipelines.validate.ValidatePipeline": 100,
    "portalcrawl.pipelines.deduplicate.DeduplicatePipeline": 200,
    "portalcrawl.pipelines.jsonlines.JsonLinesPipeline": 900,
}
EXTENSIONS = {
    "portalcrawl.extensions.publication.Publication": 0,
    "portalcrawl.extensions.ending.Ending": 0,
    "portalcrawl.extensions.progress.Progress": 0,
}

# Measured: fewer items at a time give 40 to 50 % more pages a second. Nothing listens unless it is asked to.
CONCURRENT_ITEMS = 4
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
LOG_LEVEL = "INFO"
FEED_EXPORT_ENCODING = "utf-8"
