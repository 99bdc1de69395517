"""What Scrapy logs of items and errors: ids and outcomes, never addresses, texts or names of people."""

from __future__ import annotations

import logging
from typing import Any

from itemadapter import ItemAdapter
from scrapy.logformatter import LogFormatter


class QuietFormatter(LogFormatter):
    """Replaces Scrapy's messages that would carry a URL path or a whole item."""

    def scraped(self, item: Any, response: Any, spider: Any) -> None:  # type: ignore[override]
        """Nothing: the outcome is counted in the run's book."""
        return None

    def crawled(self, request: Any, response: Any, spider: Any) -> None:  # type: ignore[override]
        """Nothing: every page is counted by its outcome."""
        return None

    def dropped(self, item: Any, exception: BaseException, response: Any, spider: Any) -> Any:
        """No stage drops; should one, say so without the item."""
        return {"level": logging.ERROR, "msg": "a stage dropped an item: %(kind)s", "args": {"kind": type(exception)}}

    def item_error(self, item: Any, exception: BaseException, response: Any, spider: Any) -> Any:
        """An error inside a stage, with the outlet, without the item."""
        outlet = ItemAdapter(item).get("outlet_id", "?") if ItemAdapter.is_item(item) else "?"
        return {
            "level": logging.ERROR,
            "msg": "outlet %(outlet)s: a stage failed: %(kind)s",
            "args": {"outlet": outlet, "kind": type(exception).__name__},
        }
