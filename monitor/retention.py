"""How long what is kept: texts off topic, matched texts and persons, mails, the books of runs.

In      `retention.toml` of the workspace (all of it optional), an open session, the instant
Out     `Purged` tuple: what went, how many rows, and what stays of them
Keeps   addresses, hashes, evidence, numbers, verdicts, the audit: what was read stays provable, and is not read again
Watch   a matched article stays as long as the most patient of its watches says; 0 = for ever
Raises  ConfigError naming the file and the key
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from monitor.config import ConfigError, nearest
from pipelines.persist import keys_of_row
from pipelines.store import copies, search
from pipelines.store.schema import (
    WITH_REJECTED,
    ArticleRow,
    AuditRow,
    DateMentionRow,
    FigureRow,
    MatchRow,
    OutboxRow,
    OutletRunRow,
    ReportedCountRow,
    ReviewRow,
    RevisionRow,
    RunRow,
    SuggestionRow,
)

FILE = "retention.toml"
FLAG = "purged"
PIECE = 200
_KEYS = ("off_topic_days", "matched_days", "mail_days", "run_days")


@dataclass(frozen=True, slots=True)
class Retention:
    """Days after which things go; 0 = never. `watches`: days of matched articles, by watch."""

    off_topic_days: int = 365
    matched_days: int = 0
    mail_days: int = 0
    run_days: int = 730
    watches: Mapping[str, int] = field(default_factory=dict)

    def days_of(self, watch_ids: Sequence[str]) -> int:
        """How long an article that these watches matched is kept.

        >>> Retention(matched_days=30, watches={"cases": 0}).days_of(["news", "cases"])
        0
        """
        days = [self.watches.get(watch, self.matched_days) for watch in watch_ids]
        return 0 if not days or 0 in days else max(days)


@dataclass(frozen=True, slots=True)
class Purged:
    """One kind of thing: how many rows are older than `days`, and what stays of them."""

    what: str
    rows: int
    days: int
    stays: str


def load(workspace: Path, off_topic_days: int = 365) -> Retention:
    """Read the workspace's retention; `off_topic_days` is the setting `keep_days`. Raises ConfigError."""
    path = workspace / FILE
    if not path.is_file():
        return Retention(off_topic_days=off_topic_days)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    known = (*_KEYS, "watches")
    for key in table:
        if key not in known:
            raise ConfigError(f'{path}: unknown key "{key}"{nearest(key, known)}')
    watches = table.pop("watches", {})
    if not isinstance(watches, dict):
        raise ConfigError(f"{path}: watches: a table of days by watch is needed")
    days = {key: _days(path, key, value) for key, value in table.items()}
    return Retention(
        **{"off_topic_days": off_topic_days, **days},
        watches={key: _days(path, f"watches.{key}", value) for key, value in watches.items()},
    )


