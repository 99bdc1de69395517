"""Write what hangs on articles' own rows: the text as a revision, addresses, claims, matches and alert events.

A page on topic leaves some hundred rows in ten tables; a statement costs more than the rows it brings, so each table
is written once, however many articles there are.

In      an open session, the articles with their rows, which have their numbers
Out     rows of the caller's transaction; the rows of earlier revisions stay
Raises  SQLAlchemyError as it is
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from pipelines.records import ANALYSIS_VERSION, Article, Match, Outcome, When
from pipelines.store.derive import write_derived_all
from pipelines.store.rows import put, put_numbered
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

HISTORICAL_AFTER = timedelta(hours=72)
"""Older than this at first sight of the outlet or the watch: told once in a digest, never as news."""


class Kept(NamedTuple):
    """An article that has a row."""

    row: ArticleRow
    article: Article


def write_claims(session: Session, kept: Sequence[Kept], now: datetime, *, new: bool) -> None:
    """Everything that hangs on the articles' own rows. `new`: they were not known, so that there is no event yet."""
    put(session, RevisionRow, [_revision(row, article) for row, article in kept])
    remember_urls(session, kept, now)
    write_derived_all(session, [(row.id, row.revision, article) for row, article in kept])
    _write_matches(session, kept, now, new=new)
    fresh = sorted({article.outlet_id for _, article in kept if not article.historical})
    if fresh:
        session.connection().execute(_NOTE_OUTLETS, {"outlets": fresh, "at": now})


def _revision(row: ArticleRow, article: Article) -> dict[str, Any]:
    """The text that an article has now: it stands in the article's own row."""
    return {
        "article_id": row.id,
        "number": row.revision,
        "title": article.title,
        "lead": article.lead,
        "body": None,
        "content_hash": article.content_hash,
        "fetched_at": article.fetched_at,
        "modified_at": row.modified_at,
        "outcome": row.outcome,
        "evidence_id": row.evidence_id,
    }


def write_evidence(session: Session, articles: Sequence[Article]) -> list[int | None]:
    """Where the bytes of each article lie, as rows; their numbers, None where no bytes were kept."""
    rows = [
        {
            "warc": one.evidence.warc,
            "offset": one.evidence.offset,
            "length": one.evidence.length,
            "sha256": one.evidence.sha256,
            "url": one.url,
            "fetched_at": one.fetched_at,
        }
        for one in articles
        if one.evidence is not None
    ]
    numbers = iter(put_numbered(session, EvidenceRow, rows))
    return [None if one.evidence is None else next(numbers) for one in articles]


_address, _outlet = cast("Table", ArticleUrlRow.__table__), cast("Table", OutletRow.__table__)
_MET = select(_address.c.url).where(_address.c.url.in_(bindparam("urls", expanding=True)))
_OUTLETS = _outlet.c.id.in_(bindparam("outlets", expanding=True))
_OUTLETS_SINCE = select(_outlet.c.id, _outlet.c.first_seen_at).where(_OUTLETS)
_NOTE_OUTLETS = update(_outlet).where(_OUTLETS).values(last_article_at=bindparam("at"))


def addresses(article: Article) -> tuple[str, ...]:
    """Every address under which an article was met now, each once."""
    return tuple(dict.fromkeys(url for url in (article.url, article.canonical_url, article.requested_url) if url))


def met(session: Session, urls: Iterable[str]) -> set[str]:
    """Those of the addresses that lead to an article."""
    return set(session.connection().execute(_MET, {"urls": sorted(set(urls))}).scalars())


def remember_urls(session: Session, kept: Sequence[Kept], now: datetime) -> None:
    """Keep the addresses that led nowhere yet; what was taken for another address is logged."""
    known = met(session, (url for _, article in kept for url in addresses(article)))
    fresh = [(row, article, url) for row, article in kept for url in addresses(article) if url not in known]
    put(session, ArticleUrlRow, [{"url": url, "article_id": row.id, "seen_at": now} for row, _, url in fresh])
    merged = [
        {"article_id": row.id, "url": url, "why": article.url_why or "redirected", "merged_at": now}
        for row, article, url in fresh
        if url not in (row.url, row.canonical_url)
    ]
    put(session, UrlMergeRow, merged)


# ── old news ──


def before_watching(session: Session, articles: Sequence[Article], now: datetime) -> list[bool]:
    """Whether each article came out before its outlet was watched."""
    outlets = sorted({article.outlet_id for article in articles})
    found = session.connection().execute(_OUTLETS_SINCE, {"outlets": outlets})
    since: dict[str, datetime] = {row.id: row.first_seen_at for row in found}
    return [is_historical(article.published, since.get(article.outlet_id, now)) for article in articles]


def is_historical(published: When | None, since: datetime) -> bool:
    """Whether something published then was old news when the watching began (`since`)."""
    if published is None:
        return False
    value = published.value
    if not isinstance(value, datetime):
        value = datetime.combine(value if isinstance(value, date) else since.date(), time(23, 59), UTC)
    return value < since - HISTORICAL_AFTER


# ── matches and events ──


def _write_matches(session: Session, kept: Sequence[Kept], now: datetime, *, new: bool) -> None:
    since = _watches_since(session, [article for _, article in kept])
    matches, events = [], []
    for row, article in kept:
        by_watch = _by_watch(article.matches)
        old = {watch: row.historical or is_historical(article.published, since.get(watch, now)) for watch in by_watch}
        matches += [_match_row(row, match, old[match.watch], now) for match in article.matches]
        kinds = ((watch, _event_kind(article, found)) for watch, found in by_watch.items())
        events += [_event_row(row, watch, kind, now, historical=old[watch]) for watch, kind in kinds]
    put(session, MatchRow, matches)
    put(session, AlertEventRow, events if new else [one for one in events if not _is_told(session, one)])


def add_matches(
    session: Session, row: ArticleRow, article: Article, now: datetime, *, tell: set[str], historical: bool
) -> None:
    """Add the matches of an article that is matched anew; events only for the watches in `tell`."""
    session.flush()
    put(session, MatchRow, [_match_row(row, match, historical, now) for match in article.matches])
    for watch_id, matches in _by_watch(article.matches).items():
        if watch_id in tell:
            add_event(session, row, watch_id, _event_kind(article, matches), now, historical=historical)


_watch = cast("Table", WatchRow.__table__)
_WATCHES_SINCE = select(_watch.c.id, _watch.c.first_seen_at).where(_watch.c.id.in_(bindparam("ids", expanding=True)))


def _watches_since(session: Session, articles: Sequence[Article]) -> dict[str, datetime]:
    ids = {match.watch for article in articles for match in article.matches}
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
        "parts": match.parts,
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


def _is_told(session: Session, event: Mapping[str, Any]) -> bool:
    what = {name: event[name] for name in ("article_id", "revision", "watch_id", "kind")}
    return session.scalar(select(AlertEventRow.id).filter_by(**what)) is not None


def add_event(session: Session, row: ArticleRow, watch_id: str, kind: str, now: datetime, *, historical: bool) -> None:
    """An event, once."""
    made = _event_row(row, watch_id, kind, now, historical=historical)
    if not _is_told(session, made):
        put(session, AlertEventRow, [made])
