"""The digest: one recipient's news of one period, by watch and story, with true totals and the coverage.

In      a `Desk` and the told facts that are due
Out     a `DigestView`; what is not shown in full is shown in a line, what is not shown in a line is counted
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from monitor.alerts import coverage
from monitor.alerts.model import DigestView, Group, Line, Section, StoryView
from monitor.alerts.views import Desk
from pipelines.store.schema import ToldFactRow

STORIES_IN_FULL = 25
BYTES_IN_FULL = 60_000
"""HTML of the stories in full: mailbox programs cut what is longer than about 100 kB, and the coverage stands last."""
STORIES_IN_BRIEF = 400
LINES = {"joined": 120, "possible": 40, "historical": 80}
"""Lines of each kind in one digest, shared among the watches; the rest is counted, with where to see it."""


def build(desk: Desk, rows: Sequence[ToldFactRow], now: datetime, *, flood: bool = False) -> DigestView:
    """The digest of `rows`."""
    news, joined, possible, historical = _sorted(rows)
    by_story = list(_by_story(news).items())
    shown = desk.config.digest_stories
    full = list(_fitting(desk.story(story_id, facts, follow_up=False) for story_id, facts in by_story[:shown]))
    brief = [desk.brief(facts) for _, facts in by_story[len(full) :]]
    told = {row.article_id for row in news}
    more: list[str] = []
    if len(brief) > STORIES_IN_BRIEF:
        more.append(_rest(brief[STORIES_IN_BRIEF:]))
        brief = brief[:STORIES_IN_BRIEF]
    joined = [row for row in joined if row.article_id not in told]
    state = desk.config.coverage
    return DigestView(
        period=f"{now.astimezone(desk.config.zone):%Y-%m-%d %H:%M %Z}",
        groups=_groups(full),
        brief=tuple(brief),
        joined=_sections(desk, joined, LINES["joined"]),
        possible=_sections(desk, possible, LINES["possible"]),
        historical=_sections(desk, historical, LINES["historical"]),
        more=tuple(more),
        stories=len(by_story),
        articles=len({row.article_id for row in rows}),
        coverage=coverage.lines(state) if state else (),
        flood=flood,
    )


def _fitting(views: Iterable[StoryView]) -> Iterator[StoryView]:
    """The first of `views` that fit into `BYTES_IN_FULL`, one at least."""
    used = 0
    for n, view in enumerate(views):
        used += len(repr(view).encode("utf-8", "replace")) + 600 * len(view.articles) + 800
        if n and used > BYTES_IN_FULL:
            return
        yield view


def _sorted(rows: Sequence[ToldFactRow]) -> tuple[list[ToldFactRow], ...]:
    """News with the articles that carry it, and the articles to be told in a line: joined, possible, historical."""
    stories = {row.story_id for row in rows if row.news}
    news: list[ToldFactRow] = []
    rest: dict[str, list[ToldFactRow]] = {"joined": [], "possible": [], "historical": []}
    for row in rows:
        kind = str(row.detail.get("kind"))
        if row.news or (row.story_id in stories and kind in ("joined", "headline")):
            news.append(row)
        else:
            rest[kind if kind in rest else "joined"].append(row)
    return news, rest["joined"], rest["possible"], rest["historical"]


def _by_story(rows: Sequence[ToldFactRow]) -> dict[int, list[ToldFactRow]]:
    found: dict[int, list[ToldFactRow]] = {}
    for row in rows:
        found.setdefault(row.story_id, []).append(row)
    return found


def _groups(views: Sequence[StoryView]) -> tuple[Group, ...]:
    """Stories under the first watch that they are told for; the others are named beside the story."""
    found: dict[str, list[StoryView]] = {}
    for view in views:
        found.setdefault(view.watches[0] if view.watches else "", []).append(view)
    return tuple(Group(watch, tuple(stories)) for watch, stories in found.items())


def _sections(desk: Desk, rows: Sequence[ToldFactRow], most: int) -> tuple[Section, ...]:
    """A section for each watch, with its best matches first; `most` lines in all, every watch has its share."""
    by_watch: dict[str, dict[int, ToldFactRow]] = {}
    for row in rows:
        by_watch.setdefault(row.watch_id, {}).setdefault(row.article_id, row)
    found, left, watches = [], most, len(by_watch)
    for watch_id, members in sorted(by_watch.items(), key=lambda one: len(one[1])):
        best_first = sorted(members.values(), key=lambda row: -desk.score(row))
        shown = best_first[: max(1, left // watches)]
        left, watches, rest = left - len(shown), watches - 1, len(members) - len(shown)
        see = desk.where_to_see(watch_id, list(members)) if rest else ""
        found.append(Section(desk.label(watch_id), tuple(map(desk.line, shown)), len(members), rest, see))
    return tuple(found)


def _rest(lines: Sequence[Line]) -> str:
    by_watch = Counter(line.watches[0] if line.watches else "" for line in lines)
    named = ", ".join(f"{watch} {count}" for watch, count in by_watch.most_common())
    return f"+{len(lines)} more stories ({named}); `monitor search` lists them all"
