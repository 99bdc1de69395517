"""Scrapy's settings, each with its reason. What an operator may change stands in `monitor.toml`, not here."""

from __future__ import annotations

from typing import Any

BOT_NAME = "monitor"
SPIDER_MODULES = ["monitor.spiders"]
NEWSPIDER_MODULE = "monitor.spiders"
ADDONS = {"monitor.addon.MonitorAddon": 100}

ITEM_PIPELINES = {
    "pipelines.normalise.NormalisePipeline": 100,
    "pipelines.dedupe.DedupePipeline": 200,
    "pipelines.dates.DatesPipeline": 300,
    "pipelines.figures.FiguresPipeline": 400,
    "pipelines.match.MatchPipeline": 500,
    "pipelines.persist.PersistPipeline": 600,
}

EXTENSIONS: dict[str, int | None] = {"monitor.bar.CrawlBar": 500}

DOWNLOADER_MIDDLEWARES: dict[str, int | None] = {
    "monitor.middlewares.guard.AddressGuardMiddleware": 60,
    "monitor.middlewares.robots.RobotsMiddleware": 100,
    "monitor.middlewares.pace.PaceMiddleware": 90,
    "monitor.middlewares.access.AccessMiddleware": 95,
    "monitor.middlewares.tdm.ReservationMiddleware": 110,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # lets waiting requests through
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,  # decodes every page whole
    "monitor.middlewares.refresh.RefreshMiddleware": 580,
    "monitor.middlewares.pause.PauseMiddleware": 540,  # sees what retrying leaves
    "monitor.middlewares.received.AsReceivedMiddleware": 950,  # nearest the wire: before anything is unpacked
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,  # holds pages for fresh that are not
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # no spider has credentials to leak
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,  # the environment's proxies pass the guard by
}

# the address that is checked is the address that is used, so a name cannot be pointed elsewhere in between
TWISTED_DNS_RESOLVER = "monitor.middlewares.guard.GuardedResolver"

# politeness: the library's own defaults are eight at once without a pause
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0
AUTOTHROTTLE_ENABLED = False
ROBOTSTXT_OBEY = True
COOKIES_ENABLED = False
REFERRER_POLICY = "no-referrer"
USER_AGENT = "fighters-pow-monitor (news monitoring for human-rights research)"

# limits: one outlet must not be able to fill memory, disk or a night
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 5
METAREFRESH_ENABLED = True
METAREFRESH_MAXDELAY = 2
RETRY_TIMES = 1  # a lost connection is tried once more; the frontier tries again later
RETRY_HTTP_CODES: list[int] = []  # a host that refuses is not asked again at once
# the spider bounds depth and length itself: these drop a request without a word, and it would be waited for
SPIDER_MIDDLEWARES: dict[str, int | None] = {
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,  # a response could change its mind
    "monitor.middlewares.no_referrer.NoReferrerMiddleware": 700,
}
DOWNLOADER = "monitor.downloader.PatientDownloader"
MONITOR_PAGES_HELD = 80  # pages being read or waiting to be written, before fetching waits
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 12_000_000  # the same in bytes, for large pages
CONCURRENT_ITEMS = 2  # of one response: so many tasks are made for each, and a page is one item
HTTPERROR_ALLOW_ALL = True  # a 404 is a page too: it ends in a named outcome

# doors that stay shut
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_HANDLERS: dict[str, str | None] = {
    "http": "monitor.middlewares.last_door.LastDoorHandler",
    "https": "monitor.middlewares.last_door.LastDoorHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}

LOG_LEVEL = "WARNING"
LOG_FORMATTER = "monitor.logs.QuietFormatter"
STATS_DUMP = False
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
REACTOR_THREADPOOL_MAXSIZE = 10


def for_config(config: Any) -> dict[str, Any]:
    """The settings that `monitor.toml` decides, for a `monitor.config.Config`."""
    contact = f"; +{config.contact}" if config.contact else ""
    return {
        "USER_AGENT": f"fighters-pow-monitor/0.1 (news monitoring for human-rights research{contact})",
        "DOWNLOAD_DELAY": config.delay_seconds,
        "CONCURRENT_REQUESTS": config.concurrency,
        # without a pause (local sites alone) one host may be asked several times at once
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1 if config.delay_seconds else config.concurrency,
        "LOG_LEVEL": config.log_level,
        "MONITOR_ALLOW_ADDRESSES": list(config.allow_addresses),
    }
