"""Scrapy's settings: the manners of every crawl, and what a job adds to them."""

from __future__ import annotations

from typing import Any

from scrapers.job import Job

BOT_NAME = "SellerIntel"
SPIDER_MODULES = ["scrapers.spiders"]
ROBOTSTXT_OBEY = True
COOKIES_ENABLED = False
DOWNLOAD_VERIFY_CERTIFICATES = True
REDIRECT_MAX_TIMES = 5
CONCURRENT_REQUESTS = 64
# So many tasks are begun for every answer; our pages yield no items to Scrapy.
CONCURRENT_ITEMS = 1
# Bodies that wait to be read, in bytes: beyond it no page is asked for.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 16 << 20
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
SCHEDULER = "scrapers.scheduling.HostTurns"
TWISTED_DNS_RESOLVER = "scrapers.addresses.PublicResolver"
DNS_TIMEOUT = 20
# Only http and https; the gate says so too.
DOWNLOAD_HANDLERS = dict.fromkeys(("data", "file", "ftp", "s3"))
# What we do ourselves or never use costs time with every request, and at the start.
_UNUSED = "scrapy.downloadermiddlewares"
DOWNLOADER_MIDDLEWARES = {
    "scrapers.gate.Gate": 40,
    "scrapers.robots.Robots": 100,
    f"{_UNUSED}.offsite.OffsiteMiddleware": None,
    f"{_UNUSED}.robotstxt.RobotsTxtMiddleware": None,
    f"{_UNUSED}.httpauth.HttpAuthMiddleware": None,
    f"{_UNUSED}.redirect.MetaRefreshMiddleware": None,
    f"{_UNUSED}.cookies.CookiesMiddleware": None,
    # a proxy would resolve names out of our sight; addresses are judged here
    f"{_UNUSED}.httpproxy.HttpProxyMiddleware": None,
    f"{_UNUSED}.stats.DownloaderStats": None,
    f"{_UNUSED}.httpcache.HttpCacheMiddleware": None,
}
SPIDER_MIDDLEWARES = {
    f"scrapy.spidermiddlewares.{name}": None
    for name in (
        "depth.DepthMiddleware",
        "metacopy.MetaCopyDetectionMiddleware",
        "referer.RefererMiddleware",
        "urllength.UrlLengthMiddleware",
    )
}
EXTENSIONS = {
    f"scrapy.extensions.{name}": None
    for name in (
        "closespider.CloseSpider",
        "corestats.CoreStats",
        "feedexport.FeedExporter",
        "logcount.LogCount",
        "logstats.LogStats",
        "memdebug.MemoryDebugger",
        "memusage.MemoryUsage",
        "remote_control.RemoteControl",
        "spiderstate.SpiderState",
        "telnet.TelnetConsole",
        "throttle.AutoThrottle",
    )
} | {"scrapers.gate.Pace": 0}
STATS_CLASS = "scrapy.statscollectors.DummyStatsCollector"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
}
LOG_LEVEL = "WARNING"
LOG_VERSIONS: list[str] = []


def of(job: Job) -> dict[str, Any]:
    """Return the settings of one crawl."""
    stated = {name: value for name, value in globals().items() if name.isupper()}
    return stated | {
        "USER_AGENT": job.user_agent,
        "ALLOW_PRIVATE": job.allow_private,
        "DOWNLOAD_DELAY": job.delay,
        "AUTOTHROTTLE_ENABLED": job.delay > 0,
        "AUTOTHROTTLE_START_DELAY": job.delay,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(job.concurrency),
        "CONCURRENT_REQUESTS_PER_DOMAIN": job.concurrency,
        "DOWNLOAD_TIMEOUT": job.timeout,
        "DOWNLOAD_MAXSIZE": job.page_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "RETRY_TIMES": job.retries,
    }
