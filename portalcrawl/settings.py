"""Scrapy settings of the project; docs/settings.md explains them."""

import os
import sys
from importlib.util import find_spec

from portalcrawl import __version__


def _commands_module() -> str:
    """Return the module of the command being run; if it is not one of ours, the package of all commands.

    Scrapy imports every module in COMMANDS_MODULE, whichever command it runs: 0.1 s of CPU per crawl.
    """
    package = f"{__package__}.commands"
    name = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    module = f"{package}.{name}"
    return module if name.isidentifier() and find_spec(module) else package


BOT_NAME = "portalcrawl"
SPIDER_MODULES = ["portalcrawl.spiders"]
NEWSPIDER_MODULE = "portalcrawl.spiders"
COMMANDS_MODULE = _commands_module()

# Settings that portalcrawl adds.
DATA_DIR = os.environ.get("PORTALCRAWL_DATA_DIR") or "data"
JSONL_FEEDS = True
OBSERVATIONS = False
STATE_ENABLED = True
STATE_URL = os.environ.get("PORTALCRAWL_STATE_URL") or None  # the SQLite file in DATA_DIR
FEEDS_URL = os.environ.get("PORTALCRAWL_FEEDS_URL") or None  # the folder feeds in DATA_DIR
LEASE_SECONDS = 60
OUTBOX_LIMIT = 2_000_000_000
NEAR_COPY_DAYS = 90
COMMIT_ITEMS = 100
COMMIT_SECONDS = 5.0
RECRAWL_AGES = [600, 3_600, 21_600, 86_400, 604_800]
RETRY_FAILED_AFTER = 3_600
RUN_LOCK_WAIT = 0
RUN_NOT_AFTER = None  # Unix time after which the run refuses to start; the scheduler sets it for each job
SCHEDULE_FILE = os.environ.get("PORTALCRAWL_SCHEDULE") or "schedule.toml"
FLEET_PROCESSES = None  # one for each core
FLEET_RECYCLE = 1_000
FLEET_MEMORY = 1_000
METRICS_PORT = None  # no port is opened
FEED_RETENTION = None  # nothing is removed
PORTAL_PROFILES = None
CLOSING_GRACE = 15.0
PROGRESS_ENABLED = True

# Politeness: a profile, or -s, overrides delay and concurrency.
USER_AGENT = f"portalcrawl/{__version__}"
ROBOTSTXT_OBEY = True
TDMREP_ENABLED = True
DOWNLOAD_DELAY = 0.25
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 4
CRAWL_DELAY_MAX = 30
RETRY_AFTER_MAX = 86_400
BACKOFF_START = 1
BACKOFF_MAX = 3_600
MAX_HOST_WAIT = 60

# Limits of time and memory for responses.
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 10 * 1024 * 1024
READ_TIMEOUT = 20
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 5
METAREFRESH_MAXDELAY = 6  # seconds: a page that refreshes later is meant to be read
METAREFRESH_IGNORE_TAGS = ["noscript", "script", "style", "template", "textarea", "title"]
RETRY_TIMES = 2

# Rendering: docs/rendering.md.
RENDER_BROWSER = None  # the first one found
RENDER_SANDBOX = None  # on, except for root, for whom Chromium refuses it
RENDER_PAGES = 2
RENDER_CONTEXTS = 8
RENDER_TIMEOUT = 30
RENDER_SETTLE = 10
RENDER_START_TIMEOUT = 30
RENDER_RECYCLE = 100
RENDER_MEMORY = 1_500

# Components.
SCHEDULER = "portalcrawl.scheduler.PortalScheduler"
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
DOWNLOADER = "portalcrawl.downloader.CancellableDownloader"
LOG_FORMATTER = "portalcrawl.logformatter.ShortLogFormatter"
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "portalcrawl.middlewares.repeated_patterns.RepeatsMiddleware": 40,
    "portalcrawl.middlewares.origins.OriginMiddleware": 50,
    "portalcrawl.middlewares.robots.RobotsMiddleware": 100,
    "portalcrawl.middlewares.tdmrep.TdmrepMiddleware": 110,
    "portalcrawl.middlewares.refusals.RefusalsMiddleware": 560,
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
ADDONS = {"portalcrawl.extensions.disabled.DisabledExtensions": 0}
EXTENSIONS = {
    "portalcrawl.extensions.publication.Publication": 0,
    "portalcrawl.extensions.closing_grace.ClosingGrace": 0,
    "portalcrawl.extensions.progress.Progress": 0,
}

# Measured: 40 to 50 % more pages a second than with 100. No port is opened unless the user asks for it.
CONCURRENT_ITEMS = 4
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
LOG_LEVEL = "INFO"
FEED_EXPORT_ENCODING = "utf-8"
WARN_ON_GENERATOR_RETURN_VALUE = False  # it parses the source of each callback, in each run
