"""Apply today's watches to the articles read so far: new matches are found, stale ones go, nothing is fetched.

Articles of which only the fast text was kept are read closely now when they match. What is found is historical and
told in the watch's next digest, unless the caller asks for alerts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.wiring import Workshop, context_of, note_declarations
from pipelines.analysis.analyst import Analyst
from pipelines.records import Article, Context, Outcome, Reading, When
from pipelines.store.derive import write_derived
from pipelines.store.schema import ArticleRow, MatchRow
from pipelines.store.session import session
from pipelines.store.writer import add_matches, forget_matches

BATCH = 200


@dataclass(slots=True)
class Rematched:
    """How many articles were tried, how many match, how many did not before."""

    articles: int = 0
    matched: int = 0
    new: int = 0


def rematch_all(shop: Workshop, only: str | None, now: datetime, *, alert: bool = False) -> Rematched:
    """Match every stored article again, in batches, each in its own transaction."""
    note_declarations(shop.engine, shop.outlets.values(), shop.watches.values(), now)
    chosen = [watch for watch in shop.watches.values() if watch.enabled and only in (None, watch.id)]
    analyst, done, last = Analyst(chosen), Rematched(), 0
    while True:
        with session(shop.engine) as opened:
            query = select(ArticleRow).where(ArticleRow.id > last).order_by(ArticleRow.id).limit(BATCH)
            rows = list(opened.scalars(query))
            if not rows:
                return done
            last = rows[-1].id
            for row in rows:
                outlet = shop.outlets.get(row.outlet_id)
                context = context_of(outlet) if outlet else Context(outlet_id=row.outlet_id)
                _rematch(opened, row, analyst, context, tuple(w.id for w in chosen), now, alert, done)


def _rematch(
    opened: Session,
    row: ArticleRow,
    analyst: Analyst,
    context: Context,
    watch_ids: tuple[str, ...],
    now: datetime,
    alert: bool,
    done: Rematched,
) -> None:
    done.articles += 1
    article = article_of(row)
    found = analyst.match(replace(article, outcome=None), context)
    before = set(
        opened.scalars(select(MatchRow.watch_id).where(MatchRow.article_id == row.id, MatchRow.watch_id.in_(watch_ids)))
    )
    forget_matches(opened, row.id, watch_ids)
    done.matched += bool(found.matches)
    if not found.matches:
        rest = opened.scalar(select(MatchRow.id).where(MatchRow.article_id == row.id).limit(1))
        row.relevant = rest is not None
        return
    new = {match.watch for match in found.matches} - before
    done.new += bool(new)
    if row.reading == Reading.FAST_TEXT.value:
        closely = replace(found, reading=Reading.CLOSE, outcome=None)
        write_derived(opened, row.id, row.revision, analyst.figures(analyst.dates(closely, context), context))
        row.reading, row.outcome = Reading.CLOSE.value, Outcome.STORED.value
    row.relevant = True
    add_matches(opened, row, found, now, tell=new, historical=not alert)


def article_of(row: ArticleRow) -> Article:
    """A stored article as a record, for reading it once more."""
    published = None
    if row.published_at is not None:
        zone = timezone(timedelta(minutes=row.published_offset or 0))
        published = When(row.published_at.astimezone(zone), "page", row.published_source or "")
    return Article(
        outlet_id=row.outlet_id,
        url=row.url,
        fetched_at=row.fetched_at,
        canonical_url=row.canonical_url,
        url_key=row.url_key,
        title=row.title,
        lead=row.lead,
        body=row.body,
        language=row.language,
        section=row.section,
        tags=tuple(row.tags),
        published=published,
        reading=Reading(row.reading),
        historical=row.historical,
    )

