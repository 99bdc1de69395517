"""Write one page whole: article, revision, mentions, matches, alert events and the frontier's acknowledgement.

In      an open session (the caller's transaction), an `Article` with its outcome, the instant
Out     `Written(article_id, revision, outcome)`; nothing is committed here
Claims  rows of earlier revisions stay; a page read again without a new text writes no derived rows
History an article published more than 72 h before its outlet or the watch was first seen is historical
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from operator import ne
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from pipelines.records import ANALYSIS_VERSION, Article, Outcome, Reading, When
from pipelines.store import claims, frontier, search, verdicts
from pipelines.store.claims import Kept
from pipelines.store.rows import put_numbered, values_of
from pipelines.store.schema import ArticleRow, ArticleUrlRow, MatchRow, RevisionRow
from pipelines.store.search import Keys

KEPT = frozenset({Outcome.STORED, Outcome.OFF_TOPIC, Outcome.HEADLINE_ONLY, Outcome.EMPTY_BODY})
"""Outcomes whose article becomes a row; all others only close the link."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a page."""

    article_id: int | None
    revision: int
    outcome: Outcome
    matches: int = 0


def write_article(
    session: Session,
    article: Article,
    keys: Keys,
    link_keys: tuple[str, ...],
    now: datetime,
    really_changed: Callable[[str, str], bool] = ne,
    keys_of_row: Callable[[ArticleRow], Keys] | None = None,
) -> Written:
    """Write `article` and close the links `link_keys` (keys of the requested and the final address).

    `really_changed(old, new)` says whether two texts that differ differ in their news: else there is no new revision.
    `keys_of_row` reads the keys of a text that is stored, to take it out of the index when another comes.
    """
    outcome = article.outcome or Outcome.STORED
    if outcome in KEPT and article.url_key:
        written = _store(session, replace(article, outcome=outcome), keys, now, really_changed, keys_of_row)
    else:
        written = _not_stored(session, article, outcome, now)
    # a headline was kept, but the page itself may still be had later: its link closes with the page's own outcome
    closing = article.failure if written.outcome is Outcome.HEADLINE_ONLY and article.failure else written.outcome
    frontier.acknowledge(session, link_keys, closing, now, detail=article.detail, article_id=written.article_id)
    return written


def _not_stored(session: Session, article: Article, outcome: Outcome, now: datetime) -> Written:
    known = _find(session, article)
    if known is None:
        return Written(None, 0, outcome)
    if outcome is Outcome.GONE and known.gone_at is None:
        known.gone_at = now
        for watch_id in session.scalars(select(MatchRow.watch_id).where(MatchRow.article_id == known.id).distinct()):
            claims.add_event(session, known, watch_id, "gone", now, historical=known.historical)
    return Written(known.id, known.revision, outcome)


_article, _address = cast("Table", ArticleRow.__table__), cast("Table", ArticleUrlRow.__table__)
_BY_KEY = select(_article.c.id).where(_article.c.url_key == bindparam("key"))
_BY_URL = select(_address.c.article_id).where(_address.c.url == bindparam("url"))


def _find(session: Session, article: Article) -> ArticleRow | None:
    session.flush()
    ask = session.connection()
    number = ask.execute(_BY_KEY, {"key": article.url_key}).scalar() if article.url_key else None
    if number is None:
        number = ask.execute(_BY_URL, {"url": article.url}).scalar()
    if number is not None:
        return session.get(ArticleRow, number)
    return _moved(session, article)


def _moved(session: Session, article: Article) -> ArticleRow | None:
    """The article whose address led here, if this is still its text: a new title often brings a new address."""
    if article.outcome is Outcome.GONE or article.requested_url in (None, article.url):
        return None
    number = session.connection().execute(_BY_URL, {"url": article.requested_url}).scalar()
    row = None if number is None else session.get(ArticleRow, number)
    if row is None or row.outlet_id != article.outlet_id:
        return None
    old, new = set(row.body.split("\n")) - {""}, set(article.body.split("\n"))
    return row if row.title == article.title or 2 * len(old & new) > len(old) else None


