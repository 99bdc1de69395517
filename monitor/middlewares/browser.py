"""Which browser there is, and how a request asks for it. Nothing of a browser is imported here.

Found   the setting `chromium`, else the usual names in PATH, else what Playwright installed for this user
"""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLAYWRIGHT_FOLDERS = (".cache/ms-playwright", "Library/Caches/ms-playwright")
PLAYWRIGHT_PATTERNS = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
    "chromium_headless_shell-*/chrome-linux*/headless_shell",
    "chromium_headless_shell-*/chrome-headless-shell-linux*/chrome-headless-shell",
)
RENDER = "monitor_render"
"""Meta of requests that the browser answers; its value is the path of the browser."""

BROWSER_HEADERS = "monitor_browser_headers"
"""Meta of such requests: the hosts that are sent the outlet's own headers, and these headers."""

SECONDS = 60.0
"""One page in the browser, from the start of its loading to its text."""

NO_BROWSER = "its pages need a browser and there is none: install Chromium and 'fighters-pow-monitor[browser]'"


def find_chromium(configured: str = "", home: Path | None = None) -> str | None:
    """The path of a Chromium; None where there is none. A configured one that does not exist is none."""
    if configured:
        return shutil.which(configured)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    for folder in PLAYWRIGHT_FOLDERS:
        for pattern in PLAYWRIGHT_PATTERNS:
            versions = sorted(((home or Path.home()) / folder).glob(pattern))
            if versions:
                return str(versions[-1])
    return None


def available(configured: str = "") -> str | None:
    """The path of a Chromium that can be driven from here; None without it or without the extra `browser`."""
    if importlib.util.find_spec("scrapy_playwright") is None:
        return None
    return find_chromium(configured)


def meta(outlet_id: str, path: str) -> dict[str, Any]:
    """Meta of a request for a rendered page. Each outlet has its own cookies and storage, gone with the crawl."""
    return {
        RENDER: path,
        "playwright": True,
        "playwright_context": outlet_id,
        "dont_redirect": True,  # the browser has followed what there was to follow
        "download_timeout": SECONDS,
        "outlet_id": outlet_id,
    }
