"""From rows to what a mail shows: every name, text and address passes the boundary of protection here.

In      told facts of one recipient, the rows behind them
Out     `StoryView` and `Line` records without a name that the recipient may not see
Names   show only if every watch that a story is told for is cleared for names
Limits  quotes have at most 300 characters, outlets shared as `link_only` have none
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from monitor.addresses import reachable
from monitor.alerts import load, wording
from monitor.alerts.called import is_person_watch, watched_names
from monitor.alerts.facts import Reading
from monitor.alerts.message import plain
from monitor.alerts.model import ArticleView, Envelope, Line, Pieces, StoryView
from monitor.labels import plural
from monitor.protection import Policy, case_reference, safe_url
from monitor.protection_text import Lexicon, lexicon, url_is_safe
from pipelines.records import Outlet, Watch
from pipelines.store.schema import ArticleRow, MatchRow, StoryRow, ToldFactRow

if TYPE_CHECKING:
    from monitor.alerts.compose import PlanConfig

QUOTE_LIMIT = 300
BODY_READ = 20_000
"""Characters of a body whose small-letter words are looked at."""

TITLE_LIMIT = 200
ARTICLES_SHOWN = 12
RULES_NAMED = 4
"""Rules named beside the first that matched; the others are counted, `monitor show` names all."""
LINK_LEVELS = ("none", "local", "original")


@dataclass(slots=True)
class Desk:
    """Everything at hand while one recipient's messages are made."""

    recipient: str
    watches: Mapping[str, Watch]
    declared: Mapping[str, Outlet]
    config: PlanConfig
    stories: dict[int, StoryRow]
    articles: dict[int, ArticleRow]
    readings: Mapping[int, Reading]
    matches: Mapping[int, list[MatchRow]]
    outlets: Mapping[str, load.OutletFacts]
    evidence: Mapping[int, str]
    reviewed: set[int]
    base: Policy
    ordinary: dict[int, Lexicon]
    names: Mapping[int, tuple[str, ...]]
    members: Mapping[int, list[int]]

    @classmethod
    def open(
        cls,
        session: Session,
        recipient: str,
        watches: Mapping[str, Watch],
        outlets: Mapping[str, Outlet],
        config: PlanConfig,
        rows: Sequence[ToldFactRow],
    ) -> Desk:
        """Read what the messages of `rows` need, in a few queries."""
        articles = load.articles(session, [row.article_id for row in rows])
        matches = load.matches(session, articles.values())
        stories = load.stories(session, [row.story_id for row in rows])
        readings = load.readings(session, articles.values())
        cleared, suppressed = load.clearances(session)
        return cls(
            recipient=recipient,
            watches=watches,
            declared=outlets,
            config=config,
            stories=stories,
            articles=articles,
            readings=readings,
            matches=matches,
            outlets=load.outlets(session),
            members=_members(articles.values()),
            names=_names(stories, articles.values(), readings, watches, matches),
            evidence=load.evidence(session, articles.values()),
            reviewed=load.reviewed(session, articles),
            base=Policy(secret=config.secret, cleared=cleared, suppressed=suppressed),
            ordinary={},
        )

    def story(self, story_id: int, rows: Sequence[ToldFactRow], *, follow_up: bool) -> StoryView:
        """The story as these told facts make it."""
        watch_ids = self.watch_ids(rows)
        voice = self._voice(watch_ids, story_id)
        ids = list(dict.fromkeys(row.article_id for row in rows))
        late = {row.article_id for row in rows if row.detail.get("late")}
        shown = [self._article(self.articles[i], watch_ids, voice, i in late) for i in ids[:ARTICLES_SHOWN]]
        every = [self.articles[i] for i in ids]
        kinds = [self.outlet(article.outlet_id).ownership for article in {a.outlet_id: a for a in every}.values()]
        first = next((view.title for view in shown if not view.withheld), "")
        news = wording.news(rows, voice, first_time=not follow_up)
        readings = [self._reading(i) for i in ids]
        persons, counts = wording.persons(readings, voice), wording.counts(readings, voice)
        return StoryView(
            story_id=story_id,
            headline=plain(first or wording.headline([self.readings[i] for i in ids]), TITLE_LIMIT),
            watches=tuple(self.watch_label(i, voice) for i in watch_ids),
            news=news,
            articles=tuple(shown),
            persons=persons,
            counts=counts,
            outlets=len(kinds),
            languages=tuple(dict.fromkeys(article.language or "?" for article in every)),
            follow_up=follow_up,
            masked=not voice.policy.names_cleared,
            reviewed=all(i in self.reviewed for i in ids),
            more_articles=max(0, len(ids) - ARTICLES_SHOWN),
            state_affiliated=sum(1 for kind in kinds if kind in wording.STATE_KINDS),
        )

    def line(self, row: ToldFactRow) -> Line:
        """One article in one line."""
        article = self.articles[row.article_id]
        watch_ids = self.watch_ids([row])
        voice = self._voice(watch_ids, row.story_id)
        title = self._title(article, voice)
        links = self._links(watch_ids)
        return Line(
            text=plain(title or wording.headline([self.readings[article.id]]), TITLE_LIMIT),
            marks=wording.marks(article, bool(row.detail.get("late"))),
            outlet=self.outlet_name(article, voice),
            published=self.published(article),
            copy=self._copy(article, links),
            url=self._url(article, links, voice)[0],
            watches=tuple(self.watch_label(i, voice) for i in watch_ids),
        )

    def unmasked(self, rows: Sequence[ToldFactRow]) -> list[int]:
        """The stories among `rows` that are told with names."""
        by_story: dict[int, list[ToldFactRow]] = {}
        for row in rows:
            by_story.setdefault(row.story_id, []).append(row)
        return [
            i
            for i, told in by_story.items()
            if self._voice(self.watch_ids(told), i).policy.names_cleared and self.names[i]
        ]

    def brief(self, rows: Sequence[ToldFactRow]) -> Line:
        """A whole story in one line: its first report, and how many outlets carry it."""
        line = self.line(rows[0])
        outlets = {self.articles[row.article_id].outlet_id for row in rows}
        return replace(line, outlet=f"{line.outlet} +{len(outlets) - 1}") if len(outlets) > 1 else line

    def outlet(self, outlet_id: str) -> load.OutletFacts:
        """What is known of an outlet: its file's word before the database's."""
        declared = self.declared.get(outlet_id)
        if declared:
            return load.OutletFacts(declared.name, declared.ownership.value, declared.share.value, declared.homepage)
        return self.outlets.get(outlet_id) or load.OutletFacts(outlet_id)

    def outlet_name(self, article: ArticleRow, voice: wording.Voice) -> str:
        """The outlet's name; who owns it is said beside it."""
        return plain(self.outlet(article.outlet_id).name, 80)

    def watch_label(self, watch_id: str, voice: wording.Voice) -> str:
        """A watch's name; one that follows a person is shown by its case reference."""
        watch = self.watches.get(watch_id)
        if watch is not None and watch.person is not None:
            return f"case-{watch.name}"
        if watch is None or is_person_watch(watch):
            return case_reference(watch_id, self.config.secret)
        return plain(voice.known_out(watch.name), 80)

    def score(self, row: ToldFactRow) -> float:
        """How well an article matched the watch that it is told for."""
        return max((m.score for m in self.matches.get(row.article_id, ()) if m.watch_id == row.watch_id), default=0.0)

    def where_to_see(self, watch_id: str, article_ids: Iterable[int]) -> str:
        """The command that lists these articles of a watch; a watch for a person is not named."""
        named = not self.label(watch_id).startswith("case-") and url_is_safe(f"https://x/{watch_id}", (), frozenset())
        which = f"--watch {watch_id}" if named else "--relevant"
        days = [self.articles[i].published_at for i in article_ids]
        dated = [day for day in days if day is not None]
        since = f" --since {min(dated):%Y-%m-%d}" if len(dated) == len(days) else ""
        return f"monitor search {which}{since} --limit 1000"

    def label(self, watch_id: str) -> str:
        """A watch's name by itself, with every name that was found anywhere masked as its mails would."""
        watch = self.watches.get(watch_id)
        policy = replace(self.base, names_cleared=watch is not None and watch.names_cleared)
        names = dict.fromkeys(name for found in self.names.values() for name in found)
        return self.watch_label(watch_id, wording.Voice(policy, tuple(names)))

    def footer(self, watches: Sequence[str], stop: str) -> tuple[str, ...]:
        """The last lines of every message; `stop` is where it is stopped, a web address or a mailto:."""
        return wording.footer(watches, stop)

    def published(self, article: ArticleRow) -> str:
        """When it was published, in the page's own zone where that is known."""
        if article.published_at is None:
            return f"date unknown, seen {_minute(article.first_seen_at, self.config.zone)}"
        if article.published_zone in (None, "none") or article.published_offset is None:
            day = article.published_on or article.published_at.date()
            return f"{day.isoformat()} (day only)"
        return _minute(article.published_at, self.config.zone)

    def watch_ids(self, rows: Sequence[ToldFactRow]) -> tuple[str, ...]:
        mine = {
            w.id for w in self.watches.values() if any(reachable(r.address) == self.recipient for r in w.recipients)
        }
        found = dict.fromkeys(row.watch_id for row in rows)
        for row in rows:
            found |= dict.fromkeys(m.watch_id for m in self.matches.get(row.article_id, ()) if m.watch_id in mine)
        return tuple(found)

    def _voice(self, watch_ids: Iterable[str], story_id: int) -> wording.Voice:
        watches = [self.watches.get(i) for i in watch_ids]
        cleared = bool(watches) and all(watch is not None and watch.names_cleared for watch in watches)
        return wording.Voice(replace(self.base, names_cleared=cleared), self.names[story_id], self._ordinary(story_id))

    def _article(self, article: ArticleRow, watch_ids: Sequence[str], voice: wording.Voice, late: bool) -> ArticleView:
        facts, links = self.outlet(article.outlet_id), self._links(watch_ids)
        matches = [m for m in self.matches.get(article.id, ()) if m.watch_id in watch_ids]
        title = self._title(article, voice)
        url, front = self._url(article, links, voice)
        return ArticleView(
            article_id=article.id,
            title=title or "(headline withheld: it may name a protected person)",
            outlet=self.outlet_name(article, voice),
            ownership=wording.ownership(facts.ownership),
            language=article.language or "?",
            published=self.published(article),
            url=url,
            url_is_front=front,
            copy=self._copy(article, links),
            why=tuple(self._reasons(matches, voice)),
            sentences=() if facts.share == "link_only" else self._sentences(article, matches, voice),
            marks=wording.marks(article, late),
            evidence=self.evidence.get(article.id, ""),
            withheld=not title,
        )

    def _reasons(self, matches: Sequence[MatchRow], voice: wording.Voice) -> Iterator[str]:
        """One line a watch: its first rule with the words that fired, then the other rules by name."""
        by_watch: dict[str, list[MatchRow]] = {}
        for match in matches:
            by_watch.setdefault(match.watch_id, []).append(match)
        for group in by_watch.values():
            others = list(dict.fromkeys(self._rule_label(match, voice) for match in group[1:]))
            hidden = self.watch_label(group[0].watch_id, voice).startswith("case-")
            rest = [plural(len(others) - RULES_NAMED, "more rule")] if len(others) > RULES_NAMED else []
            also = f" (also: {', '.join([*others[:RULES_NAMED], *rest])})" if others and not hidden else ""
            yield self._why(group[0], voice) + also

    def _why(self, match: MatchRow, voice: wording.Voice) -> str:
        terms = dict.fromkeys(span[3] for span in match.spans if len(span) > 3 and span[3])
        label = self.watch_label(match.watch_id, voice)
        watch = self.watches.get(match.watch_id)
        if watch is not None and watch.person is not None:
            # the reason is made of our own words and the reference: it holds no name
            return plain(f"case-{match.reason}", QUOTE_LIMIT)
        said = [word for term in terms if (word := voice.out(term))]
        rule = "" if label.startswith("case-") else f", rule {self._rule_label(match, voice)}"
        found = f": {', '.join(said[:8])}" if said else ""
        level = " (possible)" if match.level == "possible" else ""
        return plain(f"{label}{rule}{level}{found}", QUOTE_LIMIT)

    def _rule_label(self, match: MatchRow, voice: wording.Voice) -> str:
        watch = self.watches.get(match.watch_id)
        if watch is not None and watched_names(watch, match.rule):
            number = next((n for n, rule in enumerate(watch.rules, 1) if rule.id == match.rule), 0)
            return f"no. {number}"
        return plain(voice.known_out(match.rule), 60)

    def _sentences(self, article: ArticleRow, matches: Sequence[MatchRow], voice: wording.Voice) -> tuple[Pieces, ...]:
        found: dict[str, Pieces] = {}
        for match in matches:
            quote = plain(match.quote or "", QUOTE_LIMIT)
            said = voice.out(quote) if quote else ""
            if said and said not in found:
                terms = [span[3] for span in match.spans if len(span) > 3 and span[3]]
                found[said] = wording.marked(said, terms)
        return tuple(found.values())[:3]

    def _title(self, article: ArticleRow, voice: wording.Voice) -> str:
        title = plain(article.title or "", TITLE_LIMIT)
        return voice.out(title) if title else ""

    def _ordinary(self, story_id: int) -> Lexicon:
        """How the story's articles write their words."""
        found = self.ordinary.get(story_id)
        if found is None:
            texts = (self.articles[i].body[:BODY_READ] for i in self.members.get(story_id, ())[:ARTICLES_SHOWN])
            found = self.ordinary[story_id] = lexicon(texts)
        return found

    def _reading(self, article_id: int) -> Reading:
        """What an article says, without its words where its outlet shares nothing but links."""
        reading = self.readings[article_id]
        if self.outlet(self.articles[article_id].outlet_id).share != "link_only":
            return reading
        persons = tuple(replace(person, quote=None) for person in reading.persons)
        return replace(reading, persons=persons, counts=tuple(replace(count, quote="") for count in reading.counts))

    def _links(self, watch_ids: Iterable[str]) -> str:
        """The most careful setting of this recipient among the watches."""
        levels = [
            recipient.links
            for i in watch_ids
            if (watch := self.watches.get(i))
            for recipient in watch.recipients
            if reachable(recipient.address) == self.recipient
        ]
        return min(levels, key=LINK_LEVELS.index, default="none")

    def _url(self, article: ArticleRow, links: str, voice: wording.Voice) -> tuple[str, bool]:
        if links != "original":
            return "", False
        home = self.outlet(article.outlet_id).homepage
        url = plain(article.canonical_url, 2000)
        if not url.startswith(("http://", "https://")):
            return "", False
        safe = safe_url(url, home, voice.names, voice.policy, voice.ordinary)
        return safe, safe != url

    def _copy(self, article: ArticleRow, links: str) -> str:
        if links == "none":
            return f"no. {article.id}"
        if self.config.public_url:
            return f"{self.config.public_url.rstrip('/')}/article/{article.id}"
        return f"monitor show {article.id}"