def _store(
    session: Session,
    article: Article,
    keys: Keys,
    now: datetime,
    really_changed: Callable[[str, str], bool],
    keys_of_row: Callable[[ArticleRow], Keys] | None,
) -> Written:
    row = _find(session, article)
    if row is None:
        return _store_new(session, article, keys, now)
    if _same_text(row, article):
        return _seen_again(session, row, article, Outcome.UNCHANGED, now)
    led_here = article.requested_url is not None and article.requested_url in (row.url, row.canonical_url)
    if article.url != row.url and not led_here and session.get(ArticleUrlRow, article.url) is None:
        # another address of a known article: its wrapping differs, its news does not
        return _seen_again(session, row, article, Outcome.DUPLICATE, now)
    if (
        row.reading == article.reading.value
        and row.title == article.title
        and row.body
        and not really_changed(row.body, article.body)
    ):
        return _seen_again(session, row, article, Outcome.UNCHANGED, now)
    old = keys_of_row(row) if keys_of_row else Keys()
    _keep_text(session, row)
    row.revision += 1
    _fill(row, article)
    [row.evidence_id] = claims.write_evidence(session, [article])
    session.flush()
    claims.write_claims(session, [Kept(row, article)], now, new=False)
    search.index_again(session, row.id, old, keys)
    verdicts.apply(session, row, now)
    return Written(row.id, row.revision, Outcome.REVISED, len(article.matches))


def _keep_text(session: Session, row: ArticleRow) -> None:
    """The text that goes out of the article's row now stays with its revision."""
    of = (RevisionRow.article_id == row.id, RevisionRow.number == row.revision, RevisionRow.body.is_(None))
    session.execute(update(RevisionRow).where(*of).values(body=row.body), execution_options=_PAST_OBJECTS)


_PAST_OBJECTS = {"synchronize_session": False}


def _store_new(session: Session, article: Article, keys: Keys, now: datetime) -> Written:
    [(row, _)] = add_articles(session, [article], now)
    search.index_new(session, [(row.id, keys)])
    return Written(row.id, row.revision, article.outcome or Outcome.STORED, len(article.matches))


def add_articles(session: Session, articles: Sequence[Article], now: datetime) -> list[Kept]:
    """Write articles that no row knows, with everything that hangs on them."""
    kept = [Kept(article_row(article, now), article) for article in articles]
    evidence = claims.write_evidence(session, articles)
    old = claims.before_watching(session, articles, now)
    for (row, article), number, historical in zip(kept, evidence, old, strict=True):
        row.evidence_id, row.historical = number, article.historical or historical
    numbers = put_numbered(session, ArticleRow, [values_of(row) for row, _ in kept])
    for (row, _), number in zip(kept, numbers, strict=True):
        row.id = number
    claims.write_claims(session, kept, now, new=True)
    return kept


def _seen_again(session: Session, row: ArticleRow, article: Article, outcome: Outcome, now: datetime) -> Written:
    if article.reading is not Reading.HEADLINE:
        row.fetched_at, row.gone_at = article.fetched_at, None
    claims.remember_urls(session, [Kept(row, article)], now)
    return Written(row.id, row.revision, outcome)


def _same_text(row: ArticleRow, article: Article) -> bool:
    if article.reading is Reading.HEADLINE:
        return True  # a headline never replaces a text
    return row.content_hash == article.content_hash and row.reading == article.reading.value


def _fill(row: ArticleRow, article: Article) -> None:
    row.outlet_id, row.url, row.canonical_url = article.outlet_id, article.url, article.canonical_url or article.url
    row.title, row.lead, row.body = article.title, article.lead, article.body
    row.language, row.section, row.image_url = article.language, article.section, article.image_url
    row.authors, row.tags, row.flags = list(article.authors), list(article.tags), list(article.flags)
    row.fetched_at, row.status, row.content_hash = article.fetched_at, article.status, article.content_hash
    row.reading, row.relevant = article.reading.value, article.relevant
    row.outcome = (article.outcome or Outcome.STORED).value
    row.analysis_version = ANALYSIS_VERSION
    row.gone_at = None
    _fill_times(row, article.published, article.modified)


def _fill_times(row: ArticleRow, published: When | None, modified: When | None) -> None:
    row.modified_at = modified.value if modified and isinstance(modified.value, datetime) else None
    if published is None:
        return
    row.published_zone, row.published_source, row.published_raw = published.zone, published.source, published.raw
    if isinstance(published.value, datetime):
        offset = published.value.utcoffset()
        row.published_at, row.published_on = published.value, published.value.date()
        row.published_offset = int(offset.total_seconds() // 60) if offset is not None else None
    else:
        row.published_on = published.value
        row.published_at = datetime.combine(published.value, time(12), UTC)  # midday: right to the day in most zones


def article_row(article: Article, now: datetime) -> ArticleRow:
    """The row of a new article, in no session yet."""
    row = ArticleRow(first_seen_at=now, revision=1, url_key=article.url_key)
    _fill(row, article)
    return row
