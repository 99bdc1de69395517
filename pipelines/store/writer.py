"""Write one page whole: article, revision, mentions, matches, alert events and the frontier's acknowledgement.

In      an open session (the caller's transaction), an `Article` with its outcome, the instant
Out     `Written(article_id, revision, outcome)`; nothing is committed here
Claims  rows of earlier revisions stay; a page read again without a new text writes no derived rows
History an article published more than 72 h before its outlet or the watch was first seen is historical
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from operator import ne
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from pipelines.records import ANALYSIS_VERSION, Article, Match, Outcome, Reading, When
from pipelines.store import frontier, search, verdicts
from pipelines.store.derive import write_derived
from pipelines.store.rows import put, put_numbered, values_of
from pipelines.store.schema import (
    AlertEventRow,
    ArticleRow,
    ArticleUrlRow,
    EvidenceRow,
    MatchRow,
    OutletRow,
    RevisionRow,
    UrlMergeRow,
    WatchRow,
)
from pipelines.store.search import Keys

HISTORICAL_AFTER = timedelta(hours=72)
"""Older than this at first sight of the outlet or the watch: told once in a digest, never as news."""

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
            _event(session, known, watch_id, "gone", now, historical=known.historical)
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
    row.evidence_id = _evidence(session, article)
    session.flush()
    _write_claims(session, row, article, now, new=False)
    search.index_again(session, row.id, old, keys)
    verdicts.apply(session, row, now)
    return Written(row.id, row.revision, Outcome.REVISED, len(article.matches))


def _keep_text(session: Session, row: ArticleRow) -> None:
    """The text that goes out of the article's row now stays with its revision."""
    of = (RevisionRow.article_id == row.id, RevisionRow.number == row.revision, RevisionRow.body.is_(None))
    session.execute(update(RevisionRow).where(*of).values(body=row.body), execution_options=_PAST_OBJECTS)


_PAST_OBJECTS = {"synchronize_session": False}


def _store_new(session: Session, article: Article, keys: Keys, now: datetime) -> Written:
    row = article_row(article, now)
    row.evidence_id = _evidence(session, article)
    row.historical = article.historical or _before_watching(session, article, now)
    [row.id] = put_numbered(session, ArticleRow, [values_of(row)])
    _write_claims(session, row, article, now, new=True)
    search.index_new(session, [(row.id, keys)])
    return Written(row.id, row.revision, article.outcome or Outcome.STORED, len(article.matches))


def _write_claims(session: Session, row: ArticleRow, article: Article, now: datetime, *, new: bool) -> None:
    """Everything that hangs on the article's own row."""
    put(session, RevisionRow, [values_of(revision_row(row, article))])
    _remember_urls(session, row, article, now)
    write_derived(session, row.id, row.revision, article)
    _write_matches(session, row, article, now, new=new)
    if not article.historical:
        session.connection().execute(_NOTE_OUTLET, {"outlet": article.outlet_id, "at": now})


def _seen_again(session: Session, row: ArticleRow, article: Article, outcome: Outcome, now: datetime) -> Written:
    if article.reading is not Reading.HEADLINE:
        row.fetched_at, row.gone_at = article.fetched_at, None
    _remember_urls(session, row, article, now)
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


def revision_row(row: ArticleRow, article: Article) -> RevisionRow:
    """The text that an article has now, as a row: it stands in the article's own."""
    return RevisionRow(
        article_id=row.id,
        number=row.revision,
        title=article.title,
        lead=article.lead,
        body=None,
        content_hash=article.content_hash,
        fetched_at=article.fetched_at,
        modified_at=row.modified_at,
        outcome=row.outcome,
        evidence_id=row.evidence_id,
    )


def _evidence(session: Session, article: Article) -> int | None:
    if article.evidence is None:
        return None
    kept = article.evidence
    row = {
        "warc": kept.warc,
        "offset": kept.offset,
        "length": kept.length,
        "sha256": kept.sha256,
        "url": article.url,
        "fetched_at": article.fetched_at,
    }
    return put_numbered(session, EvidenceRow, [row])[0]


_MET = select(_address.c.url).where(_address.c.url.in_(bindparam("urls", expanding=True)))
_OUTLET_SINCE = select(OutletRow.__table__.c.first_seen_at).where(OutletRow.__table__.c.id == bindparam("outlet"))
_NOTE_OUTLET = (
    update(cast("Table", OutletRow.__table__))
    .where(OutletRow.__table__.c.id == bindparam("outlet"))
    .values(last_article_at=bindparam("at"))
)