def _members(articles: Iterable[ArticleRow]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for article in articles:
        found.setdefault(article.story_id or 0, []).append(article.id)
    return found


def _names(
    stories: Mapping[int, StoryRow],
    articles: Iterable[ArticleRow],
    readings: Mapping[int, Reading],
    watches: Mapping[str, Watch],
    matches: Mapping[int, list[MatchRow]],
) -> dict[int, tuple[str, ...]]:
    """Every spelling of every person found or watched in a story: what its texts are masked by."""
    found = {i: dict.fromkeys(story.facts.get("names", ())) for i, story in stories.items()}
    for article in articles:
        for person in readings[article.id].persons:
            spellings = (person.name, *person.attributes.get("aliases", ()))
            for names in (found[i] for i in (article.story_id,) if i in found):
                names |= dict.fromkeys(spellings)
        for match in matches.get(article.id, ()):
            watch = watches.get(match.watch_id)
            if watch is not None and watch.person is not None and article.story_id in found:
                said = [span[3] for span in match.spans if len(span) > 3 and span[3]]
                found[article.story_id] |= dict.fromkeys((*said, *watch.person.names))
    return {i: tuple(names) for i, names in found.items()}


def threaded(envelope: Envelope, before: Sequence[str]) -> Envelope:
    """The envelope as an answer to the earlier messages of its thread."""
    return replace(envelope, references=tuple(before))


def _minute(instant: datetime, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    shown = local.strftime("%Y-%m-%d %H:%M %Z")
    return shown if zone.key == "UTC" else f"{shown} ({instant.astimezone(UTC):%H:%M} UTC)"
