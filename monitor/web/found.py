"""Search for pages: hits with snippets, facets with counts, the count of all; the same articles as `monitor search`.

In      an open session and a `Filter`; the parameters as they were asked, under which facets are remembered
Out     plain dictionaries; `next` is the place after which the following page begins
Kept    the facets of a search for a minute (they are of all hits, and a reader turns pages); its best hits for ten
        minutes, so that pages by relevance do not shift while new articles change what is rare
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from monitor import facets, query
from monitor.columns import Columns
from monitor.facets import Found
from monitor.query import Cursor, Filter
from pipelines.analysis import tokens
from pipelines.store.schema import ArticleRow

BEST = 200
KEEP_FACETS, KEEP_BEST = 60, 600
MOST_KEPT = 200


class Kept:
    """Answers that are remembered for some seconds, the newest `MOST_KEPT` of them; and the articles' columns."""

    def __init__(self) -> None:
        self.columns = Columns()
        self._lock = threading.Lock()
        self._entries: OrderedDict[Any, tuple[float, Any]] = OrderedDict()

    def get(self, key: Any, seconds: float) -> Any:
        """What is remembered under `key`; None where nothing is, or it is older."""
        with self._lock:
            at, value = self._entries.get(key, (0.0, None))
        return value if time.monotonic() - at < seconds else None

    def put(self, key: Any, value: Any) -> None:
        """Remember."""
        with self._lock:
            self._entries[key] = (time.monotonic(), value)
            self._entries.move_to_end(key)
            while len(self._entries) > MOST_KEPT:
                self._entries.popitem(last=False)


def search(session: Session, wanted: Filter, kept: Kept, asked: Any) -> dict[str, Any]:
    """Count, hits and facets of one page. `asked`: what tells this search from others, pages left aside."""
    beside = kept.get(("facets", asked), KEEP_FACETS)
    if wanted.by_relevance and wanted.text:
        found, ids, following = _best(session, wanted, kept, asked, beside is None)
    else:
        found = facets.look(session, wanted, kept.columns, beside=beside is None)
        more, ids = len(found.ids) > wanted.limit, list(found.ids[: wanted.limit])
        following = str(_place(session, ids[-1])) if more else None
    if beside is None and found is not None:
        beside = replace(found, ids=())
        kept.put(("facets", asked), beside)
    count = beside.count if found is None else found.count
    hits = list(query.hits(session, query.rows_of(session, ids), wanted.text))
    return {"count": count, "articles": hits, "facets": beside.facets, "next": following}


def _place(session: Session, number: int) -> Cursor:
    return query.place_of(session.get_one(ArticleRow, number))


def _best(
    session: Session, wanted: Filter, kept: Kept, asked: Any, beside: bool
) -> tuple[Found | None, list[int], str | None]:
    """A page of the best hits, and where the next begins. What was the best once stays so while one turns pages."""
    best: list[int] | None = kept.get(("best", asked), KEEP_BEST) if wanted.offset else None
    found: Found | None = None
    if best is None or beside:
        found = facets.look(session, replace(wanted, limit=BEST - 1, offset=0), kept.columns, beside=beside)
        best = best or list(found.ids)
        kept.put(("best", asked), best)
    end = wanted.offset + wanted.limit
    return found, best[wanted.offset : end], str(end) if end < len(best) else None


def pieces(text: str, keys: list[str]) -> list[tuple[str, bool]]:
    """`text` cut at the words that bear one of `keys`: (piece, whether it is such a word).

    >>> pieces("Held soldiers.", ["soldiers"])
    [('Held ', False), ('soldiers', True), ('.', False)]
    """
    wanted, out, at = set(keys), [], 0
    if not wanted:
        return [(text, False)]
    long = tuple(k for k in wanted if len(k) > 3) if len(wanted) < 20 else ()
    read = tokens.tokenise(text)
    for start, end, key in zip(read.starts, read.ends, read.keys, strict=True):
        if start >= at and (key in wanted or any(key.startswith(k) for k in long)):
            out += [(text[at:start], False), (text[start:end], True)]
            at = end
    return [piece for piece in [*out, (text[at:], False)] if piece[0]]