def _remember_urls(session: Session, row: ArticleRow, article: Article, now: datetime) -> None:
    urls = [url for url in (article.url, article.canonical_url, article.requested_url) if url]
    met = set(session.connection().execute(_MET, {"urls": urls}).scalars())
    fresh = [url for url in dict.fromkeys(urls) if url not in met]
    put(session, ArticleUrlRow, [{"url": url, "article_id": row.id, "seen_at": now} for url in fresh])
    merged = [
        {"article_id": row.id, "url": url, "why": article.url_why or "redirected", "merged_at": now}
        for url in fresh
        if url not in (row.url, row.canonical_url)
    ]
    put(session, UrlMergeRow, merged)


def _before_watching(session: Session, article: Article, now: datetime) -> bool:
    since = session.connection().execute(_OUTLET_SINCE, {"outlet": article.outlet_id}).scalar()
    return is_historical(article.published, since or now)


def is_historical(published: When | None, since: datetime) -> bool:
    """Whether something published then was old news when the watching began (`since`)."""
    if published is None:
        return False
    value = published.value
    if not isinstance(value, datetime):
        value = datetime.combine(value if isinstance(value, date) else since.date(), time(23, 59), UTC)
    return value < since - HISTORICAL_AFTER


def _write_matches(session: Session, row: ArticleRow, article: Article, now: datetime, *, new: bool) -> None:
    since = _watches_since(session, article.matches)
    old = {
        watch: row.historical or is_historical(article.published, since.get(watch, now))
        for watch in {match.watch for match in article.matches}
    }
    put(session, MatchRow, [_match_row(row, match, old[match.watch], now) for match in article.matches])
    kinds = {watch: _event_kind(article, matches) for watch, matches in _by_watch(article.matches).items()}
    if new:  # of a new article there is no event yet
        events = [_event_row(row, watch, kind, now, historical=old[watch]) for watch, kind in kinds.items()]
        put(session, AlertEventRow, events)
        return
    for watch, kind in kinds.items():
        _event(session, row, watch, kind, now, historical=old[watch])


def add_matches(
    session: Session, row: ArticleRow, article: Article, now: datetime, *, tell: set[str], historical: bool
) -> None:
    """Add the matches of an article that is matched anew; events only for the watches in `tell`."""
    session.flush()
    put(session, MatchRow, [_match_row(row, match, historical, now) for match in article.matches])
    for watch_id, matches in _by_watch(article.matches).items():
        if watch_id in tell:
            _event(session, row, watch_id, _event_kind(article, matches), now, historical=historical)


_watch = cast("Table", WatchRow.__table__)
_WATCHES_SINCE = select(_watch.c.id, _watch.c.first_seen_at).where(_watch.c.id.in_(bindparam("ids", expanding=True)))


def _watches_since(session: Session, matches: tuple[Match, ...]) -> dict[str, datetime]:
    ids = {match.watch for match in matches}
    rows = session.connection().execute(_WATCHES_SINCE, {"ids": sorted(ids)}) if ids else ()
    return {row.id: row.first_seen_at for row in rows}


def _by_watch(matches: tuple[Match, ...]) -> Mapping[str, list[Match]]:
    found: dict[str, list[Match]] = {}
    for match in matches:
        found.setdefault(match.watch, []).append(match)
    return found


def _event_kind(article: Article, matches: list[Match]) -> str:
    if article.outcome is Outcome.HEADLINE_ONLY:
        return "headline_only"
    return "match" if any(match.level == "alert" for match in matches) else "possible"


def _match_row(row: ArticleRow, match: Match, historical: bool, now: datetime) -> dict[str, Any]:
    return {
        "article_id": row.id,
        "revision": row.revision,
        "watch_id": match.watch,
        "watch_version": match.watch_version,
        "rule": match.rule,
        "topic": match.topic,
        "score": match.score,
        "level": match.level,
        "reason": match.reason,
        "quote": match.quote,
        "spans": [[s.field, s.start, s.end, s.text] for s in match.spans],
        "parts": [list(part) for part in match.parts],
        "historical": historical,
        "matched_at": now,
        "analysis_version": ANALYSIS_VERSION,
    }


def _event_row(row: ArticleRow, watch_id: str, kind: str, now: datetime, *, historical: bool) -> dict[str, Any]:
    return {
        "article_id": row.id,
        "revision": row.revision,
        "watch_id": watch_id,
        "kind": kind,
        "historical": historical,
        "created_at": now,
    }


def _event(session: Session, row: ArticleRow, watch_id: str, kind: str, now: datetime, *, historical: bool) -> None:
    """An event, once."""
    made = _event_row(row, watch_id, kind, now, historical=historical)
    what = {name: made[name] for name in ("article_id", "revision", "watch_id", "kind")}
    if session.scalar(select(AlertEventRow.id).filter_by(**what)) is None:
        put(session, AlertEventRow, [made])


def forget_matches(session: Session, article_id: int, watch_ids: tuple[str, ...]) -> None:
    """Drop the matches of some watches of an article, before it is matched anew by a changed rule."""
    session.execute(delete(MatchRow).where(MatchRow.article_id == article_id, MatchRow.watch_id.in_(watch_ids)))