def _days(path: Path, key: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 36_500:
        raise ConfigError(f"{path}: {key}: days are needed, 0 for ever")
    return value


def purge(session: Session, kept: Retention, actor: str, now: datetime) -> tuple[Purged, ...]:
    """Let go what is older than `kept` says; a second purge finds nothing. Nothing is committed here."""
    done = tuple(_steps(session, kept, now))
    if any(one.rows for one in done):
        detail = {one.what: one.rows for one in done}
        session.add(AuditRow(at=now, actor=actor, action="purge", target="workspace", detail=detail))
    session.flush()
    return done


def _steps(session: Session, kept: Retention, now: datetime) -> Iterator[Purged]:
    if kept.off_topic_days:
        ids = list(_off_topic(session, now - timedelta(days=kept.off_topic_days)))
        _empty(session, ids)
        yield Purged("texts off topic", len(ids), kept.off_topic_days, "address, headline, hashes, dates")
    matched = list(_matched(session, kept, now))
    _empty(session, matched)
    _forget(session, matched)
    days = kept.matched_days
    yield Purged("matched articles", len(matched), days, "address, headline, hashes, evidence, matches, counts")
    if kept.mail_days:
        yield Purged("mails", _mails(session, now - timedelta(days=kept.mail_days)), kept.mail_days,
                     "that they were sent, to whom and when")  # fmt: skip
    if kept.run_days:
        yield Purged("runs", _runs(session, now - timedelta(days=kept.run_days)), kept.run_days, "nothing")


def _age() -> Any:
    return func.coalesce(ArticleRow.fetched_at, ArticleRow.first_seen_at)


def _off_topic(session: Session, before: datetime) -> Iterator[int]:
    query = select(ArticleRow.id).where(ArticleRow.relevant.is_(False), _age() < before)
    query = query.where((ArticleRow.body != "") | ArticleRow.lead.is_not(None))
    matched = select(MatchRow.id).where(MatchRow.article_id == ArticleRow.id)
    yield from session.scalars(query.where(~matched.exists()).order_by(ArticleRow.id))


def _matched(session: Session, kept: Retention, now: datetime) -> Iterator[int]:
    """Matched articles that every one of their watches lets go, and that are in no case folder."""
    spans = [days for days in (kept.matched_days, *kept.watches.values()) if days]
    if not spans:
        return
    before = now - timedelta(days=min(spans))
    rows = session.execute(
        select(ArticleRow.id, _age(), MatchRow.watch_id, ArticleRow.flags)
        .join(MatchRow, MatchRow.article_id == ArticleRow.id)
        .where(_age() < before)
        .order_by(ArticleRow.id),
        execution_options=WITH_REJECTED,
    )
    found: dict[int, tuple[datetime, list[str]]] = {}
    for number, seen, watch, flags in rows:
        if FLAG not in flags:
            found.setdefault(number, (seen, []))[1].append(watch)
    held = set(session.scalars(select(ReviewRow.article_id).where(ReviewRow.kind == "folder")))
    for number, (seen, watches) in found.items():
        days = kept.days_of(watches)
        if days and seen < now - timedelta(days=days) and number not in held:
            yield number


def _empty(session: Session, ids: Sequence[int]) -> None:
    """Take the texts out of articles and their revisions, of the index and of what finds copies."""
    for part in _pieces(ids):
        for row in session.scalars(select(ArticleRow).where(ArticleRow.id.in_(part))):
            old = keys_of_row(row)
            row.body, row.lead = "", None
            row.flags = [*(flag for flag in row.flags if flag != FLAG), FLAG]
            search.index_again(session, row.id, old, keys_of_row(row), surely=True)
        session.flush()
        session.execute(update(RevisionRow).where(RevisionRow.article_id.in_(part)).values(body="", lead=None))
        copies.drop(session, part)


def _forget(session: Session, ids: Sequence[int]) -> None:
    """Persons and quotes go; that a watch matched, and how many people were spoken of, stays."""
    for part in _pieces(ids):
        figures = select(FigureRow.id).where(FigureRow.article_id.in_(part)).execution_options(**WITH_REJECTED)
        numbers = list(session.scalars(figures))
        for piece in _pieces(numbers):
            named = SuggestionRow.figure_id.in_(piece) | SuggestionRow.other_id.in_(piece)
            session.execute(delete(SuggestionRow).where(named))
            session.execute(delete(FigureRow).where(FigureRow.id.in_(piece)))
        session.execute(delete(DateMentionRow).where(DateMentionRow.article_id.in_(part)))
        plain: dict[str, Any] = {"quote": None, "reason": "", "spans": [], "parts": []}
        session.execute(update(MatchRow).where(MatchRow.article_id.in_(part)).values(**plain))
        counted = update(ReportedCountRow).where(ReportedCountRow.article_id.in_(part))
        session.execute(counted.values(quote="", attributed_to=None))
        for review in session.scalars(select(ReviewRow).where(ReviewRow.article_id.in_(part))):
            review.anchor = _without_words(review.anchor)
            review.value = None if review.kind == "person" else review.value
    session.flush()


def _without_words(anchor: Mapping[str, Any]) -> dict[str, Any]:
    """What of an anchor stays: which reading, which revision, which watch; precision is still counted from it."""
    row = {key: value for key, value in anchor.get("row", {}).items() if key in ("watch_id", "rule", "level")}
    return {key: anchor[key] for key in ("reading", "revision", "column") if key in anchor} | {"row": row}


def _mails(session: Session, before: datetime) -> int:
    old = (OutboxRow.created_at < before) & OutboxRow.state.in_(("sent", "suppressed", "failed"))
    return _changed(session, update(OutboxRow).where(old, func.length(OutboxRow.message) > 0).values(message=b""))


def _runs(session: Session, before: datetime) -> int:
    ids = list(session.scalars(select(RunRow.id).where(RunRow.started_at < before, RunRow.finished_at.is_not(None))))
    for part in _pieces(ids):
        session.execute(delete(OutletRunRow).where(OutletRunRow.run_id.in_(part)))
        session.execute(delete(RunRow).where(RunRow.id.in_(part)))
    return len(ids)


def _changed(session: Session, statement: Any) -> int:
    done = session.execute(statement, execution_options={"synchronize_session": False})
    return done.rowcount if isinstance(done, CursorResult) else 0


def _pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(ids), PIECE):
        yield ids[at : at + PIECE]


__all__ = ["FILE", "Purged", "Retention", "load", "purge"]
