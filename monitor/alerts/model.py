"""What a mail shows, ready to be laid out: every text in these records has passed the boundary of protection.

Marked text is a tuple of pieces `(text, marked)`, so that the layout decides how a found word looks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

Pieces = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class ArticleView:
    """One report of a story. `copy` is how to reach our copy; `url` may be the outlet's front page."""

    article_id: int
    title: str
    outlet: str
    ownership: str
    language: str
    published: str
    url: str = ""
    url_is_front: bool = False
    copy: str = ""
    why: tuple[str, ...] = ()
    sentences: tuple[Pieces, ...] = ()
    marks: tuple[str, ...] = ()
    evidence: str = ""
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class StoryView:
    """One story for one recipient. `news` says what is new; `old` articles only joined it."""

    story_id: int
    headline: str
    watches: tuple[str, ...]
    news: tuple[str, ...]
    articles: tuple[ArticleView, ...]
    persons: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    outlets: int = 1
    languages: tuple[str, ...] = ()
    follow_up: bool = False
    masked: bool = True
    reviewed: bool = False
    more_articles: int = 0
    state_affiliated: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a digest: an article that joined without news, a possible match, an older one."""

    text: str
    outlet: str
    published: str
    copy: str
    url: str = ""
    watches: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The stories of one watch in a digest."""

    watch: str
    stories: tuple[StoryView, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """What one watch found that is told in lines. `reports` counts all of them, `rest` those without a line."""

    watch: str
    lines: tuple[Line, ...]
    reports: int
    rest: int = 0
    see: str = ""


@dataclass(frozen=True, slots=True)
class DigestView:
    """The news of one recipient in one period, with true totals."""

    period: str
    groups: tuple[Group, ...]
    brief: tuple[Line, ...] = ()
    joined: tuple[Section, ...] = ()
    possible: tuple[Section, ...] = ()
    historical: tuple[Section, ...] = ()
    more: tuple[str, ...] = ()
    stories: int = 0
    articles: int = 0
    coverage: tuple[str, ...] = ()
    flood: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """Everything a message's head needs. `references` are earlier Message-IDs of the same thread, oldest first."""

    recipient: str
    sender: str
    bounce: str
    subject: str
    message_id: str
    date: datetime
    list_id: str
    references: tuple[str, ...] = ()
    unsubscribe: tuple[str, ...] = field(default=())
    one_click: bool = False
