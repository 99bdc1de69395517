"""The Atom feed of a watch: its stories, newest first, names always masked.

In      an open session, the watch's id, the watches and outlets, the instant
Out     the feed's bytes (UTF-8 XML); the same stories in the same words as the mails
Raises  `LookupError` for a watch that is not there
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitor.alerts import render, views
from monitor.alerts.compose import PlanConfig
from monitor.alerts.message import plain
from pipelines.records import Outlet, Watch
from pipelines.store.schema import ArticleRow, AuditRow, MatchRow, StoryRow, ToldFactRow

ATOM = "http://www.w3.org/2005/Atom"
RENEWED = "feed_renewed"
_NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(
    session: Session,
    watch_id: str,
    watches: Mapping[str, Watch],
    outlets: Mapping[str, Outlet],
    now: datetime,
    config: PlanConfig,
    limit: int = 50,
) -> bytes:
    """The feed of the newest `limit` stories of a watch; possible matches and older finds stay out of it."""
    if watch_id not in watches:
        raise LookupError(f"there is no watch {watch_id}")
    # a feed is read by programs that nobody logs in to: names stay masked, cleared watch or not
    watches = {**watches, watch_id: replace(watches[watch_id], names_cleared=False)}
    rows = _rows(session, watch_id, now, limit)
    desk = views.Desk.open(session, "", watches, outlets, config, rows)
    name = desk.label(watch_id)
    public = config.public_url.rstrip("/")
    root = ElementTree.Element("feed", xmlns=ATOM)
    _add(root, "id", _urn(f"watch {watch_id}"))
    _add(root, "title", name)
    _add(ElementTree.SubElement(root, "author"), "name", "News monitor")
    if public:
        ElementTree.SubElement(root, "link", rel="self", href=f"{public}{path(session, config.secret, watch_id)}")
    by_story: dict[int, list[ToldFactRow]] = {}
    for row in rows:
        by_story.setdefault(row.story_id, []).append(row)
    newest = max((desk.stories[i].updated_at for i in by_story), default=now)
    _add(root, "updated", newest.isoformat())
    for story_id, facts in by_story.items():
        _entry(root, desk, watch_id, story_id, facts)
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def token(secret: bytes, watch_id: str, renewals: int = 0) -> str:
    """What the address of a watch's feed is told by: it cannot be guessed and tells nothing."""
    said = f"feed\n{watch_id}" + (f"\n{renewals}" if renewals else "")
    digest = hmac.new(secret, said.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.b32encode(digest).decode()[:26].lower()


def path(session: Session, secret: bytes, watch_id: str) -> str:
    """The path of a watch's feed on the site, as it is now."""
    return f"/feed/{token(secret, watch_id, renewals(session).get(watch_id, 0))}.atom"


def watch_of(session: Session, given: str, secret: bytes, watch_ids: Iterable[str]) -> str | None:
    """The watch whose feed has this token; None for one that stands for nothing, or no longer."""
    if not given.isascii():
        return None
    renewed = renewals(session)
    return next((one for one in watch_ids if hmac.compare_digest(token(secret, one, renewed.get(one, 0)), given)), None)


def renewals(session: Session) -> dict[str, int]:
    """How often each feed was given a new address: the audit table is the record of it."""
    query = select(AuditRow.target, func.count()).where(AuditRow.action == RENEWED).group_by(AuditRow.target)
    return {str(watch_id): count for watch_id, count in session.execute(query)}


def renew(session: Session, watch_id: str, now: datetime, actor: str) -> None:
    """Give the feed a new address: the old one is worth nothing from now on."""
    session.add(AuditRow(at=now, actor=actor, action=RENEWED, target=watch_id, detail={}))
    session.flush()


def _rows(session: Session, watch_id: str, now: datetime, limit: int) -> list[ToldFactRow]:
    """One row an article, as the planner would make them; they are never stored."""
    newest = (
        select(StoryRow.id)
        .join(ArticleRow, ArticleRow.story_id == StoryRow.id)
        .join(MatchRow, MatchRow.article_id == ArticleRow.id)
        .where(MatchRow.watch_id == watch_id, MatchRow.level == "alert", MatchRow.historical.is_(False))
        .group_by(StoryRow.id, StoryRow.updated_at)
        .order_by(StoryRow.updated_at.desc(), StoryRow.id.desc())
        .limit(limit)
    )
    ids = list(session.scalars(newest))
    matched = select(MatchRow.article_id).where(
        MatchRow.watch_id == watch_id, MatchRow.level == "alert", MatchRow.historical.is_(False)
    )
    articles = session.execute(
        select(ArticleRow.id, ArticleRow.story_id)
        .where(ArticleRow.story_id.in_(ids), ArticleRow.id.in_(matched))
        .order_by(ArticleRow.first_seen_at, ArticleRow.id)
    ).all()
    by_story = {story_id: [a for a, s in articles if s == story_id] for story_id in ids}
    return [
        ToldFactRow(
            recipient="", story_id=story_id, fact="", watch_id=watch_id, article_id=article_id, rate="feed",
            news=False, detail={"kind": "joined"}, created_at=now, due_at=now,
        )
        for story_id, members in by_story.items()
        for article_id in members
    ]  # fmt: skip


def _entry(root: ElementTree.Element, desk: views.Desk, watch_id: str, story_id: int, facts: list[ToldFactRow]) -> None:
    view = desk.story(story_id, facts, follow_up=False)
    text, _ = render.story(view, ())
    entry = ElementTree.SubElement(root, "entry")
    _add(entry, "id", _urn(f"watch {watch_id} story {story_id}"))
    _add(entry, "title", view.headline)
    _add(entry, "updated", desk.stories[story_id].updated_at.isoformat())
    if desk.config.public_url:
        link = f"{desk.config.public_url.rstrip('/')}/story/{story_id}"
        ElementTree.SubElement(entry, "link", rel="alternate", href=link)
    content = _add(entry, "content", _NOT_XML.sub("", text).partition("\n--\n")[0])
    content.set("type", "text")


def _add(parent: ElementTree.Element, tag: str, text: str) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, tag)
    made.text = text if tag == "content" else plain(text, 300)
    return made


def _urn(thing: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"monitor {thing}").urn
