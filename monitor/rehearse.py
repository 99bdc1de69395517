"""Try rules without sending anything: examples of a watch file, what a watch would have told, why an article matches.

Out     `Tried` examples, an `Estimate` over the stored articles, `Explanation`s; nothing is stored
Path    the same matching as in a crawl, so that what is rehearsed is what will happen
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.rematch import Rereader, context_for, stored_article
from monitor.watches import Example
from monitor.wiring import Workshop
from pipelines.analysis.analyst import Analyst
from pipelines.analysis.rules import Explanation, RuleBook, explain
from pipelines.records import Article, Context, Page, Reading, Watch
from pipelines.store.schema import ArticleRow
from pipelines.store.session import session

MANY_A_DAY = 20.0
"""More alerts a day than this are read by nobody: the estimate says so."""
PERIOD_DAYS = {"daily": 1, "weekly": 7}


@dataclass(frozen=True, slots=True)
class Tried:
    """One example sentence and what the watch said to it."""

    example: Example
    matched: bool
    score: float
    reason: str

    @property
    def ok(self) -> bool:
        """Whether the watch did what its author wants."""
        return self.matched is self.example.match


@dataclass(frozen=True, slots=True)
class Sighting:
    """An article that a watch would have told."""

    article: int
    day: date
    outlet: str
    language: str | None
    level: str
    score: float
    title: str | None
    reason: str
    headline_only: bool
    story: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a watch would have brought in `days` days; `cut` when more articles were there than were tried."""

    watch: str
    days: float
    articles: int
    untested: int
    cut: bool
    alerts: tuple[Sighting, ...] = ()
    possible: tuple[Sighting, ...] = ()

    @property
    def stories(self) -> int:
        """Different stories among the alerts: one mail each at the rate `immediate`, follow-ups apart."""
        return len({one.story for one in self.alerts})

    def mails_a_day(self, rate: str) -> float:
        """About how many mails a recipient gets a day at this rate."""
        if rate == "off" or not self.days:
            return 0.0
        if rate in PERIOD_DAYS:
            length = PERIOD_DAYS[rate]
            told = {one.day.toordinal() // length for one in (*self.alerts, *self.possible)}
            return min(len(told) / self.days, 1 / length)
        return min(self.stories / self.days, 24.0) if rate == "hourly" else self.stories / self.days

    def line(self, rate: str) -> str:
        """The estimate in one sentence."""
        alerts, mails = len(self.alerts), self.mails_a_day(rate)
        a_day = f"{mails:.1f} mails a day" if mails >= 0.95 else f"{mails * 7:.1f} mails a week"
        plural = "alert" if alerts == 1 else "alerts"
        return (
            f"{self.watch} would have sent {alerts} {plural} ({self.stories} stories) in {self.days:g} days, "
            f"and named {len(self.possible)} possible; at the rate {rate} about {a_day}"
        )


def try_examples(watch: Watch, examples: tuple[Example, ...]) -> tuple[Tried, ...]:
    """Run the example sentences of a watch."""
    book = RuleBook([watch])
    return tuple(_try(book, example) for example in examples)


def _try(book: RuleBook, example: Example) -> Tried:
    found = book.match(Article("", "", datetime(1970, 1, 1, tzinfo=UTC), body=example.text, language=example.language))
    best = max(found, key=lambda match: match.score, default=None)
    return Tried(example, bool(found), best.score if best else 0.0, best.reason if best else "")


def estimate(
    shop: Workshop,
    watch: Watch,
    now: datetime,
    days: int = 30,
    limit: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Estimate:
    """Match the stored articles of the last `days` days (the newest `limit`) with one watch."""
    when = ArticleRow.dated_at
    since = now - timedelta(days=days)
    found: list[Sighting] = []
    untested = 0
    with session(shop.engine) as opened:
        query = select(ArticleRow.id).where(when >= since, when <= now, ArticleRow.historical.is_(False))
        ids = opened.scalars(query.order_by(when.desc())).all()
        chosen = ids[:limit] if limit else ids
        if not chosen:  # a new workspace: the rules, whose making takes a second, have nothing to read
            return Estimate(watch.id, float(days), 0, 0, False, (), ())
        reader, oldest = Rereader([watch]), now
        for number, article_id in enumerate(chosen, 1):
            row = opened.get_one(ArticleRow, article_id)
            oldest = min(oldest, _seen(row))
            article = stored_article(opened, row)
            untested += not article.body and article.reading is not Reading.HEADLINE
            matched, _ = reader.match(article, context_for(shop, row.outlet_id))
            found += _sightings(row, matched)
            opened.expunge(row)
            progress(number)
    cut = len(chosen) < len(ids)
    span = min(float(days), max(1.0, round((now - oldest) / timedelta(days=1), 1)))
    alerts, possible = (tuple(one for one in found if one.level == level) for level in ("alert", "possible"))
    return Estimate(watch.id, span, len(chosen), untested, cut, alerts, possible)


def _seen(row: ArticleRow) -> datetime:
    return row.published_at or row.first_seen_at


def _sightings(row: ArticleRow, matched: Article) -> list[Sighting]:
    if not matched.matches:
        return []
    best = matched.matches[0]
    headline = matched.reading is Reading.HEADLINE or not matched.body
    story = f"story {row.story_id}" if row.story_id else f"article {row.id}"
    return [
        Sighting(
            row.id, _seen(row).date(), row.outlet_id, row.language, best.level, best.score, row.title, best.reason,
            headline, story,
        )
    ]  # fmt: skip


def explain_stored(
    opened: Session, shop: Workshop, article_id: int, watches: Mapping[str, Watch]
) -> tuple[Explanation, ...] | None:
    """Why a stored article matches each of `watches`, or what was missing; None for an unknown id."""
    row = opened.get(ArticleRow, article_id)
    if row is None:
        return None
    article, context = stored_article(opened, row), context_for(shop, row.outlet_id)
    if article.reading is Reading.FAST_TEXT:
        article = Analyst(()).figures(replace(article, reading=Reading.CLOSE), context)
    return tuple(explain(article, watch, context) for watch in watches.values())


def explain_text(
    text: str, title: str | None, language: str | None, watches: Mapping[str, Watch], now: datetime
) -> tuple[Explanation, ...]:
    """Why a text matches each of `watches`, or what was missing; the language is detected where none is given."""
    page = Page("", "", now, text=text, title=title, language=language)
    article = Analyst(()).analyse(page, Context())
    return tuple(explain(article, watch, Context()) for watch in watches.values())
