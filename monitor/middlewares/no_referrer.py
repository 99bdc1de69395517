"""No request says where it was found: neither a setting nor an outlet's own header can change that."""

from __future__ import annotations

from typing import Any

from scrapy.spidermiddlewares.referer import NoReferrerPolicy, RefererMiddleware, ReferrerPolicy


class NoReferrerMiddleware(RefererMiddleware):
    """Scrapy's middleware, which would follow the `Referrer-Policy` of a response."""

    def policy(self, response: Any = None, request: Any = None, **more: Any) -> ReferrerPolicy:
        """Always the one that tells nothing."""
        return NoReferrerPolicy()
